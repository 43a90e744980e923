"""What would have to give: each change, applied, brings what is said; a smaller one of its kind does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credpath.domain.money import Money
from credpath.domain.paths import Concession, Constraints, LearningPath
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.concessions import ENOUGH_LEFT, WORTH_ASKING
from credpath.recommender.planning import plan_all
from tests.recommender.worlds import TODAY, ask, goal_of, ids, index_of, needs, offer, stack, teaches

SKILLS = ("excel", "python", "sql", "statistics")
GOAL = goal_of(*SKILLS)
HOURS = 10.0  # a week, in every question


def path(index: CatalogueIndex, limits: Constraints, goal: Any = GOAL) -> LearningPath:
    return plan_all(index, replace(ask(goal), constraints=limits))[0]


def limits(**facts: Any) -> Constraints:
    return Constraints(hours_per_week=HOURS, **facts)


def kinds(done: LearningPath) -> dict[str, Concession]:
    assert len({one.kind for one in done.concessions}) == len(done.concessions)
    return {one.kind: one for one in done.concessions}


def closed(done: LearningPath) -> float:
    return 1.0 - done.gap_after / done.gap_before


def given(was: Constraints, one: Concession, less: float = 0.0) -> Constraints:
    """The limits once they give as said, by `less` units less."""
    amount = one.amount - less
    if one.kind == "hours":
        return replace(was, hours_per_week=HOURS + amount / (was.weeks or 1.0))
    if one.kind == "weeks":
        return replace(was, weeks=(was.weeks or 0.0) + amount)
    if one.kind == "money" and was.budget:
        return replace(was, budget=Money(was.budget.amount + amount, was.budget.currency))
    if one.kind == "parallel":
        return replace(was, parallel=was.parallel + int(amount))
    assert one.kind == "start"
    assert was.starts_on is not None
    return replace(was, starts_on=was.starts_on - timedelta(weeks=amount))


def four(prices: Mapping[str, int] | None = None, **facts: Any) -> CatalogueIndex:
    """One each for the four skills."""
    costs = {skill: {"cost": Money(price, "EUR")} for skill, price in (prices or {}).items()}
    return index_of({offer(f"on-{skill}", **(facts | costs.get(skill, {}))): teaches(skill) for skill in SKILLS})


LADDER = dict(zip(SKILLS, (20, 30, 40, 70), strict=True))
CASES: list[tuple[CatalogueIndex, Constraints]] = [
    (four(), limits(weeks=1.0)),
    (four(), limits(weeks=2.0)),
    (four(), limits(weeks=2.5)),
    (four(workload_hours=13.0), limits(weeks=3.0)),
    (four(LADDER), limits(budget=Money(20, "EUR"))),
    (four(LADDER), limits(budget=Money(55, "EUR"))),
    (four(LADDER), limits(budget=Money(100, "EUR"))),
    (four(LADDER), limits(budget=Money(1_000, "EUR"), weeks=3.0)),
]


@pytest.mark.parametrize(("index", "was"), CASES)
def test_a_change_that_is_applied_brings_what_is_said(index: CatalogueIndex, was: Constraints) -> None:
    told = kinds(path(index, was))
    assert told.keys() & {"hours", "weeks", "money"}
    for kind in told.keys() & {"hours", "weeks", "money"}:
        then = path(index, given(was, told[kind]))
        assert 1.0 - closed(then) == pytest.approx(told[kind].gap_after, abs=0.01)
        assert told[kind].full is (told[kind].gap_after <= ENOUGH_LEFT)


@pytest.mark.parametrize(("index", "was"), CASES)
def test_one_unit_less_is_not_enough(index: CatalogueIndex, was: Constraints) -> None:
    for one in kinds(path(index, was)).values():
        if one.kind in ("hours", "weeks", "money"):
            less = path(index, given(was, one, less=1.0))
            assert closed(less) < 1.0 - ENOUGH_LEFT
            assert closed(less) < 1.0 - one.gap_after - WORTH_ASKING / 2


def test_where_nothing_makes_all_of_it_fit_the_least_that_brings_it_nearer_is_said() -> None:
    index, was = four({"excel": 50, "python": 60, "sql": 10, "statistics": 2_000_000}), limits(budget=Money(10, "EUR"))
    one = kinds(path(index, was))["money"]
    assert closed(path(index, given(was, one))) == pytest.approx(1.0 - one.gap_after, abs=0.01)
    assert closed(path(index, given(was, one, less=1.0))) < 1.0 - one.gap_after


def test_where_nothing_fits_the_least_for_a_first_step_is_said_before_all_of_it() -> None:
    index, was = four(LADDER, workload_hours=30.0), limits(weeks=1.0, budget=Money(1_000, "EUR"))
    done = path(index, was)
    assert done.steps == ()
    weeks = [one for one in done.concessions if one.kind == "weeks"]
    assert [one.amount for one in weeks] == [2.0, 11.0]
    assert [len(path(index, given(was, one)).steps) for one in weeks] == [1, 4]
    assert path(index, given(was, weeks[0], less=1.0)).steps == ()


def test_where_no_wish_alone_is_to_blame_all_of_them_together_are() -> None:
    facts: dict[str, Any] = {"participation": frozenset({"submarine"}), "awarding_bodies": frozenset({"Nobody"})}
    done = path(four(participation="online", awarding_body="City"), limits(**facts))
    assert [one.kind for one in done.concessions] == ["wish"]
    assert "together, 100% of the gap would be closed instead of 0%" in done.concessions[0].sentence


def test_where_nothing_helps_it_is_not_blamed_on_hours() -> None:
    done = path(four(ends_on=TODAY - timedelta(days=9)), limits())
    assert (done.steps, done.concessions) == ((), ())
    assert done.would_have_to_give == ("Nothing that would bring the goal nearer is within all these limits together.",)


def test_the_amounts_are_in_their_units_and_stand_in_the_sentences() -> None:
    done = path(four(LADDER), limits(weeks=2.0, budget=Money(1_000, "EUR")))
    told = kinds(done)
    assert (told["hours"].amount, told["hours"].unit) == (20.0, "hours")
    assert (told["weeks"].amount, told["weeks"].unit) == (2.0, "weeks")
    assert told["hours"].sentence.startswith("20 hours more would")
    assert told["weeks"].sentence.startswith("2 weeks more would")
    money = kinds(path(four(LADDER), limits(budget=Money(100, "EUR"))))["money"]
    assert (money.amount, money.unit) == (60.0, "EUR")
    assert money.sentence in path(four(LADDER), limits(budget=Money(100, "EUR"))).would_have_to_give


def test_the_cheapest_way_to_the_goal_is_what_money_is_counted_for() -> None:
    dear = {offer(f"dear-{skill}", cost=Money(500, "EUR")): teaches(skill) for skill in ("excel", "sql")}
    cheap = {offer(f"cheap-{s}", cost=Money(60, "EUR"), workload_hours=20.0): teaches(s) for s in ("excel", "sql")}
    one = kinds(path(index_of(dear | cheap), limits(budget=Money(70, "EUR")), goal_of("excel", "sql")))["money"]
    assert (one.amount, one.full) == (50.0, True)


def test_taking_more_at_once_is_said_where_it_helps_and_one_fewer_would_not() -> None:
    index, was = four(workload_hours=10.0, duration_weeks=5.0), limits(weeks=5.0, parallel=2)
    wide = replace(was, hours_per_week=40.0)
    one = kinds(path(index, wide))["parallel"]
    assert closed(path(index, given(wide, one))) == pytest.approx(1.0 - one.gap_after, abs=0.01)
    assert closed(path(index, given(wide, one, less=1.0))) < 1.0 - one.gap_after - 0.01


def test_an_earlier_start_is_said_where_waiting_shuts_something_out() -> None:
    index, was = four(ends_on=TODAY + timedelta(days=70)), limits(starts_on=TODAY + timedelta(days=84))
    one = kinds(path(index, was))["start"]
    assert (one.amount, one.unit) == (12.0, "weeks")
    assert closed(path(index, given(was, one))) == pytest.approx(1.0 - one.gap_after, abs=0.01)


@pytest.mark.parametrize("kind", ["pin", "stack"])
def test_doing_without_what_was_asked_for_brings_what_is_said(kind: str) -> None:
    members = {offer(f"m{n}", workload_hours=20.0, stacks_into=("s",)): () for n in range(2)}
    world = {**members, offer("s", stack=stack("n_of", 2)): (), **{offer(f"on-{s}"): teaches(s) for s in SKILLS}}
    asked: dict[str, Any] = {"pinned": ("m0",)} if kind == "pin" else {"stack": "s"}
    was = limits(weeks=5.0, **asked)
    told = kinds(path(index_of(world), was))
    free = path(index_of(world), limits(weeks=5.0))
    assert told[kind].subject == ("m0" if kind == "pin" else "s")
    assert 1.0 - closed(free) == pytest.approx(told[kind].gap_after, abs=0.01)


def test_what_is_asked_for_and_does_not_fit_is_told_though_the_goal_fits() -> None:
    index = index_of({offer("long", workload_hours=500.0): (), offer("sql"): teaches("sql")})
    done = path(index, limits(weeks=10.0, pinned=("long",)), goal_of("sql"))
    assert ids(done.steps) == ["sql"]
    told = kinds(done)
    assert (told["pin"].subject, told["pin"].full) == ("long", True)
    assert told["pin"].sentence in done.would_have_to_give


def test_more_money_helps_though_the_recommended_step_does_not_fit_with_a_pin() -> None:
    world = {
        offer("key", workload_hours=32.0): (),
        offer("quick"): teaches("sql", strength=0.6),
        offer("opened", workload_hours=8.0, cost=Money(90, "EUR"), prerequisites=needs("key")): teaches("sql", "excel"),
    }
    was = limits(weeks=4.0, pinned=("key",), budget=Money(10, "EUR"))
    one = kinds(path(index_of(world), was, goal_of("sql", "excel")))["money"]
    assert one.amount == 80.0
    assert closed(path(index_of(world), given(was, one), goal_of("sql", "excel"))) > 0.9


def test_nothing_would_have_to_give_where_all_of_it_fits() -> None:
    assert path(four(LADDER), limits(weeks=4.0, budget=Money(160, "EUR"))).concessions == ()
    assert path(four(), limits()).would_have_to_give == ()


def test_the_skills_to_do_without_are_as_few_as_can_be() -> None:
    told = kinds(path(four(), limits(weeks=2.0)))["skill"]
    assert (told.amount, told.full) == (2.0, True)
    assert kinds(path(four(), limits(weeks=3.0)))["skill"].amount == 1.0
