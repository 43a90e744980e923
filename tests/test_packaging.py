"""What an installation takes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]]
KEPT = [Requirement(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)
def test_every_package_asked_for_has_one_kept_version_which_satisfies_it(asked: Requirement) -> None:
    (kept,) = [k for k in KEPT if canonicalize_name(k.name) == canonicalize_name(asked.name)]
    (exact,) = kept.specifier
    assert exact.operator == "=="
    assert asked.specifier.contains(exact.version)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_a_kept_version_is_one_that_every_machine_can_get(kept: Requirement) -> None:
    assert kept.url is None, "an address is of one machine"
    assert [(one.operator, "+" in one.version) for one in kept.specifier] == [("==", False)]
