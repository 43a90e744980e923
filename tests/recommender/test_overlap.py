from __future__ import annotations

import pytest

from credpath.domain.goals import CareerGoal, GoalSkill
from credpath.recommender.closing import open_gap
from credpath.recommender.overlap import closes_along, shared_skills
from credpath.recommender.standing import stand
from tests.recommender.worlds import goal_of, index_of, knows, learner, offer, teaches

INDEX = index_of(
    {
        offer("sql-1"): teaches("sql"),
        offer("sql-2"): teaches("sql"),
        offer("letters"): teaches("writing"),
        offer("both"): teaches("sql", "statistics"),
    }
)


def test_skills_that_both_need_are_told_with_both_weights_and_mastery_the_weightiest_first() -> None:
    one = CareerGoal(
        "a",
        "urn:a",
        skills=(GoalSkill("urn:sql", "sql", 0.25, 0.8, True), GoalSkill("urn:excel", "excel", 0.75, 0.5, True)),
    )
    other = CareerGoal(
        "b",
        "urn:b",
        skills=(GoalSkill("urn:excel", "excel", 0.4, 0.9, False), GoalSkill("urn:sql", "sql", 0.6, 0.7, True)),
    )
    found = shared_skills(one, other, learner(sql=0.5))
    assert [(s.label, s.weights, s.required_levels) for s in found] == [
        ("excel", (0.75, 0.4), (0.5, 0.9)), ("sql", (0.25, 0.6), (0.8, 0.7)),
    ]  # fmt: skip
    assert found[1].mastery == pytest.approx(knows(sql=0.5)["urn:sql"].probability)
    assert shared_skills(one, goal_of("python"), learner()) == ()


def test_a_second_step_on_the_same_skill_closes_only_what_the_first_left() -> None:
    goal = goal_of("sql", "statistics")
    first, second, unrelated = closes_along(INDEX, learner(), goal, ["sql-1", "sql-2", "letters"])
    assert first > second >= 0
    assert unrelated == 0


def test_together_the_steps_close_what_the_gap_lost() -> None:
    goal, steps = goal_of("sql", "statistics"), ["sql-1", "both"]
    closed = closes_along(INDEX, learner(), goal, steps)
    total = open_gap(INDEX, goal, stand(INDEX, learner())).total
    assert 0 < sum(closed) <= total
    assert sum(closed) == pytest.approx(sum(closes_along(INDEX, learner(), goal, steps[::-1])))


def test_steps_toward_words_alone_close_nothing_of_them() -> None:
    assert closes_along(INDEX, learner(), goal_of(), ["sql-1"]) == (0.0,)
    assert closes_along(INDEX, learner(), goal_of("sql"), []) == ()
