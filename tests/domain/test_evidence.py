from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from credpath.domain.evidence import Evidence, award_share, weigh, whole_assessment_share
from credpath.errors import InvalidInput

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("score", [-0.1, 1.1, math.nan, math.inf])
def test_a_score_outside_0_to_1_is_refused(score: float) -> None:
    with pytest.raises(InvalidInput, match="score"):
        Evidence("e", "s", "assessment", score, START)


@pytest.mark.parametrize("difficulty", [-0.1, 1.1, math.nan])
def test_a_difficulty_outside_0_to_1_is_refused(difficulty: float) -> None:
    with pytest.raises(InvalidInput, match="difficulty"):
        Evidence("e", "s", "item", 1.0, START, item_id="i", difficulty=difficulty)


def test_a_score_between_right_and_wrong_is_some_of_both_and_together_worth_the_reliability() -> None:
    held, missing = weigh(Evidence("e", "s", "assessment", 0.75, START, share=0.5))
    assert (held, missing) == (1.5, 0.5)


@pytest.mark.parametrize("difficulty", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_an_item_tells_those_who_do_as_most_do_as_much_for_the_skill_as_against_it(difficulty: float) -> None:
    right, wrong = (weigh(Evidence("e", "s", "item", score, START, "", 1.0, "i", difficulty)) for score in (1.0, 0.0))
    assert (1.0 - difficulty) * right[0] == pytest.approx(difficulty * wrong[1])
    assert right[0] + wrong[1] == pytest.approx(2.0)
    assert right[1] == wrong[0] == 0.0


def test_an_award_is_worth_more_the_better_its_assessment_is_known_to_be() -> None:
    exam = award_share(1.0, "Proctored exam", supervised=True, verified=True)
    quiz = award_share(1.0, "quiz", supervised=False, verified=True)
    unknown = award_share()
    attended = award_share(1.0, "attendance", supervised=False, verified=False)
    assert 1.0 >= exam > unknown > quiz > attended > 0.0


def test_an_award_is_worth_less_the_lower_its_level_and_the_older_it_is() -> None:
    assert award_share(0.5) == pytest.approx(award_share(1.0) / 2)
    assert award_share(age_years=8.0) == pytest.approx(award_share() / 2)
    assert award_share(age_years=-1.0) == award_share()


def test_a_score_over_four_skills_is_worth_half_for_each() -> None:
    assert whole_assessment_share(4) == pytest.approx(0.5)
    assert whole_assessment_share(1) == whole_assessment_share(0) == 1.0
