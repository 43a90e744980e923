from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from credpath.domain.outcomes import PASS, Outcome, OutcomeKind, activity
from credpath.errors import InvalidInput

START = datetime(2026, 1, 1, tzinfo=UTC)


def outcome(day: int, kind: OutcomeKind, credential: str = "c", score: float | None = None) -> Outcome:
    return Outcome(f"{credential}-{kind}-{day}", "ada", credential, kind, START + timedelta(days=day), score)


def test_what_was_enrolled_and_not_finished_is_in_progress() -> None:
    assert activity((outcome(1, "clicked"), outcome(2, "enrolled"))).in_progress == {"c"}


def test_what_was_dropped_is_no_longer_in_progress() -> None:
    left = activity((outcome(2, "enrolled"), outcome(3, "dropped")))
    assert (left.in_progress, left.dropped) == (frozenset(), {"c"})
    assert activity((outcome(2, "dropped"), outcome(3, "enrolled"))).dropped == frozenset()


def test_what_was_completed_is_held_even_after_a_later_enrolment() -> None:
    state = activity((outcome(1, "completed"), outcome(2, "enrolled")))
    assert (state.held, state.in_progress) == ({"c"}, frozenset())


@pytest.mark.parametrize("kind", ["completed", "awarded"])
def test_what_was_finished_and_not_passed_is_neither_held_nor_in_progress(kind: OutcomeKind) -> None:
    state = activity((outcome(1, "started"), outcome(2, kind, score=0.49)))
    assert (state.held, state.in_progress) == (frozenset(), frozenset())
    assert activity((outcome(2, kind, score=PASS),)).held == {"c"}


def test_what_was_not_passed_may_be_taken_up_and_passed_again() -> None:
    failed = outcome(1, "completed", score=0.2)
    assert activity((failed, outcome(2, "enrolled"))).in_progress == {"c"}
    assert activity((failed, outcome(2, "enrolled"), outcome(3, "completed"))).held == {"c"}


def test_what_was_passed_stays_held_after_a_worse_result() -> None:
    assert activity((outcome(1, "completed", score=0.9), outcome(2, "completed", score=0.2))).held == {"c"}
    assert activity((outcome(2, "completed", score=0.2),), frozenset({"c"})).held == {"c"}


def test_a_dismissal_holds_until_the_learner_enrols_after_all() -> None:
    assert activity((outcome(1, "dismissed"),)).dismissed == {"c"}
    assert activity((outcome(1, "dismissed"), outcome(2, "enrolled"))).dismissed == frozenset()


def test_the_order_of_arrival_has_no_effect() -> None:
    log = (outcome(1, "enrolled"), outcome(2, "dropped"), outcome(3, "enrolled"), outcome(1, "completed", "d"))
    assert len({activity(order) for order in permutations(log)}) == 1


def test_a_number_that_only_orders_comes_before_every_date_however_large_it_is() -> None:
    numbered = [
        replace(outcome(0, kind), occurred_at=datetime.fromtimestamp(number, UTC), ordinal=True)
        for kind, number in (("enrolled", 202_610_181_934), ("dropped", 202_610_181_935))
    ]  # fmt: skip
    assert activity((numbered[0], outcome(1, "dropped"))).in_progress == frozenset()
    assert activity((*numbered, outcome(1, "enrolled"))).in_progress == {"c"}
    assert activity(tuple(numbered)).in_progress == frozenset()


def test_awards_are_held() -> None:
    assert activity((), frozenset({"a"})).held == {"a"}


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="unknown outcome 'passed'") as caught:
        Outcome("o", "ada", "c", "passed", START)  # type: ignore[arg-type]
    assert "completed" in caught.value.fix


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        Outcome("o", "ada", "c", "completed", datetime(2026, 1, 1))
