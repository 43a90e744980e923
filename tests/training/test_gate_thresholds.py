from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from credpath.errors import InvalidInput
from training.gate import Trial, judge
from training.gate_thresholds import DEFAULT, Thresholds, load_thresholds

TEXT = DEFAULT.read_text(encoding="utf-8")


def test_the_file_has_a_version_and_a_value_for_every_threshold() -> None:
    thresholds = load_thresholds()
    assert thresholds.version >= 1
    assert set(tomllib.loads(TEXT)) == {f.name for f in fields(Thresholds)}
    assert thresholds.limits.effective == thresholds.least_effective


def test_every_threshold_is_documented_above_it() -> None:
    documented = False
    for line in TEXT.splitlines():
        documented = documented or line.startswith("# ")
        if not line:
            documented = False
        assert documented or not re.match(r"\w+ = ", line), line


def test_the_criteria_that_the_file_names_exist() -> None:
    thresholds = load_thresholds()
    nothing = Trial(decisions=0, learners=0, positives=0, credentials=0, credential_share=1.0)
    known = {c.name for c in judge(nothing, thresholds).criteria} | {"snips", "baseline_lifts"}
    assert set(thresholds.unmeasured_holds) <= known


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
    ],
)
def test_a_gate_with_a_hole_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    file = tmp_path / "gate.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput, match=said):
        load_thresholds(file)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_thresholds(tmp_path / "none.toml")
