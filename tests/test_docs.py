"""What the documents say is there is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import credpath
from credpath.cli.commands import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
RUNNER = CliRunner()


def commands() -> list[tuple[str, ...]]:
    """Every `credpath ...` command that the README runs, without its arguments."""
    known = get_command(app).commands  # type: ignore[attr-defined]
    found = set()
    for line in re.findall(r"credpath ([a-z]+(?: [a-z]+)?)", " ".join(re.findall(r"```sh(.*?)```", README, re.S))):
        first, *rest = line.split()
        if first in known:
            nested = getattr(known[first], "commands", {})
            found.add((first, *(word for word in rest if word in nested)))
    return sorted(found)


def test_the_readme_shows_commands_at_all() -> None:
    assert len(commands()) >= 8


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_of_the_readme_exists(words: tuple[str, ...]) -> None:
    assert RUNNER.invoke(app, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z-]+)", README))))
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m (training\.\w+)", README))))
def test_every_module_that_the_readme_runs_exists(module: str) -> None:
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:src|data|tests|training)/[\w./-]+)`", README))))
def test_every_file_that_the_readme_names_exists(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{credpath.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", sorted(set(re.findall(r"CREDPATH_[A-Z_]+", README))))
def test_every_setting_that_the_readme_names_is_read_somewhere(setting: str) -> None:
    name = setting.removeprefix("CREDPATH_").lower()
    sources = [*ROOT.glob("src/**/*.py"), *ROOT.glob("training/*.py"), *ROOT.glob("tests/conftest.py")]
    words = (setting, f"    {name}: ")
    assert any(word in path.read_text(encoding="utf-8") for path in sources for word in words)
