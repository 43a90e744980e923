"""The budgets and the directions of the house, measured on every file."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("training/**/*.py")])
TESTS = sorted(ROOT.glob("tests/**/*.py"))
MAX_FILE, MAX_TEST_FILE, MAX_FUNCTION, MAX_MEDIAN = 300, 450, 50, 8
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "core", "data", "info", "common", "misc", "models"}


def functions(path: Path) -> list[tuple[str, int]]:
    """(name, lines of body without docstring) of every function in the file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            size = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            found.append((node.name, size))
    return found


@pytest.mark.parametrize(("paths", "limit"), [(SOURCES, MAX_FILE), (TESTS, MAX_TEST_FILE)])
def test_no_file_is_longer_than_its_budget(paths: list[Path], limit: int) -> None:
    sizes = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in paths}
    assert {name: size for name, size in sizes.items() if size > limit} == {}


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = {f"{p.relative_to(ROOT)}:{n}": size for p in SOURCES for n, size in functions(p) if size > MAX_FUNCTION}
    assert long == {}


def test_the_median_function_is_at_most_eight_lines() -> None:
    assert statistics.median(size for p in SOURCES for _, size in functions(p)) <= MAX_MEDIAN


def test_no_module_is_named_after_nothing() -> None:
    assert [p for p in SOURCES if p.stem in FORBIDDEN_NAMES] == []


def test_no_test_patches_or_mocks() -> None:
    pattern = re.compile(r"MagicMock|mock\.patch|mocker\.|monkeypatch\.setattr")
    here = Path(__file__)
    assert [p for p in TESTS if p != here and pattern.search(p.read_text(encoding="utf-8"))] == []


def test_nothing_is_unpickled() -> None:
    pattern = re.compile(r"\bimport pickle|joblib\.load|torch\.load|allow_pickle=True")
    assert [p for p in SOURCES if pattern.search(p.read_text(encoding="utf-8"))] == []


def test_every_import_keeps_the_direction_of_the_layers() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
