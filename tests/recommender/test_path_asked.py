"""What is asked for is on the path whenever any set within the limits holds it, however the others lead there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from credpath.domain.money import Money
from credpath.domain.paths import LearningPath
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.path_problem import Group, Problem, check, value_of
from credpath.recommender.path_solving import USUAL, as_followed, solve, solve_quickly, yielding
from credpath.recommender.planning import plan_all
from tests.recommender.path_problems import all_plans, asking_problem, problem_of
from tests.recommender.worlds import TODAY, ask, goal_of, ids, index_of, learner, needs, offer, stack, teaches

SEARCH_ALONE = replace(USUAL, exact=0)


@pytest.mark.parametrize("seed", range(90))
def test_a_path_is_called_impossible_exactly_when_no_set_within_the_limits_holds_what_is_asked_for(seed: int) -> None:
    problem = asking_problem(seed)
    possible = next(all_plans(problem), None) is not None
    for found in (solve(problem), solve(problem, SEARCH_ALONE), solve_quickly(problem)):
        assert found.feasible is possible
        assert not possible or check(problem, found.plan) == ()


@pytest.mark.parametrize("seed", range(1_000, 1_030))
def test_whatever_leads_to_what_is_asked_for_the_rest_is_the_best_there_is(seed: int) -> None:
    problem = asking_problem(seed)
    best = max((value_of(problem, plan) for plan in all_plans(problem)), default=None)
    if best is not None:
        assert solve(problem).value == pytest.approx(best, abs=0.002 * abs(best) + 1e-9)


@pytest.mark.parametrize("seed", range(2_000, 2_030))
def test_what_yields_is_the_first_step_and_no_more_of_the_wishes_than_must(seed: int) -> None:
    problem = asking_problem(seed)
    left = yielding(problem)
    assert (left.first, set(left.required) <= set(problem.required)) == (-1, True)
    assert next(all_plans(left), None) is not None or not left.required
    for dropped in set(problem.required) - set(left.required):
        assert next(all_plans(replace(left, required=(*left.required, dropped))), None) is None


def three_ways(**limits: Any) -> Problem:
    """Candidate 3 needs any one of 0 (cheapest by its worth), 1 (dear, quick) and 2 (free, slow)."""
    problem = problem_of([10, 5, 40, 10], groups=(Group(3, (0, 1, 2), (1.0, 1.0, 1.0), 1.0),), required=(3,))
    money, prices = np.array([100.0, 200.0, 0.0, 0.0]), np.array([0.01, 0.03, 0.05, 0.01])
    return replace(problem, money=money, prices=prices, **limits)


@pytest.mark.parametrize(
    ("limits", "way"),
    [
        ({"most": 2}, 0),
        ({"budget": 50.0, "most": 2}, 2),
        ({"weeks": 1.5, "most": 2}, 1),
        ({"shuts": np.array([np.inf, np.inf, np.inf, 0.5])}, 1),
        ({"opens": np.array([3.0, 0.0, 0.0, 0.0]), "weeks": 1.5}, 1),
    ],
)
def test_another_way_is_taken_where_the_cheapest_breaks_a_limit(limits: dict[str, Any], way: int) -> None:
    problem = three_ways(**limits)
    for found in (solve(problem), solve(problem, SEARCH_ALONE), solve_quickly(problem)):
        assert found.feasible
        assert {way, 3} <= set(found.plan.steps)
        assert check(problem, found.plan) == ()


def test_where_no_way_keeps_the_limits_it_is_impossible() -> None:
    problem = three_ways(budget=50.0, weeks=1.5)
    assert not solve(problem).feasible
    assert not solve_quickly(problem).feasible
    assert yielding(problem).required == ()


def test_what_the_path_has_already_is_no_longer_paid_for_on_the_way_to_the_next() -> None:
    problem = replace(three_ways(), required=(2,), most=2, caps=np.array([0.1, 0.1, 0.1, 0.7]))
    for found in (solve(problem), solve(problem, SEARCH_ALONE)):
        assert found.plan.steps == (2, 3)


def test_whoever_follows_a_plan_is_asked_for_what_it_holds_and_begins_as_it_begins() -> None:
    problem = replace(three_ways(budget=50.0), first=0, required=(1, 3))
    plan = solve(yielding(problem)).plan
    followed = as_followed(problem, plan)
    assert followed.first == plan.steps[0]
    assert followed.required == (3,)
    assert check(followed, plan) == ()


def best(index: CatalogueIndex, **limits: Any) -> LearningPath:
    return plan_all(index, ask(goal_of("sql", "excel"), **limits))[0]


def ladder(**facts: Any) -> CatalogueIndex:
    """A stack of any three of five, of which the three that teach the goal cost most."""
    prices = {"a": 300, "b": 250, "c": 200, "d": 60, "e": 50}
    taught = {"a": teaches("sql"), "b": teaches("excel"), "c": teaches("sql", "excel", strength=0.5)}
    members = {
        offer(name, cost=Money(price, "EUR"), stacks_into=("whole",), **facts): taught.get(name, ())
        for name, price in prices.items()
    }
    return index_of({**members, offer("whole", stack=stack("n_of", 3)): ()})


@pytest.mark.parametrize("budget", [310, 360, 420, 550, 620, 750])
def test_a_stack_within_the_budget_is_completed_by_members_that_fit(budget: int) -> None:
    done = best(ladder(), stack="whole", budget=Money(budget, "EUR"))
    assert (done.cost or Money(0, "EUR")).amount <= budget
    (progress,) = done.stacks
    assert progress.after >= 3
    assert not any(one.kind == "stack" for one in done.concessions)


def test_a_stack_that_no_members_within_the_budget_complete_is_said_to_be_left_out() -> None:
    done = best(ladder(), stack="whole", budget=Money(305, "EUR"))
    assert [one.subject for one in done.concessions if one.kind == "stack"] == ["whole"]


def test_a_stack_that_is_pinned_is_completed_as_one_that_is_asked_for() -> None:
    asked, pinned = best(ladder(), stack="whole"), best(ladder(), pinned=("whole",))
    assert ids(asked.steps) == ids(pinned.steps)
    assert asked.stacks == pinned.stacks


def test_two_stacks_are_completed_together_where_both_fit() -> None:
    shared = {offer("both", stacks_into=("one", "two"), cost=Money(90, "EUR")): ()}
    others = {
        offer(f"{s}-{n}", stacks_into=(s,), cost=Money(40 + n, "EUR")): () for s in ("one", "two") for n in (1, 2)
    }
    wholes = {offer(s, stack=stack("n_of", 2)): () for s in ("one", "two")}
    index = index_of({**shared, **others, **wholes, offer("sql"): teaches("sql")})
    done = best(index, stack="one", pinned=("two",), budget=Money(172, "EUR"))
    assert {progress.stack_id for progress in done.stacks if progress.after >= progress.need} == {"one", "two"}
    assert "both" in ids(done.steps)
    poorer = best(index, stack="one", pinned=("two",), budget=Money(165, "EUR"))
    assert len([one for one in poorer.concessions if one.kind in ("stack", "pin")]) == 1


def test_a_stack_is_completed_by_the_member_whose_prerequisites_fit() -> None:
    chain = {
        offer("base", cost=Money(200, "EUR")): (),
        offer("m1", cost=Money(10, "EUR"), stacks_into=("s",), prerequisites=needs("base")): (),
        offer("m2", cost=Money(120, "EUR"), stacks_into=("s",)): (),
        offer("m3", cost=Money(20, "EUR"), stacks_into=("s",)): (),
        offer("s", stack=stack("n_of", 2)): (),
        offer("sql"): teaches("sql"),
    }
    done = best(index_of(chain), stack="s", budget=Money(140, "EUR"))
    assert {"m2", "m3"} <= set(ids(done.steps))
    assert "base" not in ids(done.steps)


def test_a_stack_whose_dated_member_comes_too_late_is_completed_by_another() -> None:
    late = TODAY + timedelta(days=200)
    members = {
        offer("late", stacks_into=("s",), starts_on=late, ends_on=late): teaches("excel"),
        offer("slow", stacks_into=("s",), workload_hours=30.0): (),
        offer("soon", stacks_into=("s",)): teaches("sql"),
    }
    index = index_of({**members, offer("s", stack=stack("n_of", 2)): ()})
    done = best(index, stack="s", weeks=6.0, hours_per_week=10.0)
    assert set(ids(done.steps)) == {"slow", "soon"}


def test_a_stack_that_is_held_already_asks_for_nothing() -> None:
    index, who = ladder(), learner(held=["c", "d", "e"])
    asked = plan_all(index, ask(goal_of("sql", "excel"), who, stack="whole"))
    plain = plan_all(index, ask(goal_of("sql", "excel"), who))
    assert [ids(path.steps) for path in asked] == [ids(path.steps) for path in plain]
