from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.experiments import UNASSIGNED, Arm, Assignment, Experiment, assign, position
from credpath.errors import InvalidInput

HALVES = Experiment("t1", (Arm("learned", 0.5), Arm("plain", 0.3, "rules")))


def test_a_learner_keeps_the_arm_and_the_label_says_which() -> None:
    first = assign([HALVES], "acme", "ada")
    assert first == assign([HALVES], "acme", "ada")
    assert Assignment("t1", "plain", "rules").label == "t1/plain"
    assert UNASSIGNED.label == ""


def test_shares_are_kept_and_who_falls_past_the_last_is_in_none() -> None:
    counts = Counter(assign([HALVES], "acme", f"l{n}").arm for n in range(20_000))
    assert counts["learned"] / 20_000 == pytest.approx(0.5, abs=0.015)
    assert counts["plain"] / 20_000 == pytest.approx(0.3, abs=0.015)
    assert counts[""] / 20_000 == pytest.approx(0.2, abs=0.015)


def test_experiments_and_tenants_divide_learners_independently() -> None:
    pairs = Counter(
        (position("t1", "acme", f"l{n}") < 0.5, position("t2", "acme", f"l{n}") < 0.5) for n in range(8_000)
    )
    assert all(count / 8_000 == pytest.approx(0.25, abs=0.02) for count in pairs.values())
    assert position("t1", "acme", "ada") != position("t1", "other", "ada")


def test_the_first_experiment_that_covers_the_tenant_runs() -> None:
    theirs = Experiment("theirs", (Arm("all", 1.0, "rules"),), frozenset({"other"}))
    assert assign([theirs, HALVES], "acme", "ada").experiment in ("t1", "")
    assert assign([theirs, HALVES], "other", "ada") == Assignment("theirs", "all", "rules")
    assert assign([theirs], "acme", "ada") == assign([], "acme", "ada") == UNASSIGNED


def test_somebody_without_an_id_is_in_no_experiment() -> None:
    assert assign([Experiment("t", (Arm("all", 1.0, "rules"),))], "acme", "") == UNASSIGNED


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_every_learner_has_a_place_and_a_whole_share_takes_all(tenant: str, learner: str) -> None:
    assert 0 <= position("t", tenant, learner) < 1
    tenths = Experiment("t", tuple(Arm(f"arm{n}", 0.1) for n in range(10)))
    assert assign([Experiment("t", (Arm("all", 1.0),))], tenant, learner).arm == "all"
    assert assign([tenths], tenant, learner).experiment in ("t", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"arms": ()},
        {"arms": (Arm("a", 0.6), Arm("b", 0.6))},
        {"arms": (Arm("a", 0.1), Arm("a", 0.2))},
        {"name": ""},
    ],
)
def test_an_experiment_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Experiment(**{"name": "t", "arms": (Arm("a", 1.0),), **wrong})


@pytest.mark.parametrize("wrong", [{"share": 1.5}, {"share": -0.1}, {"name": ""}, {"ranker": "best"}])
def test_an_arm_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Arm(**{"name": "a", "share": 0.5, **wrong})
