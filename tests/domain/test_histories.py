from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.histories import first_taken_up, taken_up
from credpath.domain.learner import Award
from credpath.domain.outcomes import OUTCOME_KINDS, Outcome

START = datetime(2026, 1, 1, tzinfo=UTC)


def happened(credential_id: str, kind: Any, day: int) -> Outcome:
    return Outcome(f"{credential_id}-{kind}-{day}", "ada", credential_id, kind, START + timedelta(days=day))


def test_a_history_holds_what_was_taken_up_oldest_first() -> None:
    outcomes = [happened("b", "completed", 9), happened("a", "enrolled", 5), happened("b", "enrolled", 2)]
    assert taken_up(outcomes) == ("b", "a")
    assert first_taken_up(outcomes) == {"a": START + timedelta(days=5), "b": START + timedelta(days=2)}


def test_a_click_a_dismissal_and_a_drop_take_nothing_up() -> None:
    assert taken_up([happened(kind, kind, 1) for kind in OUTCOME_KINDS]) == (
        "awarded", "completed", "enrolled", "started",
    )  # fmt: skip


def test_an_award_counts_with_its_own_date() -> None:
    awards = [Award("ada", "c", START), Award("ada", "a", START + timedelta(days=9))]
    assert taken_up([happened("a", "started", 3)], awards) == ("c", "a")


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(OUTCOME_KINDS), st.integers(0, 5)), max_size=12),
    st.integers(0, 99),
)
def test_the_order_of_arrival_has_no_effect(events: list[tuple[str, str, int]], seed: int) -> None:
    outcomes = [happened(*event) for event in events]
    mixed = outcomes + outcomes[:3]
    Random(seed).shuffle(mixed)
    assert taken_up(mixed) == taken_up(outcomes)
