"""A switch that a crash cut short is settled by what CURRENT says, and no history is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credpath.recommender.bundle_switch import (
    CURRENT,
    HISTORY,
    NOTED,
    Switch,
    current_version,
    flip,
    previous_version,
    publishing,
    read_history,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Three folders that could serve; `a` does, after nothing else did."""
    for name in "abc":
        (tmp_path / name).mkdir()
    flip(tmp_path, "a", at=NOW, by="ada")
    return tmp_path


def crash(models: Path, version: str, *, current: bool, history: bool, reason: str = "promote") -> None:
    """What is on disk when a switch to `version` was killed after the steps that are true."""
    before = {name: (models / name).read_bytes() for name in (CURRENT, HISTORY)}
    flip(models, version, at=NOW + timedelta(minutes=1), by="bob", reason=reason)
    line = (models / HISTORY).read_bytes().splitlines(keepends=True)[-1]
    (models / NOTED).write_bytes(line)
    if not history:
        (models / HISTORY).write_bytes(before[HISTORY])
    if not current:
        (models / CURRENT).write_bytes(before[CURRENT])


def versions(models: Path) -> list[str]:
    return [switch.version for switch in read_history(models)]


def test_a_switch_leaves_nothing_noted(models: Path) -> None:
    assert not (models / NOTED).exists()


def test_killed_before_current_was_replaced_it_did_not_happen(models: Path) -> None:
    crash(models, "b", current=False, history=False)
    assert (current_version(models), versions(models)) == ("a", ["a"])
    flip(models, "c", at=NOW)
    assert versions(models) == ["a", "c"]
    assert previous_version(models) == "a"


def test_killed_after_current_was_replaced_it_did_and_the_history_says_who(models: Path) -> None:
    crash(models, "b", current=True, history=False)
    assert read_history(models)[-1] == Switch("b", NOW + timedelta(minutes=1), "bob", "promote")
    flip(models, "c", at=NOW)
    assert versions(models) == ["a", "b", "c"]
    assert previous_version(models) == "b"


def test_killed_at_the_very_end_it_is_told_once(models: Path) -> None:
    crash(models, "b", current=True, history=True)
    assert versions(models) == ["a", "b"]
    flip(models, "c", at=NOW)
    assert versions(models) == ["a", "b", "c"]


def test_a_roll_back_whose_line_was_lost_is_still_one(models: Path) -> None:
    flip(models, "b", at=NOW)
    flip(models, "c", at=NOW)
    crash(models, "b", current=True, history=False, reason="roll back")
    assert previous_version(models) == "a", "not the one that was rolled back from"


@pytest.mark.parametrize("left", [b"", b"{", b"[]\n", b"\xff"])
def test_what_was_noted_half_counts_for_nothing(models: Path, left: bytes) -> None:
    (models / NOTED).write_bytes(left)
    assert versions(models) == ["a"]
    flip(models, "b", at=NOW)
    assert versions(models) == ["a", "b"]


def test_a_history_of_an_earlier_release_reads_as_the_operators(models: Path) -> None:
    line = b'{"at": "2026-01-01T00:00:00+00:00", "by": "eve", "reason": "promote", "version": "a"}\n'
    (models / HISTORY).write_bytes(line)
    assert read_history(models)[0].tenant == ""


def test_whoever_publishes_may_switch_within(models: Path) -> None:
    with publishing(models):
        flip(models, "b", at=NOW, tenant="campus")
    assert read_history(models)[-1].tenant == "campus"
