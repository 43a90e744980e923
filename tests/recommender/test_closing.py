from __future__ import annotations

import numpy as np
import pytest

from credpath.domain.goals import CareerGoal, skill_gaps, total_gap
from credpath.domain.learner import LearnerSnapshot
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import Closing, GoalGap, closing, open_gap
from credpath.recommender.standing import AWARD_LEVEL, expect_after, stand
from tests.recommender.worlds import SKILLS, FewSkills, goal_of, index_of, learner, offer, teaches

NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.5})


def close(index: CatalogueIndex, goal: CareerGoal, who: LearnerSnapshot | None = None) -> tuple[GoalGap, Closing]:
    gap = open_gap(index, goal, stand(index, who or learner()))
    return gap, closing(index, gap)


def test_the_gap_is_the_domains_gap_also_for_skills_outside_the_catalogue() -> None:
    index, goal, who = index_of({offer("a"): teaches("sql")}), goal_of("sql", "writing"), learner(sql=0.3, writing=0.2)
    gap, _ = close(index, goal, who)
    assert gap.total == pytest.approx(total_gap(skill_gaps(goal, who.mastery)))
    assert gap.progress == pytest.approx(0.25 / 0.75)


def test_a_taught_skill_closes_as_far_as_an_award_lets_us_expect_and_never_more_than_the_gap() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b"): teaches("sql", strength=0.5)})
    assert close(index, goal_of("sql", required=0.75))[1].of_row.tolist() == pytest.approx([0.75, 0.5 * AWARD_LEVEL])
    assert close(index, goal_of("sql", required=1.0))[1].of_row.tolist() == pytest.approx(
        [AWARD_LEVEL, AWARD_LEVEL / 2]
    )


def test_what_is_mastered_already_closes_less_and_what_is_met_nothing() -> None:
    index = index_of({offer("a"): teaches("sql", strength=0.5)})
    assert close(index, goal_of("sql"), learner(sql=0.3))[1].of_row[0] == pytest.approx(0.5 * (AWARD_LEVEL - 0.3))
    assert close(index, goal_of("sql"), learner(sql=0.8))[1].of_row[0] == 0.0


def test_a_related_skill_lifts_only_up_to_its_own_closeness() -> None:
    index = index_of({offer("a"): teaches("excel")}, skills=NEAR)
    fresh, (_, again) = close(index, goal_of("sql"))[1], close(index, goal_of("sql"), learner(sql=0.4))
    assert fresh.of_row[0] == pytest.approx(0.5 * AWARD_LEVEL)
    assert index.space.labels[fresh.via[0]] == "excel"
    assert again.of_row[0] == 0.0


def test_the_matrix_holds_the_same_amounts_for_chosen_rows() -> None:
    index = index_of({offer("a"): teaches("excel"), offer("b"): teaches("sql", "excel"), offer("c"): ()}, skills=NEAR)
    _, closed = close(index, goal_of("excel", "sql", "writing"))
    amounts, via = closed.matrix(np.array([1, 0]))
    assert amounts.sum(axis=1).tolist() == pytest.approx(closed.of_row[[1, 0]].tolist())
    assert (via >= 0).tolist() == [[False, False, False], [False, True, False]]


def test_a_goal_without_skills_or_a_catalogue_without_rows_closes_nothing() -> None:
    assert close(index_of({offer("a"): teaches("sql")}), goal_of())[1].of_row.tolist() == [0.0]
    gap, closed = close(index_of({}), goal_of("sql"))
    assert (gap.total, closed.of_row.tolist()) == (0.75, [])


def test_after_holding_a_credential_the_gap_has_shrunk_by_what_was_promised() -> None:
    index = index_of({offer("a"): (*teaches("excel"), *teaches("sql", strength=0.2))}, skills=NEAR)
    who, goal = learner(sql=0.3, excel=0.1), goal_of("excel", "sql")
    gap, closed = close(index, goal, who)
    amounts, _ = closed.matrix(np.array([0]))
    levels = gap.mastery + amounts[0] / gap.weights
    also = {int(place): float(level) for place, level in zip(gap.places, levels, strict=True)}
    after = open_gap(index, goal, expect_after(index, stand(index, who), 0, also))
    assert after.total == pytest.approx(gap.total - closed.of_row[0])
