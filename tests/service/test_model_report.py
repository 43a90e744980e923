from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credpath.evaluation.intervals import Interval
from credpath.service.model_report import ModelReport, read_report

INTERVAL = {"value": 0.5, "low": 0.4, "high": 0.6}
FIGURES: dict[str, Any] = {
    "tenant": "campus",
    "test": {"steps": 10, "learners": 4},
    "systems": [
        {"name": "rules", "metrics": {"ndcg_at_10": INTERVAL}, "coverage": 0.5, "hits_by_rank": [0.1, 0.2]},
        {"name": "ease", "metrics": {"ndcg_at_10": {**INTERVAL, "value": 0.55}}, "coverage": None, "hits_by_rank": []},
        {"name": "challenger", "metrics": {"ndcg_at_10": INTERVAL}, "coverage": 1.0, "hits_by_rank": [0.3, 0.4]},
    ],
    "differences": {"rules": INTERVAL},
    "slices": [
        {"kind": "group", "cells": [{"name": "a", "count": 30, "challenger": INTERVAL, "champion": None}], "hidden": 2}
    ],
    "decisions": 7,
    "values": [{"policy": "challenger", "estimator": "ips", "interval": None, "effective": 3.5, "refused": "too few"}],
    "lifts": [],
    "importance": {"weeks": 0.2, "gap": 0.8},
    "learning_curve": [{"share": 0.5, **INTERVAL}],
    "completion": {"shown": True, "metrics": {"auc": INTERVAL}, "why": ["met: enough"],
                   "calibration": [{"count": 9, "stated": 0.5, "happened": 0.6, "low": 0.4, "high": 0.8}]},
    "mastery": {"metrics": {}, "why": ["counted"]},
}  # fmt: skip
CARD: dict[str, Any] = {
    "tenant": "campus", "verdict": "hold", "simulated_learners": 3,
    "gate": {"sentence": "hold: too few", "regime": "full ranking",
             "criteria": [{"name": "decisions", "passed": False, "measured": True, "sentence": "too few"}]},
}  # fmt: skip


def read(folder: Path, figures: Any = FIGURES, card: Any = CARD, tenant: str = "campus") -> ModelReport:
    learned = folder / "learned" / "campus"
    learned.mkdir(parents=True, exist_ok=True)
    for name, document in (("figures.json", figures), ("card.json", card)):
        (learned / name).write_text(json.dumps(document), encoding="utf-8")
    return read_report(folder, tenant)


def test_a_criterion_that_is_told_and_not_judged_does_not_read_as_passed(tmp_path: Path) -> None:
    told = {"name": "champion", "passed": True, "measured": True, "judged": False, "sentence": "not judged, because"}
    gate = {**CARD["gate"], "criteria": [*CARD["gate"]["criteria"], told]}
    old, new = read(tmp_path, card={**CARD, "gate": gate}).criteria
    assert (old.measured, old.judged) == (True, True)
    assert (new.measured, new.judged) == (False, False)


def test_everything_that_was_measured_is_read(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.verdict, found.sentence, found.simulated) == ("hold", "hold: too few", True)
    assert [c.name for c in found.criteria] == ["decisions"]
    assert [s.name for s in found.systems] == ["challenger", "rules", "ease"], "ours first"
    assert found.differences == {"rules": Interval(0.5, 0.4, 0.6)}
    assert (found.slices[0].cells[0].count, found.slices[0].hidden) == (30, 2)
    assert (found.values[0].refused, found.values[0].effective) == ("too few", 3.5)
    assert list(found.importance) == ["gap", "weeks"]
    assert (found.calibration[0].count, found.completion_shown) == (9, True)
    assert found.mastery_why == ("counted",)


def test_nothing_is_read_of_another_tenant_or_of_no_bundle(tmp_path: Path) -> None:
    read(tmp_path)
    assert not read_report(tmp_path, "other").found
    assert not read_report(tmp_path / "none", "campus").found
    assert not read(tmp_path, {**FIGURES, "tenant": "other"}, {**CARD, "tenant": "other"}).found


def test_a_bundle_of_before_has_a_card_and_no_figures(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "learned" / "campus" / "figures.json").unlink()
    found = read_report(tmp_path, "campus")
    assert found.found
    assert found.systems == ()


@pytest.mark.parametrize("content", [b"", b"[1, 2]", b"{", b"\xff", b"[" * 100_000, b" " * 2_000_000])
def test_a_damaged_file_is_no_error(tmp_path: Path, content: bytes) -> None:
    read(tmp_path)
    (tmp_path / "learned" / "campus" / "figures.json").write_bytes(content)
    assert read_report(tmp_path, "campus").systems == ()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(FIGURES)), anything)
def test_whatever_stands_in_a_part_the_rest_is_read(tmp_path: Path, part: str, put: Any) -> None:
    found = read(tmp_path, {**FIGURES, part: put, "tenant": "campus"})
    assert found.sentence == "hold: too few"
    if part != "importance":
        assert list(found.importance) == ["gap", "weeks"]
