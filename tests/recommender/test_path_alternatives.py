"""Other paths that really differ: each is what its name says, none is worse than another in everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from credpath.domain.money import Money
from credpath.domain.paths import LearningPath, PathKind, Step
from credpath.recommender.path_alternatives import (
    CLOSES_AT_LEAST,
    DIFFERS,
    MOST,
    SURER,
    alternatives,
    undominated,
)
from credpath.recommender.path_problem import Problem, check, closes, earned_with, lasts
from credpath.recommender.path_sets import asked_for
from credpath.recommender.path_solving import solve
from credpath.recommender.planning import plan_all
from tests.recommender.path_problems import asking_problem
from tests.recommender.worlds import ask, goal_of, ids, index_of, needs, offer, stack, teaches
from training.random_paths import make_path_problem

SEEDS = range(300, 340)


def others(problem: Problem) -> tuple[Any, list[tuple[PathKind, Any]]]:
    best = solve(problem)
    return best, alternatives(problem, best, calibrated=True)


def differs(problem: Problem, kind: PathKind, plan: Any, best: Any) -> bool:
    """By what the kind is about, enough."""
    ours, theirs = list(plan.steps), list(best.steps)
    if kind == "fastest":
        return lasts(problem, plan) < (1 - DIFFERS) * lasts(problem, best)
    if kind == "cheapest":
        return bool(problem.money[ours].sum() < (1 - DIFFERS) * problem.money[theirs].sum())
    if kind == "surest":
        return bool(problem.chances[ours].prod() > problem.chances[theirs].prod() + SURER)
    return bool(problem.ects[ours].sum() > (1 + DIFFERS) * problem.ects[theirs].sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_each_keeps_every_limit_closes_nearly_as_much_and_is_what_its_name_says(seed: int) -> None:
    problem = make_path_problem(seed, most=16)
    best, found = others(problem)
    assert len({kind for kind, _ in found}) == len(found)
    for kind, other in found:
        assert check(problem, other.plan) == ()
        assert closes(problem, other.plan.steps) >= CLOSES_AT_LEAST * closes(problem, best.plan.steps) - 1e-9
        assert set(other.plan.steps) != set(best.plan.steps)
        assert differs(problem, kind, other.plan, best.plan)


def test_most_random_problems_have_some() -> None:
    found = [kind for seed in SEEDS for kind, _ in others(make_path_problem(seed, most=16))[1]]
    assert {"fastest", "cheapest", "surest", "most_credit"} == set(found)
    assert len(found) > len(SEEDS)


@pytest.mark.parametrize("seed", range(30))
def test_each_holds_all_that_is_asked_for_whichever_way_it_takes_there(seed: int) -> None:
    problem = asking_problem(seed)
    best, found = others(problem)
    assert best.feasible or not found
    for _, other in found:
        assert set(asked_for(problem)) <= earned_with(problem, other.plan.steps)
        assert check(problem, other.plan) == ()


def totals(**facts: Any) -> LearningPath:
    """A path of one step whose totals are all alike unless said otherwise."""
    name = facts.pop("name")
    step = Step(name, 0.0, 1.0, 10.0, False, None, None, 0.5, (), (), (), ())
    known: dict[str, Any] = {"hours": 10.0, "weeks": 5.0, "unpriced_steps": 0, "ects": 5.0}
    known |= {"cost": Money(100, "EUR"), "gap_before": 0.5, "gap_after": 0.1, "completion_probability": 0.5}
    return LearningPath(steps=(step,), **(known | facts))


def kept(*paths: LearningPath) -> list[str]:
    return [path.steps[0].credential_id for path in undominated(list(paths))]


def test_what_is_worse_in_every_total_or_equal_or_better_in_every_one_is_dropped() -> None:
    best = totals(name="best")
    assert kept(best, totals(name="worse", weeks=6.0)) == ["best"]
    assert kept(best, totals(name="equal")) == ["best"]
    assert kept(best, totals(name="better", weeks=4.0)) == ["best"]
    assert kept(best, totals(name="best", weeks=4.0, gap_after=0.2)) == ["best"]
    assert kept(best, totals(name="faster", weeks=4.0, gap_after=0.12)) == ["best", "faster"]


def test_an_alternative_that_another_alternative_beats_is_dropped() -> None:
    best, faster = totals(name="best"), totals(name="faster", weeks=4.0, gap_after=0.12)
    slower = totals(name="slower", weeks=4.5, gap_after=0.13)
    assert kept(best, faster, slower) == ["best", "faster"]
    assert kept(best, faster, replace(slower, cost=Money(50, "EUR"))) == ["best", "faster", "slower"]


def test_there_are_at_most_three_beside_the_best() -> None:
    many = [totals(name=f"p{n}", weeks=5.0 - n, gap_after=0.1 + 0.01 * n) for n in range(7)]
    assert kept(*many) == ["p0", "p1", "p2", "p3"]
    assert len(kept(*many)) == MOST + 1


def offered() -> Mapping[Any, Any]:
    """Each skill twice: quick and dear, or slow, cheap, with credit; and one to begin with."""
    made: dict[Any, Any] = {offer("begin", workload_hours=5.0): teaches("statistics")}
    for skill in ("excel", "python", "sql"):
        quick = offer(f"quick-{skill}", workload_hours=8.0, cost=Money(120, "EUR"))
        made[quick] = teaches(skill, strength=0.95)
        slow = offer(f"slow-{skill}", workload_hours=20.0, cost=Money(15, "EUR"), ects=3.0)
        made[slow] = teaches(skill, strength=0.95)
    return made


def test_a_learner_may_choose_the_quick_path_or_the_cheap_one_and_sees_the_totals_of_each() -> None:
    paths = {path.kind: path for path in plan_all(index_of(offered()), ask(goal_of("excel", "python", "sql")))}
    assert len(paths) >= 2
    for kind, path in paths.items():
        assert path.hours == sum(step.workload_hours for step in path.steps)
        assert path.ects == sum(step.ects or 0.0 for step in path.steps)
        assert (path.cost or Money(0, "EUR")).amount == sum(step.cost.amount for step in path.steps if step.cost)
        assert path.gap_after <= paths["best"].gap_after + 0.1 * paths["best"].gap_before
        if kind in ("cheapest", "most_credit"):
            assert path.weeks > min(other.weeks for other in paths.values())


def test_all_paths_begin_with_the_same_step_the_recommended_one() -> None:
    paths = plan_all(index_of(offered()), ask(goal_of("excel", "python", "sql", "statistics")))
    assert len(paths) > 1
    assert len({ids(path.steps)[0] for path in paths}) == 1


def test_there_are_alternatives_where_the_recommended_step_does_not_fit_with_a_pin() -> None:
    long = {offer("long", workload_hours=60.0): ()}
    limits: dict[str, Any] = {"hours_per_week": 10.0, "weeks": 9.0, "pinned": ("long",)}
    paths = plan_all(index_of({**offered(), **long}), ask(goal_of("excel", "python", "sql"), **limits))
    assert all("long" in ids(path.steps) for path in paths)
    assert len({frozenset(ids(path.steps)) for path in paths}) == len(paths)


def test_an_alternative_completes_the_stack_by_other_members() -> None:
    members = {
        offer(f"m{n}", workload_hours=hours, cost=Money(price, "EUR"), stacks_into=("s",)): ()
        for n, (hours, price) in enumerate([(5.0, 200), (5.0, 210), (30.0, 10), (30.0, 20)])
    }
    world = {**members, offer("s", stack=stack("n_of", 2)): (), offer("sql"): teaches("sql"),
             offer("more", prerequisites=needs("sql")): teaches("excel")}  # fmt: skip
    paths = plan_all(index_of(world), ask(goal_of("sql", "excel"), stack="s"))
    ways = {path.kind: {i for i in ids(path.steps) if i.startswith("m") and i != "more"} for path in paths}
    assert len(ways) > 1
    assert ways["fastest" if ways["best"] == {"m2", "m3"} else "cheapest"] == {"m0", "m1", "m2", "m3"} - ways["best"]
