from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from credpath.domain.evidence import RELIABILITY
from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.money import Money
from credpath.domain.paths import LearningPath
from credpath.recommender.award_worth import worth_of
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.concessions import ENOUGH_LEFT
from credpath.recommender.path_problem import MAX_STEPS
from credpath.recommender.planning import plan
from tests.recommender.worlds import (
    SKILLS,
    TODAY,
    FewSkills,
    ask,
    goal_of,
    ids,
    index_of,
    learner,
    needs,
    offer,
    stack,
    teaches,
)

GOAL = goal_of("excel", "python", "sql", "statistics")


def path(
    index: CatalogueIndex, who: LearnerSnapshot | None = None, goal: CareerGoal = GOAL, **limits: Any
) -> LearningPath:
    return plan(index, ask(goal, who, **limits))


def four(**facts: Any) -> CatalogueIndex:
    """One credential a skill of the goal, ten hours each."""
    return index_of(
        {offer(f"on-{skill}", **facts): teaches(skill) for skill in ("excel", "python", "sql", "statistics")}
    )


def test_a_path_goes_on_until_the_goal_is_reached() -> None:
    done = path(four(cost=Money(10, "EUR")), hours_per_week=5.0)
    assert len(done.steps) == 4
    assert (done.hours, done.weeks, done.cost, done.unpriced_steps) == (40.0, 8.0, Money(40.0, "EUR"), 0)
    assert (done.gap_before, done.gap_after) == pytest.approx((0.75, 0.0))
    assert done.would_have_to_give == ()


def test_steps_follow_each_other_without_a_break_at_the_learners_pace() -> None:
    done = path(four(), hours_per_week=4.0)
    assert [(step.start_week, step.end_week) for step in done.steps] == [
        (0.0, 2.5),
        (2.5, 5.0),
        (5.0, 7.5),
        (7.5, 10.0),
    ]


def test_each_step_says_what_it_moves_from_where_to_where() -> None:
    (step,) = path(index_of({offer("a"): teaches("sql", strength=0.5)}), learner(sql=0.2), goal_of("sql")).steps
    worth = float(worth_of(0.5, 0.8 * RELIABILITY["award"]))
    after = (10 * 0.2 + worth) / (10 + worth)
    assert step.skills == (("urn:sql", 0.2, pytest.approx(after)),)
    assert step.gap_closed == pytest.approx(after - 0.2)


def test_a_second_credential_on_the_same_skill_adds_little_and_is_left_out() -> None:
    index = index_of(
        {offer("a"): teaches("sql"), offer("b", title="Again"): teaches("sql"), offer("c"): teaches("excel")}
    )
    assert sorted(ids(path(index, goal=goal_of("sql", "excel")).steps)) == ["a", "c"]


def test_prerequisites_come_first_and_each_step_tells_what_it_unlocks() -> None:
    index = index_of(
        {
            offer("end", prerequisites=needs("mid")): teaches("sql", "statistics"),
            offer("mid", prerequisites=needs("start")): teaches("python"),
            offer("start"): teaches("excel"),
        }
    )
    done = path(index)
    assert ids(done.steps) == ["start", "mid", "end"]
    assert [step.unlocks for step in done.steps] == [("mid",), ("end",), ()]


def test_a_key_that_closes_nothing_is_taken_for_what_it_opens_but_not_when_both_do_not_fit() -> None:
    index = index_of(
        {
            offer("key"): (),
            offer("end", prerequisites=needs("key"), workload_hours=30.0): teaches("python", "sql", "statistics"),
            offer("side"): teaches("excel"),
        }
    )
    assert set(ids(path(index, hours_per_week=10.0, weeks=5.0).steps)) == {"key", "end", "side"}
    assert "key" not in ids(path(index, hours_per_week=10.0, weeks=3.5).steps[1:])


def test_weeks_bound_the_whole_path_and_what_is_missing_is_told_in_hours() -> None:
    done = path(four(), hours_per_week=10.0, weeks=3.0)
    assert (len(done.steps), done.weeks) == (3, 3.0)
    missing = {"on-excel", "on-python", "on-sql", "on-statistics"} - set(ids(done.steps))
    title = missing.pop().title()
    assert done.would_have_to_give[:2] == (
        f"10 hours more would add {title} (closes 25% of the gap).",
        f"1 week more would add {title} (closes 25% of the gap).",
    )


def test_the_budget_bounds_the_whole_path_and_what_is_missing_is_told_in_money() -> None:
    done = path(four(cost=Money(40, "EUR")), budget=Money(100, "EUR"))
    assert (len(done.steps), done.cost) == (2, Money(80.0, "EUR"))
    assert done.would_have_to_give == (
        "60 EUR more would allow another path, which closes 100% of the gap instead of 50%.",
        "Without sql and statistics the rest of the goal fits: 100% of its gap would be closed.",
    )


