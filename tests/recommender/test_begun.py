"""What is in progress counts as finished for what comes next."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.learner import LearnerSnapshot
from credpath.recommender.begun import gap_ahead, rows_begun, standing_after
from credpath.recommender.closing import open_gap
from credpath.recommender.planning import plan_all
from credpath.recommender.recommend import recommend
from credpath.recommender.standing import stand
from tests.recommender.worlds import FewSkills, ask, goal_of, ids, index_of, learner, needs, offer, stack, teaches

SKILLS = ("excel", "python", "sql", "statistics")
NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.6})
INDEX = index_of(
    {
        offer("sql-1"): teaches("sql"),
        offer("sql-2"): teaches("sql", "excel", strength=0.9),
        offer("sql-3", prerequisites=needs("sql-1")): teaches("sql", "python"),
        offer("statistics-1"): teaches("statistics", strength=0.5),
        offer("degree", kind="degree", workload_hours=1500.0): teaches(*SKILLS),
        offer("both", prerequisites=needs("sql-1", "statistics-1"), stack=stack()): (),
    },
    skills=NEAR,
)
GOAL = goal_of(*SKILLS, required=0.9)


def closed(who: LearnerSnapshot, *needed: str) -> dict[str, float]:
    """id -> how much of the goal each item of the slate closes."""
    goal = goal_of(*needed, required=0.9) if needed else GOAL
    return {item.credential_id: item.gap_closed for item in recommend(INDEX, ask(goal, who)).items}


def why(who: LearnerSnapshot, credential_id: str) -> str:
    """What the slate says of the gap that it closes."""
    (item,) = (i for i in recommend(INDEX, ask(GOAL, who)).items if i.credential_id == credential_id)
    (told,) = (reason.sentence for reason in item.reasons if reason.kind == "closes_gap")
    return told


def test_a_course_that_teaches_what_another_one_in_progress_does_no_longer_stands_first() -> None:
    both = ("sql", "statistics")
    fresh, enrolled = (recommend(INDEX, ask(goal_of(*both), learner(in_progress=b))) for b in ((), ("sql-1",)))
    assert fresh.items[0].credential_id in {"sql-1", "sql-2"}
    assert enrolled.items[0].credential_id == "statistics-1"
    before, after = closed(learner(), *both), closed(learner(in_progress=["sql-1"]), *both)
    assert after["sql-2"] < 0.2 * before["sql-2"]
    assert after["statistics-1"] == before["statistics-1"]


def test_the_reason_speaks_of_what_will_be_left_and_of_what_is_shown_today() -> None:
    enrolled, free = (learner(in_progress=begun, sql=0.2, statistics=0.1) for begun in (["sql-1"], []))
    assert "of what will be left of the gap to data analyst after what you have begun" in why(enrolled, "sql-2")
    assert "sql (you show 0.20 of 0.90)" in why(enrolled, "sql-2")
    assert "of the gap to data analyst" in why(free, "sql-2")


def test_a_path_says_of_its_first_step_what_the_slate_says() -> None:
    who = learner(in_progress=["statistics-1"])
    step = plan_all(INDEX, ask(GOAL, who))[0].steps[0]
    (told,) = (reason.sentence for reason in step.reasons if reason.kind == "closes_gap")
    assert told == why(who, step.credential_id)
    assert "will be left" in told


def test_what_asks_for_a_course_in_progress_stays_locked_until_it_is_held() -> None:
    assert "sql-3" not in closed(learner(in_progress=["sql-1"]))
    assert "sql-3" in closed(learner(held=["sql-1"]))


def test_a_degree_in_progress_promises_nothing_for_now() -> None:
    assert rows_begun(INDEX, learner(in_progress=["degree", "sql-1", "elsewhere"])) == (INDEX.position["sql-1"],)
    assert closed(learner(in_progress=["degree"])).items() <= closed(learner()).items()


def test_where_what_is_in_progress_will_close_everything_todays_gap_counts() -> None:
    easy = goal_of("sql", required=0.3)
    standing = stand(INDEX, learner(in_progress=["sql-1"]))
    assert gap_ahead(INDEX, easy, standing).total == open_gap(INDEX, easy, standing).total > 0
    (first, *_) = recommend(INDEX, ask(easy, learner(in_progress=["sql-1"]))).items
    assert first.credential_id == "sql-2"
    assert "will be left" not in first.reasons[0].sentence


LEVEL = st.sampled_from([0.0, 0.1, 0.4, 0.8])
BEGUN = st.frozensets(st.sampled_from(INDEX.ids))


@settings(max_examples=80, deadline=None)
@given(BEGUN, BEGUN, LEVEL, LEVEL)
def test_taking_something_up_never_widens_the_gap_and_counts_as_holding_it(
    begun: frozenset[str], held: frozenset[str], sql: float, excel: float
) -> None:
    who = learner(in_progress=sorted(begun - held), held=sorted(held), sql=sql, excel=excel)
    now = stand(INDEX, who)
    ahead, today = gap_ahead(INDEX, GOAL, now), open_gap(INDEX, GOAL, now)
    rows = [row for row in rows_begun(INDEX, who) if not now.held[row]]
    after = standing_after(INDEX, now, rows)
    assert ahead.total <= today.total + 1e-12
    assert ahead.total in {open_gap(INDEX, GOAL, after).total, today.total}
    assert gap_ahead(INDEX, GOAL, after).total == pytest.approx(open_gap(INDEX, GOAL, after).total)
    assert set(ids(recommend(INDEX, ask(GOAL, who)).items)).isdisjoint(begun | held)
