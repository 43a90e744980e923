from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credpath.domain.attempts import PASS, UNDATED, Attempt, attempts_of
from credpath.domain.learner import Award
from credpath.domain.outcomes import Outcome

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def happened(kind: Any, day: int, credential_id: str = "c", score: float | None = None) -> Outcome:
    return Outcome(f"{kind}-{day}-{credential_id}", "ada", credential_id, kind, at(day), score)


def kinds(*outcomes: Outcome, awards: tuple[Award, ...] = (), held: tuple[str, ...] = ()) -> list[tuple[str, datetime]]:
    return [(a.kind, a.at) for a in attempts_of(outcomes, awards, held)]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], []),
        ([happened("enrolled", 1), happened("started", 2)], []),
        ([happened("completed", 3)], [("award", at(3))]),
        ([happened("completed", 3, score=PASS)], [("award", at(3))]),
        ([happened("awarded", 4), happened("completed", 3)], [("award", at(4))]),
        ([happened("completed", 3, score=0.49)], [("failed", at(3))]),
        ([happened("started", 3, score=0.2)], [("failed", at(3))]),
        ([happened("completed", 3, score=0.2), happened("completed", 9)], [("failed", at(3)), ("award", at(9))]),
        ([happened("enrolled", 1), happened("dropped", 2)], [("dropped", at(2))]),
        ([happened("dropped", 2), happened("enrolled", 5)], []),
        ([happened("completed", 1), happened("dropped", 2)], [("award", at(1))]),
        ([happened("clicked", 1), happened("dismissed", 2)], []),
    ],
)  # fmt: skip
def test_what_became_of_a_credential(outcomes: list[Outcome], expected: list[tuple[str, datetime]]) -> None:
    assert kinds(*outcomes) == expected
    random.Random(3).shuffle(outcomes)
    assert kinds(*outcomes) == expected


def test_a_renewed_award_counts_once_as_of_its_renewal() -> None:
    awards = (
        Award("ada", "c", at(400), "second", evidence_url="https://awards.test/2"),
        Award("ada", "c", at(1), "first"),
    )
    assert attempts_of([happened("completed", 0)], awards) == (Attempt("award:c", "c", "award", at(400), True),)
    assert attempts_of([], awards[1:])[0].checked is None, "nobody said where it can be verified"


def test_what_is_held_without_a_date_comes_last_and_in_the_order_of_ids() -> None:
    found = attempts_of([happened("completed", 5, "dated")], held=("z", "a", "dated"))
    assert [(a.credential_id, a.is_dated) for a in found] == [("dated", True), ("a", False), ("z", False)]
    assert found[1].at == UNDATED


def test_an_order_without_dates_is_no_date() -> None:
    counted = Outcome("o", "ada", "c", "completed", UNDATED + timedelta(seconds=7), ordinal=True)
    assert [a.is_dated for a in attempts_of([counted])] == [False]