def test_what_would_have_to_give_is_true_when_it_is_given() -> None:
    index = four(cost=Money(40, "EUR"))
    less = path(index, budget=Money(100, "EUR"))
    (more,) = (c for c in less.concessions if c.kind == "money")
    assert (more.amount, more.unit, more.full, more.gap_after) == (60.0, "EUR", True, pytest.approx(0.0))
    assert path(index, budget=Money(159, "EUR")).gap_after > ENOUGH_LEFT * 0.75
    assert path(index, budget=Money(160, "EUR")).gap_after == pytest.approx(0.0)


def test_when_nothing_fits_the_limit_that_stands_in_the_way_is_named() -> None:
    done = path(
        index_of({offer("a", cost=Money(80, "EUR")): teaches("sql")}), goal=goal_of("sql"), budget=Money(20, "EUR")
    )
    assert (done.steps, done.cost, done.weeks) == ((), None, 0.0)
    assert done.would_have_to_give[0] == "60 EUR more would add A (closes 100% of the gap)."


def test_other_languages_are_named_when_they_would_close_more() -> None:
    done = path(index_of({offer("a", languages=("de",)): teaches("sql")}), languages=frozenset({"en"}))
    assert "Credentials in other languages would close 25% of the gap instead of 0%." in done.would_have_to_give


def test_skills_that_nobody_teaches_are_named() -> None:
    done = path(four(), goal=goal_of("excel", "writing"))
    assert "Nothing in the catalogue teaches writing (50% of the gap)." in done.would_have_to_give


def test_a_path_is_never_longer_than_a_path_should_be() -> None:
    labels = tuple(f"s{n:02d}" for n in range(30))
    many = {offer(f"c{n:02d}"): teaches(label) for n, label in enumerate(labels)}
    done = path(index_of(many, skills=FewSkills(labels)), goal=goal_of(*labels))
    assert len(done.steps) == MAX_STEPS
    assert done.would_have_to_give == ("After 12 steps 60% of the gap is left; plan again from there.",)


def test_a_step_that_starts_later_waits_for_its_date_and_one_that_ends_is_gone_by_then() -> None:
    soon, late = TODAY + timedelta(days=12), TODAY + timedelta(days=3)
    index = index_of(
        {
            offer("now", workload_hours=20.0): teaches("excel", "python"),
            offer("soon", starts_on=soon): teaches("sql"),
            offer("gone", ends_on=late): teaches("statistics"),
        }
    )
    assert ids(path(index, hours_per_week=10.0).steps) == ["now", "soon"]
    assert ids(path(index, hours_per_week=20.0).steps)[0] == "now"


def test_unknown_prices_are_counted_and_other_currencies_added_up_in_the_budgets() -> None:
    index = index_of(
        {
            offer("a", cost=Money(97, "EUR")): teaches("sql"),
            offer("b", cost=Money(100, "USD")): teaches("excel"),
            offer("c"): teaches("python"),
        }
    )
    assert path(index).cost == Money(200.0, "USD")
    done = path(index, budget=Money(1000, "EUR"))
    assert (done.cost, done.unpriced_steps) == (Money(194.0, "EUR"), 1)


def test_stack_progress_grows_with_every_step() -> None:
    members = {offer(f"m-{s}", stacks_into=("s",)): teaches(s) for s in ("excel", "python", "sql")}
    done = path(
        index_of({**members, offer("s", title="The whole", stack=stack()): ()}), goal=goal_of("excel", "python", "sql")
    )
    assert [(p.have, p.after, p.need) for step in done.steps for p in step.stacks] == [(0, 1, 3), (1, 2, 3), (2, 3, 3)]


def test_a_degree_is_not_added_to_a_path_that_has_begun() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("degree", workload_hours=900.0): teaches(*SKILLS)})
    assert ids(path(index).steps) == ["a"]


def test_an_estimated_workload_is_marked() -> None:
    (step,) = path(index_of({offer("a", workload_hours=None): teaches("sql")}), goal=goal_of("sql")).steps
    assert (step.workload_hours, step.workload_estimated) == (25.0, True)


def test_a_goal_of_words_alone_gives_a_short_path_of_what_is_close_to_them() -> None:
    close = {offer(f"c{n}"): () for n in range(5)}
    index = index_of(
        {**close, offer("far"): ()}, vectors={f"c{n}": [0.9, 0.1 * n] for n in range(5)} | {"far": [0, 1.0]}
    )
    done = plan(index, ask(goal_of(), vector=[1.0]))
    assert len(done.steps) == 3
    assert (done.gap_before, done.gap_after) == (0.0, 0.0)


def test_without_any_goal_there_is_nothing_to_plan() -> None:
    done = plan(four(), ask(goal_of(text="")))
    assert (done.steps, done.would_have_to_give) == ((), ("Name a goal: without one there is nothing to plan toward.",))


def test_who_is_there_already_is_told_so() -> None:
    done = path(four(), learner(sql=0.9), goal=goal_of("sql"))
    assert done.would_have_to_give == ("Nothing is missing: every skill of the goal is there already.",)


def test_weeks_and_dates_do_not_run_past_the_calendar() -> None:
    request = replace(ask(GOAL, hours_per_week=0.5, weeks=1_040.0), today=date(9999, 12, 1))
    assert plan(four(), request).steps
