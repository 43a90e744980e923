"""Alternatives, what stays of a kept path, pins and stacks, dates and several at once, and what would have to give."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.money import Money
from credpath.domain.paths import Concession, KeptPath, LearningPath
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.path_stability import MARGIN
from credpath.recommender.planning import plan_all
from tests.recommender.worlds import TODAY, ask, goal_of, ids, index_of, learner, needs, offer, stack, teaches

GOAL = goal_of("excel", "python", "sql", "statistics")


def paths(
    index: CatalogueIndex,
    who: LearnerSnapshot | None = None,
    goal: CareerGoal = GOAL,
    kept: tuple[str, ...] = (),
    **limits: Any,
) -> tuple[LearningPath, ...]:
    return plan_all(index, ask(goal, who, **limits), kept=KeptPath(kept))


def best(index: CatalogueIndex, **limits: Any) -> LearningPath:
    return paths(index, **limits)[0]


def given(path: LearningPath, kind: str) -> Concession:
    (one,) = (c for c in path.concessions if c.kind == kind)
    assert one.sentence in path.would_have_to_give
    return one


def four(**facts: Any) -> CatalogueIndex:
    return index_of({offer(f"on-{s}", **facts): teaches(s) for s in ("excel", "python", "sql", "statistics")})


def test_a_path_says_how_good_it_is_and_when_it_runs() -> None:
    done = best(four(ects=2.0), hours_per_week=5.0)
    assert (done.kind, done.solver, done.ects, done.reachable) == ("best", "highs", 8.0, pytest.approx(1.0))
    assert done.optimality_gap == pytest.approx(0.0, abs=0.003)
    assert done.bound == pytest.approx(0.0, abs=1e-6)
    assert (done.starts_on, done.ends_on) == (TODAY, TODAY + timedelta(days=55))
    assert [step.starts_on for step in done.steps] == [TODAY + timedelta(days=14 * n) for n in range(4)]
    assert done.completion_probability is None


def test_two_cheap_ones_go_before_a_dear_one_that_takes_all_the_money() -> None:
    dear = {offer("dear", cost=Money(100, "EUR")): teaches("excel", "python")}
    cheap = {offer(f"on-{s}", cost=Money(50, "EUR")): teaches(s, "excel") for s in ("sql", "statistics")}
    done = best(index_of(dear | cheap), budget=Money(100, "EUR"), excluded=frozenset())
    assert done.gap_after < 0.75 * 0.5 + 1e-9


def test_alternatives_are_faster_or_cheaper_and_close_nearly_as_much() -> None:
    quick = {
        offer(f"q-{s}", workload_hours=10.0, cost=Money(90, "EUR")): teaches(s, strength=0.8) for s in ("sql", "excel")
    }
    slow = {
        offer(f"s-{s}", workload_hours=14.0, cost=Money(0, "EUR")): teaches(s, strength=0.9) for s in ("sql", "excel")
    }
    rest = {offer("rest", workload_hours=10.0): teaches("python")}
    found = paths(index_of(quick | slow | rest), goal=goal_of("sql", "excel", "python"))
    kinds = {path.kind: path for path in found}
    assert found[0].kind == "best"
    assert len(found) == len({frozenset(ids(path.steps)) for path in found})
    for kind, path in kinds.items():
        assert path.reachable >= 0.9 * found[0].reachable - 1e-9
        if kind == "fastest":
            assert path.weeks < found[0].weeks
        if kind == "cheapest":
            assert (path.cost or Money(0, "EUR")).amount < (found[0].cost or Money(0, "EUR")).amount
    assert len(kinds) > 1


def test_the_same_question_with_the_kept_path_changes_nothing() -> None:
    first = best(four())
    again = paths(four(), kept=tuple(ids(first.steps)))[0]
    assert (ids(again.steps), again.changes) == (ids(first.steps), ())
    backwards = tuple(reversed(ids(first.steps)))
    assert ids(paths(four(), kept=backwards)[0].steps) == list(backwards)


def test_after_a_step_the_rest_stays_as_it_was() -> None:
    first = best(four())
    held, *ahead = ids(first.steps)
    skill = held.removeprefix("on-")
    again = paths(four(), learner(held=[held], **{skill: 0.8}), kept=tuple(ahead))[0]
    assert (ids(again.steps), again.changes) == (ahead, ())


def test_what_can_be_no_step_any_more_is_named_with_its_reason() -> None:
    offers = {offer(f"on-{s}", status="withdrawn" if s == "sql" else "active"): teaches(s) for s in ("sql", "excel")}
    (change,) = paths(index_of(offers), kept=("on-sql", "on-excel"))[0].changes
    assert (change.kind, change.credential_id) == ("removed", "on-sql")
    assert change.sentence == "On-Sql is no longer on the path: it is not offered now."


def test_a_path_that_is_worth_clearly_more_takes_its_place_and_says_by_how_much() -> None:
    offers = {offer("poor", workload_hours=40.0): teaches("sql", strength=0.2), offer("rich"): teaches("sql", "excel")}
    done = paths(index_of(offers), goal=goal_of("sql", "excel"), kept=("poor",))[0]
    assert "rich" in ids(done.steps)
    assert done.changes
    assert all(f"{100 * MARGIN:.0f}%" in c.sentence or c.sentence.startswith("Rich is added") for c in done.changes)


def test_a_started_step_counts_as_done_for_those_that_need_it() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b", prerequisites=needs("a")): teaches("excel")})
    who = learner(in_progress=["a"])
    assert ids(paths(index, who, kept=("b",))[0].steps) == ["b"]
    assert ids(paths(index, who)[0].steps) == ["b"]


def test_a_pin_is_taken_and_one_that_cannot_be_is_named() -> None:
    index = index_of(
        {offer("a"): teaches("sql"), offer("odd"): (), offer("german", languages=("de",)): teaches("excel")}
    )
    assert set(ids(best(index, pinned=("odd",)).steps)) == {"a", "odd", "german"}
    done = best(index, pinned=("german",), languages=frozenset({"en"}))
    assert ids(done.steps) == ["a"]
    assert given(done, "pin").sentence == (
        "German is pinned, but it is not on the path: it is in none of the languages that suit."
    )


def test_a_stack_that_is_asked_for_is_completed() -> None:
    members = {offer(f"m{n}", stacks_into=("s",)): () for n in range(3)}
    index = index_of({**members, offer("s", title="The whole", stack=stack("n_of", 2)): (), offer("a"): teaches("sql")})
    assert ids(best(index, goal=goal_of("sql")).steps) == ["a"]
    done = best(index, goal=goal_of("sql"), stack="s")
    assert len(done.steps) == 3
    (progress,) = done.stacks
    assert (progress.stack_id, progress.have, progress.after, progress.need) == ("s", 0.0, 2.0, 2.0)


def test_a_dated_credential_starts_in_its_window_and_others_go_meanwhile() -> None:
    opens = TODAY + timedelta(days=28)
    index = index_of(
        {
            offer("dated", starts_on=opens, ends_on=opens + timedelta(days=7)): teaches("sql", "python"),
            offer("free"): teaches("excel"),
        }
    )
    done = best(index, hours_per_week=10.0)
    assert [(step.credential_id, step.start_week) for step in done.steps] == [("free", 0.0), ("dated", 4.0)]
    assert done.steps[1].starts_on == opens
    assert ids(best(index, hours_per_week=10.0, weeks=3.0).steps) == ["free"]


def test_side_by_side_paced_ones_share_the_hours_of_a_week() -> None:
    index = index_of({offer(f"on-{s}", workload_hours=20.0, duration_weeks=5.0): teaches(s) for s in ("sql", "excel")})
    done = best(index, goal=goal_of("sql", "excel"), hours_per_week=8.0, parallel=2)
    assert [(step.start_week, step.end_week) for step in done.steps] == [(0.0, 5.0), (0.0, 5.0)]
    alone = best(index, goal=goal_of("sql", "excel"), hours_per_week=8.0)
    assert [(step.start_week, step.end_week) for step in alone.steps] == [(0.0, 2.5), (2.5, 5.0)]


def test_a_path_begins_on_the_day_asked_for_and_ends_by_the_deadline() -> None:
    begin = TODAY + timedelta(days=10)
    done = best(four(), hours_per_week=10.0, starts_on=begin, deadline=begin + timedelta(days=21), weeks=9.0)
    assert (len(done.steps), done.starts_on, done.weeks) == (3, begin, 3.0)
    assert done.ends_on == begin + timedelta(days=20)


def test_the_smallest_change_of_each_kind_is_told_in_its_own_unit() -> None:
    done = best(four(), hours_per_week=10.0, weeks=2.0)
    hours, weeks, skill = given(done, "hours"), given(done, "weeks"), given(done, "skill")
    assert (hours.amount, hours.unit, hours.full) == (20.0, "hours", True)
    assert (weeks.amount, weeks.unit, weeks.gap_after) == (2.0, "weeks", pytest.approx(0.0))
    assert (skill.amount, skill.subject.startswith("urn:"), skill.full) == (2.0, True, True)
    assert best(four(), hours_per_week=10.0, weeks=4.0).concessions == ()


@pytest.mark.parametrize(
    ("wish", "facts", "kind", "subject"),
    [
        ({"languages": frozenset({"en"})}, {"languages": ("de",)}, "language", "de"),
        ({"participation": frozenset({"online"})}, {"participation": "onsite"}, "wish", "participation"),
        ({"accredited": True}, {"quality_assurance": "", "level": "intermediate"}, "wish", "accredited"),
        ({"awarding_bodies": frozenset({"Aber"})}, {"awarding_body": "Bern"}, "wish", "awarding_bodies"),
    ],
)
def test_a_wish_that_stands_in_the_way_is_named(wish: Any, facts: Any, kind: str, subject: str) -> None:
    one = given(best(four(**facts), **wish), kind)
    assert (one.subject, one.full, one.gap_after) == (subject, True, pytest.approx(0.0))


def test_a_later_start_than_need_be_is_named_when_it_costs_something() -> None:
    index = four(ends_on=TODAY + timedelta(days=70))
    one = given(best(index, starts_on=TODAY + timedelta(days=80)), "start")
    assert (one.amount, one.unit, one.full) == (12.0, "weeks", True)


def test_a_pin_that_takes_all_the_time_is_named() -> None:
    index = index_of(
        {offer("long", workload_hours=40.0): (), **{offer(f"on-{s}"): teaches(s) for s in ("sql", "excel")}}
    )
    one = given(best(index, goal=goal_of("sql", "excel"), pinned=("long",), hours_per_week=10.0, weeks=4.0), "pin")
    assert (one.subject, one.gap_after) == ("long", pytest.approx(0.0))


def test_changes_and_concessions_can_be_said_again_from_their_templates() -> None:
    from credpath.recommender.wording import said, sentence

    done = best(four(cost=Money(40, "EUR")), budget=Money(100, "EUR"), hours_per_week=10.0, weeks=2.0)
    assert done.concessions
    for one in done.concessions:
        assert one.sentence == said(one.template, one.values)
    offers = {offer("a", status="withdrawn"): teaches("sql"), offer("b"): teaches("sql")}
    changes = paths(index_of(offers), kept=("a",))[0].changes
    assert {change.kind for change in changes} == {"removed", "added"}
    assert all(change.sentence == sentence(said(change.template, change.values)) for change in changes)


def test_a_question_on_the_last_days_of_the_calendar_has_an_answer() -> None:
    request = ask(GOAL, hours_per_week=0.5, parallel=3)
    assert plan_all(four(), replace(request, today=TODAY.replace(year=9999, month=12, day=30)))[0].steps
