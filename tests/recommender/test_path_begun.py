"""What is in progress: it takes its hours first, counts as finished, and the path says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.outcomes import Outcome
from credpath.domain.paths import LearningPath
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.planning import plan_all, plan_best
from tests.recommender.worlds import TODAY, ask, goal_of, ids, index_of, learner, offer, teaches

SKILLS = ("excel", "python", "sql", "statistics")
GOAL = goal_of(*SKILLS)


def four(**facts: Any) -> CatalogueIndex:
    return index_of({offer(f"on-{s}", **facts): teaches(s) for s in SKILLS})


def path(index: CatalogueIndex, *begun: str, **limits: Any) -> LearningPath:
    return plan_all(index, ask(GOAL, learner(in_progress=begun), hours_per_week=5.0, **limits))[0]


def test_taking_up_a_step_moves_neither_the_end_of_the_path_nor_what_it_closes() -> None:
    before = path(four())
    for begun in (ids(before.steps)[:1], ids(before.steps)[:3]):
        after = path(four(), *begun)
        assert ids(after.steps) == ids(before.steps)[len(begun) :]
        assert after.steps[0].starts_on == after.starts_on == TODAY + timedelta(weeks=2 * len(begun))
        assert after.ends_on == before.ends_on
        assert (after.gap_before, after.gap_after) == pytest.approx((before.gap_before, before.gap_after))
        assert after.reachable == pytest.approx(before.reachable)


def test_the_path_says_why_it_starts_later() -> None:
    (note,) = path(four(), "on-sql", "on-excel").notes
    assert note.values == {"titles": ("On-Excel", "On-Sql"), "hours": 20.0}
    assert plan_best(four(), ask(GOAL, learner(in_progress=["on-sql"]))).notes
    assert path(four()).notes == ()


@pytest.mark.parametrize("limits", [{"weeks": 6.0}, {"deadline": TODAY + timedelta(weeks=6)}])
def test_what_is_in_progress_uses_up_the_time_that_there_is(limits: dict[str, Any]) -> None:
    assert len(path(four(), **limits).steps) == 3
    done = path(four(), "on-sql", **limits)
    assert len(done.steps) == 2
    assert done.ends_on is not None
    assert done.ends_on <= TODAY + timedelta(weeks=6)
    (more,) = (c for c in done.concessions if c.kind == "weeks")
    assert more.amount == 2.0
    assert path(four(), "on-sql", "on-excel", "on-python", **limits).steps == ()


def test_a_later_start_stays_and_none_before_what_is_in_progress_is_asked_for() -> None:
    later = TODAY + timedelta(weeks=3)
    assert path(four(), "on-sql", starts_on=later).starts_on == later
    soon = path(four(ends_on=TODAY + timedelta(weeks=3)), "on-sql", starts_on=TODAY + timedelta(weeks=1))
    assert soon.starts_on == TODAY + timedelta(weeks=2)
    assert all(c.kind != "start" for c in soon.concessions)


def taken_up(**days: int) -> LearnerSnapshot:
    """In progress since so many days."""
    midnight = datetime.combine(TODAY, time(), UTC)
    found = {f"on-{skill}": midnight - timedelta(days=ago) for skill, ago in days.items()}
    outcomes = tuple(Outcome(i, "l1", i, "enrolled", at) for i, at in found.items())
    return replace(learner(in_progress=found), outcomes=outcomes)


def after(index: CatalogueIndex, who: LearnerSnapshot, today: date = TODAY) -> LearningPath:
    return plan_all(index, ask(GOAL, who, hours_per_week=5.0, today=today))[0]


def test_what_was_begun_a_week_ago_has_a_week_less_ahead() -> None:
    done = after(four(), taken_up(sql=7))
    assert done.starts_on == TODAY + timedelta(weeks=1)
    assert done.notes[0].values["hours"] == pytest.approx(5.0)
    both = after(four(), taken_up(sql=7, excel=3))
    assert both.starts_on == TODAY + timedelta(weeks=3)


@given(st.integers(0, 14), st.integers(0, 14))
@settings(max_examples=20)
def test_days_that_pass_at_the_learners_pace_do_not_move_the_end_of_the_path(ago: int, later: int) -> None:
    index, who = four(), taken_up(sql=ago)
    first, then = after(index, who), after(index, who, TODAY + timedelta(days=min(later, 14 - ago)))
    assert (then.starts_on, then.ends_on, ids(then.steps)) == (first.starts_on, first.ends_on, ids(first.steps))


def test_what_should_be_over_by_now_delays_nothing_and_the_path_says_so() -> None:
    done = after(four(), taken_up(sql=2_000))
    assert done.starts_on == TODAY
    assert "on-sql" not in ids(done.steps)
    (note,) = done.notes
    assert note.values == {"titles": ("On-Sql",)}
    two = after(four(), taken_up(sql=2_000, excel=0))
    assert [note.values["titles"] for note in two.notes] == [("On-Excel",), ("On-Sql",)]
    assert two.starts_on == TODAY + timedelta(weeks=2)


def test_a_number_that_only_orders_is_no_day_of_beginning() -> None:
    who = taken_up(sql=2_000)
    ordered = replace(who, outcomes=tuple(replace(o, ordinal=True) for o in who.outcomes))
    assert after(four(), ordered).starts_on == TODAY + timedelta(weeks=2)


def test_a_degree_in_progress_goes_on_beside_the_path() -> None:
    index = index_of({offer("degree", workload_hours=4_000.0): teaches("sql"), offer("a"): teaches("excel")})
    done = path(index, "degree")
    assert (ids(done.steps), done.starts_on) == (["a"], TODAY)
    assert all("titles" not in note.values for note in done.notes)


def test_where_what_is_in_progress_closes_all_of_the_gap_nothing_is_said_to_be_there_already() -> None:
    done = plan_all(four(), ask(goal_of("sql", required=0.3), learner(in_progress=["on-sql"])))[0]
    assert (done.steps, done.gap_after) == ((), 0.0)
    assert done.gap_before > 0
    assert done.would_have_to_give == ("What you have begun closes the rest of the gap: nothing more is needed.",)
