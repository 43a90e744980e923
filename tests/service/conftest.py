from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from credpath.service.context import Context
from credpath.service.opening import open_context
from credpath.service.serving import Serving


@pytest.fixture
def sample(sample_home: Path, reading: Context, tmp_path: Path) -> Iterator[Context]:
    """The sample installation, with a database of its own; the bundles are shared and not to be changed.

    What is loaded of them is shared too: nothing changes it, and loading takes longer than most tests.
    """
    shutil.copy(sample_home / "credpath.db", tmp_path / "credpath.db")
    opened = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", tmp_path / "none")
    context = replace(opened, serving=Serving(sample_home / "models", opened.database, _bundle=reading.serving.bundle))
    yield context
    context.close()


@pytest.fixture(scope="session")
def reading(sample_home: Path) -> Iterator[Context]:
    """The sample installation for tests that change nothing anybody looks at."""
    context = open_context(f"sqlite:///{sample_home / 'credpath.db'}", sample_home / "models")
    yield context
    context.close()
