"""The solver against every set and order there is, on problems small enough for that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credpath.recommender.path_problem import NOTHING, Plan, Problem, check, value_of
from credpath.recommender.path_solving import solve, solve_quickly
from tests.recommender.path_problems import all_plans
from training.random_paths import make_path_problem


def best_of_all(problem: Problem) -> Plan | None:
    """By brute force; None when what is asked for cannot be."""
    return max(all_plans(problem), key=lambda plan: value_of(problem, plan), default=None)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_served_is_the_best_of_all_sets_within_its_stated_gap(seed: int) -> None:
    problem = make_path_problem(seed, most=8, skills=6)
    best, found = best_of_all(problem), solve(problem)
    assert found.feasible is (best is not None)
    if best is None:
        return
    assert check(problem, found.plan) == ()
    optimum = value_of(problem, best)
    assert found.value == pytest.approx(value_of(problem, found.plan), abs=1e-9)
    assert found.value <= optimum + 1e-9
    assert found.bound >= optimum - 1e-6
    assert optimum - found.value <= 0.005 * abs(optimum) + 1e-9


@pytest.mark.parametrize("seed", range(100, 130))
def test_no_limit_is_broken_and_the_same_problem_has_the_same_plan(seed: int) -> None:
    problem = make_path_problem(seed, most=30)
    for found in (solve_quickly(problem), solve(problem)):
        assert not found.feasible or check(problem, found.plan) == ()
    assert solve(problem) == solve(problem)


def test_the_quick_answer_is_nearly_as_good() -> None:
    missing = []
    for seed in range(200, 220):
        problem = make_path_problem(seed, most=16)
        found, quick = solve(problem), solve_quickly(problem)
        assert quick.feasible is found.feasible
        missing.append((found.value - quick.value) / max(1e-9, abs(found.value)))
    assert sum(missing) / len(missing) < 0.02


def test_what_cannot_be_met_is_said_to_be_infeasible() -> None:
    problem = replace(make_path_problem(3, most=6), first=-1, required=(0,), budget=0.0)
    dear = replace(problem, money=problem.money + 100.0)
    assert not solve(dear).feasible
    assert solve(dear).plan == NOTHING


def test_without_anything_worth_taking_the_plan_is_empty() -> None:
    problem = replace(make_path_problem(5, most=6), first=-1, required=(), draws=())
    dear = replace(problem, prices=problem.prices + 10.0)
    found = solve(dear)
    assert (found.plan, found.value, found.feasible, found.gap) == (NOTHING, 0.0, True, 0.0)
