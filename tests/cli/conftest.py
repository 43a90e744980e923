from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.cli.forking import run_forked


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Run = Callable[..., Done]


def environment(home: Path, models: Path, **more: str) -> dict[str, str]:
    """Of a process that finds nothing but this installation."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CREDPATH_") and k != "DATABASE_URL"}
    own = {"CREDPATH_HOME": str(home), "CREDPATH_MODELS": str(models), "NO_COLOR": "1", "COLUMNS": "200"}
    return kept | own | more


def runner(home: Path, models: Path, **more: str) -> Run:
    """Runs the real command in a process of its own, with `more` in its environment."""
    outside = environment(home, models, **more)

    def run(*arguments: object) -> Done:
        with TemporaryDirectory() as folder:
            return Done(*run_forked([str(word) for word in arguments], outside, Path(folder)))

    return run


def program(*arguments: str, **outside: str) -> Done:
    """Runs the installed program, from its first byte."""
    words = [str(Path(sys.executable).parent / "credpath"), *arguments]
    done = subprocess.run(words, env=outside, capture_output=True, text=True, timeout=120, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def empty(tmp_path: Path) -> Run:
    """Commands of an installation in which nothing was done yet."""
    return runner(tmp_path / "home", tmp_path / "models")


@pytest.fixture
def sample_run(sample_home: Path, tmp_path: Path) -> Run:
    """Commands of the sample installation, with a database of its own."""
    shutil.copy(sample_home / "credpath.db", tmp_path / "credpath.db")
    return runner(tmp_path, sample_home / "models")
