from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from credpath.domain.outcomes import Outcome, OutcomeKind, activity
from credpath.errors import InvalidInput

START = datetime(2026, 1, 1, tzinfo=UTC)


def outcome(day: int, kind: OutcomeKind, credential: str = "c") -> Outcome:
    return Outcome(f"{credential}-{kind}-{day}", "ada", credential, kind, START + timedelta(days=day))


def test_what_was_enrolled_and_not_finished_is_in_progress() -> None:
    assert activity((outcome(1, "clicked"), outcome(2, "enrolled"))).in_progress == {"c"}


def test_what_was_dropped_is_no_longer_in_progress() -> None:
    assert activity((outcome(2, "enrolled"), outcome(3, "dropped"))).in_progress == frozenset()


def test_what_was_completed_is_held_even_after_a_later_enrolment() -> None:
    state = activity((outcome(1, "completed"), outcome(2, "enrolled")))
    assert (state.held, state.in_progress) == ({"c"}, frozenset())


def test_a_dismissal_holds_until_the_learner_enrols_after_all() -> None:
    assert activity((outcome(1, "dismissed"),)).dismissed == {"c"}
    assert activity((outcome(1, "dismissed"), outcome(2, "enrolled"))).dismissed == frozenset()


def test_the_order_of_arrival_has_no_effect() -> None:
    log = (outcome(1, "enrolled"), outcome(2, "dropped"), outcome(3, "enrolled"), outcome(1, "completed", "d"))
    assert len({activity(order) for order in permutations(log)}) == 1


def test_awards_are_held() -> None:
    assert activity((), frozenset({"a"})).held == {"a"}


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="unknown outcome 'passed'") as caught:
        Outcome("o", "ada", "c", "passed", START)  # type: ignore[arg-type]
    assert "completed" in caught.value.fix


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        Outcome("o", "ada", "c", "completed", datetime(2026, 1, 1))
