from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.evidence import RELIABILITY
from credpath.domain.goals import CareerGoal, skill_gaps, total_gap
from credpath.domain.learner import LearnerSnapshot
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import Closing, GoalGap, closing, open_gap
from credpath.recommender.standing import expect_after, stand
from tests.recommender.worlds import SKILLS, FewSkills, goal_of, index_of, learner, offer, teaches

WORTH = 0.8 * RELIABILITY["award"]  # of an award of an introductory credential that is checked in every way
SHOWN = (0.15 + WORTH) / (1.0 + WORTH)
NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.5})


def close(index: CatalogueIndex, goal: CareerGoal, who: LearnerSnapshot | None = None) -> tuple[GoalGap, Closing]:
    gap = open_gap(index, goal, stand(index, who or learner()))
    return gap, closing(index, gap)


def test_the_gap_is_the_domains_gap_also_for_skills_outside_the_catalogue() -> None:
    index, goal, who = index_of({offer("a"): teaches("sql")}), goal_of("sql", "writing"), learner(sql=0.3, writing=0.2)
    gap, _ = close(index, goal, who)
    assert gap.levels == pytest.approx({"urn:sql": 0.3, "urn:writing": 0.2})
    assert gap.total == pytest.approx(total_gap(skill_gaps(goal, gap.levels)))
    assert gap.progress == pytest.approx(0.25 / 0.75)


def test_a_taught_skill_closes_as_far_as_an_award_will_show_and_never_more_than_the_gap() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b"): teaches("sql", strength=0.5)})
    assert close(index, goal_of("sql", required=0.7))[1].of_row.tolist() == pytest.approx([0.7, 0.5 * SHOWN])
    assert close(index, goal_of("sql", required=1.0))[1].of_row.tolist() == pytest.approx([SHOWN, 0.5 * SHOWN])


def test_an_award_that_can_be_relied_on_less_closes_less() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b", assessment_type="attendance"): teaches("sql")})
    whole, less = close(index, goal_of("sql", required=1.0))[1].of_row.tolist()
    assert 0.15 < less < whole


def test_what_is_taught_too_weakly_to_show_anything_closes_nothing() -> None:
    index = index_of({offer("a"): teaches("sql", strength=0.15)})
    assert close(index, goal_of("sql"))[1].of_row.tolist() == [0.0]


def test_what_is_mastered_already_closes_less_and_what_is_met_nothing() -> None:
    index = index_of({offer("a"): teaches("sql")})
    after = (10 * 0.3 + WORTH) / (10 + WORTH)
    assert close(index, goal_of("sql"), learner(sql=0.3))[1].of_row[0] == pytest.approx(after - 0.3)
    assert close(index, goal_of("sql"), learner(sql=0.8))[1].of_row[0] == 0.0


def test_a_related_skill_lifts_only_up_to_its_own_closeness() -> None:
    index = index_of({offer("a"): teaches("excel")}, skills=NEAR)
    fresh, (_, again) = close(index, goal_of("sql"))[1], close(index, goal_of("sql"), learner(sql=0.4))
    assert fresh.of_row[0] == pytest.approx(0.5 * SHOWN)
    assert index.space.labels[fresh.via[0]] == "excel"
    assert again.of_row[0] == 0.0


def test_what_lies_near_a_mastered_skill_is_open_only_as_far_as_that_does_not_reach() -> None:
    index = index_of({offer("a"): teaches("excel")}, skills=NEAR)
    gap, closed = close(index, goal_of("sql"), learner(excel=0.8))
    assert gap.total == pytest.approx(0.75 - 0.5 * 0.8)
    assert closed.of_row[0] < 0.02, "the second neighbour adds next to nothing"


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


LEVEL = st.none() | st.floats(0.02, 0.98)
TAUGHT = st.dictionaries(st.sampled_from(SKILLS), st.floats(0.0, 1.0), min_size=1)
LIKE = {("sql", "excel"): 0.5, ("sql", "tableau"): 0.6, ("python", "sql"): 0.4, ("statistics", "python"): 0.7}


@settings(max_examples=150, deadline=None)
@given(TAUGHT, st.sampled_from(["exam", "quiz", ""]), st.dictionaries(st.sampled_from(SKILLS), LEVEL))
def test_a_credential_closes_what_the_gap_shrinks_by_once_it_is_held(
    taught: dict[str, float], assessed: str, levels: dict[str, float | None]
) -> None:
    links = [link for label, strength in taught.items() for link in teaches(label, strength=strength)]
    index = index_of({offer("a", assessment_type=assessed): links}, skills=FewSkills(SKILLS, LIKE))
    who, goal = learner(**{label: level for label, level in levels.items() if level}), goal_of(*SKILLS)
    gap, closed = close(index, goal, who)
    after = open_gap(index, goal, expect_after(index, stand(index, who), 0))
    # Of several ways to a skill the one that is taught most strongly is promised, not the one that lifts this learner
    # most: never too much, and in 60,000 draws at most .08 too little.
    assert gap.total - after.total == pytest.approx(closed.of_row[0], abs=0.15)
    assert gap.total - after.total >= closed.of_row[0] - 1e-6
