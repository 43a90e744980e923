"""The public data sets, for the tests that need them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public data sets; the test is skipped where it is absent."""
    folder = Path(os.environ.get("CREDPATH_REAL_DATA") or BESIDE)
    if not folder.is_dir():
        pytest.skip("no public data: set CREDPATH_REAL_DATA, or put them into ../shared/data beside the checkout")
    return folder
