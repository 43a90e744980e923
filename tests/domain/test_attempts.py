from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.attempts import UNDATED, Attempt, attempts_of
from credpath.domain.evidence import Evidence, award_share
from credpath.domain.forgetting import DATED_SINCE
from credpath.domain.learner import Award
from credpath.domain.mastery import Mastery, estimates_of
from credpath.domain.outcomes import PASS, Outcome

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
        ([happened("awarded", 3, score=0.2)], [("failed", at(3))]),
        ([happened("dropped", 1), happened("completed", 3, score=0.2)], [("failed", at(3))]),
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
    assert kinds(happened("completed", 500), awards=awards) == [("award", at(500))], "passed again since"
    assert attempts_of([], awards[1:])[0].checked is None, "nobody said where it can be verified"


def test_what_is_held_without_a_date_comes_last_and_in_the_order_of_ids() -> None:
    found = attempts_of([happened("completed", 5, "dated")], held=("z", "a", "dated"))
    assert [(a.credential_id, a.is_dated) for a in found] == [("dated", True), ("a", False), ("z", False)]
    assert found[1].at == UNDATED


def test_what_is_said_to_be_held_is_held_whatever_else_is_known_of_it() -> None:
    assert kinds(happened("enrolled", 1), held=("c",)) == [("award", UNDATED)]
    assert kinds(happened("completed", 1, score=0.2), held=("c",)) == [("failed", at(1)), ("award", UNDATED)]


def test_an_order_without_dates_is_no_date() -> None:
    for number in (7, 202_610_181_934):
        counted = Outcome("o", "ada", "c", "completed", UNDATED + timedelta(seconds=number), ordinal=True)
        assert [a.is_dated for a in attempts_of([counted])] == [False]
        assert kinds(counted, awards=(Award("ada", "c", at(1)),)) == [("award", counted.moment)]


def test_an_award_or_a_pass_from_before_1980_is_that_old_and_has_faded() -> None:
    old = datetime(1955, 3, 1, tzinfo=UTC)
    passed = Outcome("o", "ada", "c", "completed", old)
    for found in (attempts_of([passed]), attempts_of([], [Award("ada", "c", old)])):
        assert [a.is_dated for a in found] == [True]
    assert estimated([passed], START) == pytest.approx(Mastery("s").probability, abs=1e-6)


dates = st.one_of(
    st.integers(0, 8000).map(lambda day: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(days=day)),
    st.integers(0, 9).map(lambda second: UNDATED + timedelta(seconds=second)),
)
gained = st.one_of(
    st.builds(lambda when, url: Award("ada", "c", when, evidence_url=url), dates, st.sampled_from(["", "https://a.b"])),
    st.builds(
        lambda number, kind, when, score: Outcome(
            f"o{number}", "ada", "c", kind, when, score, ordinal=when < DATED_SINCE
        ),
        st.integers(), st.sampled_from(["completed", "awarded"]), dates, st.sampled_from([None, PASS, 1.0]),
    ),
)  # fmt: skip


def estimated(held: list[Award | Outcome], moment: datetime) -> float:
    outcomes, awards = ([one for one in held if isinstance(one, kind)] for kind in (Outcome, Award))
    told = [
        Evidence(a.attempt_id, "s", "award", 1.0, a.at, share=award_share(verified=a.checked))
        for a in attempts_of(outcomes, awards)
    ]
    return estimates_of(told, moment).get("s", Mastery("s")).probability


@given(st.lists(gained, max_size=5), gained, st.integers(0, 4000), st.randoms())
def test_an_award_or_a_pass_of_any_date_never_lowers_what_is_thought_of_the_skill(
    held: list[Award | Outcome], one_more: Award | Outcome, later: int, order: random.Random
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=later)
    more = [*held, one_more]
    order.shuffle(more)
    assert estimated(more, moment) >= estimated(held, moment) - 1e-12
