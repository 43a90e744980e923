from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from credpath.errors import InvalidInput
from credpath.evaluation.offpolicy import Estimate, Overlap
from training.gate import Trial, judge
from training.gate_thresholds import BOUNDS, DEFAULT, LISTS, UNMEASURED, Thresholds, load_thresholds

TEXT = DEFAULT.read_text(encoding="utf-8")


def test_the_file_has_a_version_and_a_value_for_every_threshold() -> None:
    thresholds = load_thresholds()
    assert thresholds.version >= 1
    assert set(tomllib.loads(TEXT)) == {f.name for f in fields(Thresholds)}
    assert thresholds.limits.effective == thresholds.least_effective
    assert set(BOUNDS) | set(LISTS) == {f.name for f in fields(Thresholds)}


def test_every_threshold_is_documented_above_it() -> None:
    documented = False
    for line in TEXT.splitlines():
        documented = documented or line.startswith("# ")
        if not line:
            documented = False
        assert documented or not re.match(r"\w+ = ", line), line


def test_the_criteria_that_may_go_unmeasured_are_those_that_the_gate_tells_so() -> None:
    """All but the lift, without which full ranking decides."""
    nothing = Trial(decisions=0, learners=0, positives=0, credentials=0, credential_share=1.0)
    known = Estimate(0.1, 0.0, 0.2, Overlap(900, 900.0, 90.0, 2.0, 0.0))
    verdicts = (judge(trial, load_thresholds()) for trial in (nothing, replace(nothing, lift=known)))
    told = {c.name for verdict in verdicts for c in verdict.criteria if not c.measured}
    assert told - {"lift"} == set(UNMEASURED)


def test_the_lowest_propensity_that_counts_as_explored_is_a_limit_of_the_lift() -> None:
    assert replace(load_thresholds(), least_propensity=0.03).limits.propensity == 0.03


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("least_learners = 100", "", "least_learners"),
        ("least_learners = 100", "least_learners = 100\nleast_luck = 7", "least_luck"),
        ("least_learners = 100", "least_learners = true", "least_learners"),
        ("least_learners = 100", 'least_learners = "many"', "least_learners"),
        ("least_lift = 0.0", "least_lift = nan", "least_lift"),
        ("unmeasured_holds = [", "unmeasured_holds = [1, ", "unmeasured_holds"),
        ("version = 1", "version = ", "cannot be read"),
        ("version = 1", "version = 1.5", "version is 1.5 .give a whole number"),
        ("version = 1", "version = 0", "version is 0"),
        ("least_decisions = 500", "least_decisions = -5", "least_decisions is -5 .give a whole number from 1"),
        ("least_decisions = 500", "least_decisions = 500.5", "least_decisions is 500.5"),
        ("least_learners = 100", "least_learners = 0", "least_learners is 0"),
        ("most_outcome_share = 0.995", "most_outcome_share = 99.5", "99.5 .give a number from 0 to 1"),
        ("least_coverage = 0.3", "least_coverage = 30", "least_coverage is 30"),
        ("most_unexplored = 0.5", "most_unexplored = 5", "most_unexplored is 5"),
        ("least_propensity = 0.001", "least_propensity = 0", "least_propensity is 0"),
        ("least_effective = 50.0", "least_effective = -50", "least_effective is -50"),
        ("most_bundle_bytes = 1_000_000_000", "most_bundle_bytes = -1", "most_bundle_bytes is -1"),
        ('["snips", ', '["snipz", ', "unmeasured_holds names what there is not: snipz .take them from negatives"),
        ('["snips", ', '["lift", ', "unmeasured_holds names what there is not: lift"),
        ('"ease", ', '"eaze", ', "required_baselines names what there is not: eaze"),
        ('["popularity", "item_knn", "ease", "markov", "slist", "rules"]', "[]", "required_baselines is empty"),
    ],
)
def test_a_gate_with_a_hole_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    file = tmp_path / "gate.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput, match=said):
        load_thresholds(file)


def test_lenient_thresholds_are_thresholds(tmp_path: Path) -> None:
    file = tmp_path / "gate.toml"
    file.write_text(TEXT.replace("least_lift = 0.0", "least_lift = -9").replace("ratio = 2.0", "ratio = 999"))
    assert load_thresholds(file).least_lift == -9


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_thresholds(tmp_path / "none.toml")
