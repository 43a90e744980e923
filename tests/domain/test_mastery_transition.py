from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.forgetting import FIRST_HALF_LIFE, KEPT
from credpath.domain.mastery import Evidence, LearnerState, replay
from credpath.domain.mastery_parameters import (
    RECENT_ANSWERS,
    RECENT_ITEMS,
    ItemFacts,
    MasteryParameters,
    Tracing,
)
from credpath.domain.mastery_transition import advance, expected

START = datetime(2026, 1, 1, tzinfo=UTC)
share = st.floats(0, 1)


def _item(
    number: int, score: float, *, item: str = "i", skill: str = "s", kind: str = "item", part: float = 1.0
) -> Evidence:
    at = START + timedelta(minutes=number)
    return Evidence(f"e{number:04d}", skill, kind, score, at, share=part, item_id=item)  # type: ignore[arg-type]


def test_what_is_remembered_of_single_answers_is_bounded() -> None:
    state = replay([_item(n, n % 2, item=f"i{n}") for n in range(60)])
    assert [item for item, _ in state.general.recent] == [f"i{n}" for n in range(60 - RECENT_ANSWERS, 60)]
    assert [item for item, _ in state.skills["s"].items] == [f"i{n}" for n in range(60 - RECENT_ITEMS, 60)]
    assert state.general.answers == state.skills["s"].answer == 60


def test_a_score_of_a_whole_assessment_moves_a_skill_as_several_answers_do() -> None:
    one = replay([_item(0, 1.0, kind="assessment", item="")])
    four = replay([_item(n, 1.0, item="") for n in range(4)])
    assert one.skills["s"].rights == pytest.approx(four.skills["s"].rights, rel=1e-4)
    assert one.general.answers == 1


def test_evidence_that_counts_for_nothing_moves_nothing_but_the_clock() -> None:
    before = replay([_item(n, n % 2) for n in range(6)])
    after = advance(before, _item(9, 1.0, part=0.0))
    assert after.skills["s"].rights == pytest.approx(before.skills["s"].rights, rel=1e-4)
    assert after.skills["s"].elo == pytest.approx(before.skills["s"].elo, rel=1e-4)
    assert after.general.elo == pytest.approx(before.general.elo, rel=1e-4)


def test_a_right_answer_to_a_hard_item_surprises_more() -> None:
    parameters = MasteryParameters(items={"easy": ItemFacts(2.0), "hard": ItemFacts(-2.0)})
    easy, hard = (advance(LearnerState(), _item(0, 1.0, item=item), parameters) for item in ("easy", "hard"))
    assert hard.general.elo > easy.general.elo > 0.0
    assert hard.skills["s"].elo > easy.skills["s"].elo > 0.0


def test_answers_move_the_learner_among_items_toward_those_that_go_with_what_they_get_right() -> None:
    parameters = MasteryParameters(items={"i": ItemFacts(0.0, (1.5, 1.0)), "j": ItemFacts(0.0, (1.5, -1.0))})
    right = replay_with(parameters, _item(0, 1.0, item="i"))
    assert right.general.vector[0] > 0.0
    assert right.general.vector[1] > 0.0
    assert replay_with(parameters, _item(0, 1.0, item="j")).general.vector[1] < 0.0


def replay_with(parameters: MasteryParameters, *pieces: Evidence) -> LearnerState:
    state = LearnerState()
    for piece in pieces:
        state = advance(state, piece, parameters)
    return state


def test_awards_and_declarations_leave_what_was_answered_as_it_is() -> None:
    before = replay([_item(n, 1.0) for n in range(3)])
    after = advance(before, _item(3, 1.0, kind="award", item=""))
    assert after.general == before.general
    assert after.skills["s"].elo == pytest.approx(before.skills["s"].elo, rel=1e-3)  # three minutes fade little
    assert after.skills["s"].told[0] == pytest.approx(1.0 + KEPT + KEPT**2)


def test_a_right_answer_lengthens_the_half_life_by_the_days_held_and_a_wrong_one_before_it_takes_them_away() -> None:
    year = 365 * 24 * 60
    first, crammed = replay([_item(0, 1.0)]), replay([_item(0, 1.0), _item(1, 1.0)])
    recalled = replay([_item(0, 1.0), _item(year, 1.0)])
    missed = replay([_item(0, 1.0), _item(year, 0.0), _item(year + 1, 1.0)])
    first, crammed, recalled, missed = (found.skills["s"].half_life for found in (first, crammed, recalled, missed))
    assert FIRST_HALF_LIFE < first < crammed < recalled < first + 365
    assert first < missed < recalled - 90


def test_neither_awards_nor_words_lengthen_a_half_life() -> None:
    kinds = ("award", "self_declared") * 3
    told = replay([_item(n * 100_000, 1.0, kind=kind, item="") for n, kind in enumerate(kinds)])
    assert told.skills["s"].half_life == FIRST_HALF_LIFE


@given(share, share)
def test_tracing_never_moves_the_wrong_way(known: float, part: float) -> None:
    tracing = Tracing()
    assert tracing.after(known, 1.0, part) >= known - 1e-12
    assert tracing.after(known, 0.0, part) <= known + 1e-12


@given(st.floats(-1e6, 1e6))
def test_any_log_odds_give_a_chance(logit: float) -> None:
    assert 0.0 < expected(logit) <= 1.0
