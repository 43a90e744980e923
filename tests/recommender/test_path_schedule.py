"""Weeks for a set of credentials, on problems whose right answer is obvious."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from credpath.recommender.path_problem import Draw, Group, Help, Plan, check, closes, ends_of, lasts, value_of
from credpath.recommender.path_schedule import schedule
from tests.recommender.path_problems import problem_of


def test_one_follows_the_other_and_what_closes_most_for_its_time_goes_first() -> None:
    assert schedule(problem_of([30, 10, 20]), [0, 1, 2]) == Plan((1, 2, 0), (0.0, 1.0, 3.0))


def test_a_prerequisite_comes_first_and_counts_with_what_it_opens() -> None:
    problem = problem_of([10, 10, 5], groups=(Group(0, (1,), (1.0,), 1.0),))
    problem = replace(problem, taught=np.diag([20.0, 0.0, 20.0]), places=(1, 0, 2))
    assert schedule(problem, [0, 1, 2]) == Plan((2, 1, 0), (0.0, 0.5, 1.5))


def test_two_of_three_are_enough_and_the_third_may_come_later() -> None:
    problem = problem_of([10, 20, 30, 1], groups=(Group(3, (0, 1, 2), (1.0, 1.0, 1.0), 2.0),), places=(0, 1, 2, 3))
    plan = schedule(problem, [0, 1, 2, 3])
    assert plan is not None
    assert plan.steps.index(3) == 2
    assert check(problem, plan) == ()


def test_the_first_step_is_first_even_where_something_would_help_it() -> None:
    problem = problem_of([10, 10], first=1, helps=(Help(1, (0,), 0.02),))
    plan = schedule(problem, [0, 1])
    assert plan == Plan((1, 0), (0.0, 1.0))
    assert plan is not None
    assert value_of(problem, plan) == pytest.approx(1.0 - 0.02 - 0.02 - 0.01 / 52 * 2)


def test_what_helps_comes_before_what_it_helps() -> None:
    plan = schedule(problem_of([10, 20], helps=(Help(0, (1,), 0.02),), places=(1, 0)), [0, 1])
    assert plan == Plan((1, 0), (0.0, 2.0))


def test_a_dated_one_waits_for_its_week_and_the_others_go_meanwhile() -> None:
    problem = problem_of([10, 10], opens=np.array([3.0, 0.0]), shuts=np.array([4.0, np.inf]))
    assert schedule(problem, [0, 1]) == Plan((1, 0), (0.0, 3.0))


def test_one_that_soon_cannot_be_started_any_more_goes_first() -> None:
    problem = problem_of([10, 40], shuts=np.array([np.inf, 0.5]))
    assert schedule(problem, [0, 1]) == Plan((1, 0), (0.0, 4.0))


def test_two_that_shut_at_once_cannot_both_be_taken() -> None:
    assert schedule(problem_of([10, 10], shuts=np.array([0.5, 0.5])), [0, 1]) is None


def test_side_by_side_only_as_many_and_as_fast_as_hours_allow() -> None:
    problem = problem_of([20, 20, 20], weeks_each=[5.0, 5.0, 5.0], parallel=2)
    plan = schedule(problem, [0, 1, 2])
    assert plan is not None
    assert plan.starts == (0.0, 0.0, 5.0)
    faster = replace(problem, pace=7.0)
    assert (schedule(faster, [0, 1, 2]) or Plan()).starts == (0.0, 5.0, 10.0)


def test_a_set_that_outlasts_the_weeks_has_no_schedule() -> None:
    assert schedule(problem_of([10, 10], weeks=1.5), [0, 1]) is None
    assert schedule(problem_of([10, 10], weeks=2.0), [0, 1]) is not None


def test_an_order_that_is_preferred_is_kept_as_far_as_it_can_be() -> None:
    problem = problem_of([30, 10, 20], groups=(Group(0, (2,), (1.0,), 1.0),), places=(2, 0, 1))
    assert (schedule(problem, [0, 1, 2], preferred=[0, 1, 2]) or Plan()).steps == (1, 2, 0)
    assert (schedule(problem, [0, 1, 2], preferred=[2, 0, 1]) or Plan()).steps == (2, 0, 1)


def test_a_stack_that_is_earned_opens_what_needs_it_once_its_rule_is_met() -> None:
    groups = (Group(2, (0, 1), (3.0, 2.0), 5.0), Group(1 + 1 + 1, (0,), (1.0,), 1.0))
    problem = problem_of([10, 10, 10, 10], groups=(groups[0], Group(3, (2,), (1.0,), 1.0)), places=(0, 1, 2, 3))
    earned = replace(problem, ids=("c0", "c1"), rows=(0, 1))
    assert closes(earned, [0, 1]) == pytest.approx(0.5)
    assert check(earned, Plan((0, 1), (0.0, 1.0))) == ()


@pytest.mark.parametrize(
    ("plan", "broken"),
    [
        (Plan((0, 0), (0.0, 1.0)), "steps"),
        (Plan((1, 0), (0.0, 1.0)), "first"),
        (Plan((0, 1), (0.0, 0.5)), "parallel"),
        (Plan((0, 1), (1.0, 0.0)), "order"),
        (Plan((0, 2), (0.0, 1.0)), "prerequisites"),
        (Plan((0, 1, 2), (0.0, 1.0, 2.0)), "weeks"),
        (Plan((0, 1), (0.0, 1.2)), "dates"),
        (Plan((0, 3), (0.0, 1.0)), "budget"),
        (Plan((0,), (0.0,)), "required"),
    ],
)
def test_every_broken_limit_is_named(plan: Plan, broken: str) -> None:
    problem = problem_of(
        [10, 10, 10, 1],
        first=0,
        required=(1,),
        weeks=2.5,
        budget=50.0,
        money=np.array([0.0, 0.0, 0.0, 90.0]),
        groups=(Group(2, (1,), (1.0,), 1.0),),
        shuts=np.array([np.inf, 1.0, np.inf, np.inf]),
    )
    assert broken in check(problem, plan)


def test_worth_is_what_is_closed_less_prices_and_lateness_plus_what_draws() -> None:
    draw = Draw(7, (0, 1), (1.0, 1.0), 1.0, 4.0, 0.02)
    problem = problem_of([10, 10], draws=(draw,), credits=np.array([0.003, 0.0]))
    plan = Plan((0, 1), (0.0, 1.0))
    assert (ends_of(problem, plan), lasts(problem, plan)) == ((1.0, 2.0), 2.0)
    assert value_of(problem, plan) == pytest.approx(1.0 - 0.02 + 0.003 + 0.01 - 2 * 0.01 / 52)


def test_a_second_one_on_the_same_skill_adds_less_and_of_neighbours_only_the_best_counts() -> None:
    taught, near = np.array([[0.7], [0.7], [0.0], [0.0]]), np.array([[0.0], [0.0], [0.5], [0.3]])
    problem = replace(problem_of([1, 1, 1, 1]), taught=taught, near=near, caps=np.ones(1), rooms=np.ones(1))
    one, two = closes(problem, [0]), closes(problem, [0, 1])
    assert one == pytest.approx(1 - np.exp(-0.7))
    assert 0 < two - one < one
    assert closes(problem, [2, 3]) == closes(problem, [2]) > closes(problem, [3])
