from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from credpath.cli.path_printing import count, day, few, price, print_paths, progress, totals, weeks_of
from credpath.domain.catalogue import Credential
from credpath.domain.goals import CareerGoal, GoalSkill
from credpath.domain.money import Money
from credpath.domain.paths import Change, LearningPath, Reason, StackProgress, Step, Waiver
from credpath.service.planning_paths import PathAnswer

STACK = StackProgress("pc", "Professional Certificate X", "credentials", 2, 3, 5)
STEP = Step(
    credential_id="sql-2", start_week=0.0, end_week=5.0, workload_hours=30.0, workload_estimated=True,
    cost=Money(1_250, "EUR"), ects=1.5, gap_closed=0.2,
    skills=(("s:sql", 0.1, 0.7), ("s:join", 0.0, 0.5)), unlocks=("d", "e", "f", "g"),
    reasons=(Reason("closes_gap", "Closes 20% of the gap: SQL [advanced].", 0.2),), stacks=(STACK,),
    completion_probability=0.62, waivers=(Waiver("sql-1", "s:sql", 0.82),),
    starts_on=date(2027, 1, 11), ends_on=date(2027, 2, 14),
)  # fmt: skip
BEST = LearningPath(
    steps=(STEP,), hours=30.0, weeks=5.0, cost=Money(1_250, "EUR"), unpriced_steps=1, gap_before=0.6, gap_after=0.4,
    would_have_to_give=("14 hours more would close all of it.",), ects=1.5, completion_probability=0.62,
    gap_expected=0.48, optimality_gap=0.012, solver="search", stacks=(STACK,), ends_on=date(2027, 2, 14),
)  # fmt: skip
CREDENTIALS = {i: Credential(i, f"Course {i.upper()}", awarding_body="Body") for i in ("sql-1", "sql-2", "d", "e", "f")}
GOAL = CareerGoal("analyst", "o:1", "data analyst", 0.9, (GoalSkill("s:sql", "SQL", 1.0, 0.8, True),))
ANSWER = PathAnswer(
    goal=GOAL, goal_answer=None, paths=(BEST,),
    credentials=CREDENTIALS, degraded=False, bundle_version="b", catalogue_version="v", taxonomy="t",
    skill_labels={"s:sql": "SQL"},
)  # fmt: skip


def printed(capsys: pytest.CaptureFixture[str], **changes: Any) -> list[str]:
    print_paths(replace(ANSWER, **changes))
    return capsys.readouterr().out.splitlines()


def test_a_step_says_all_that_is_known_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    assert "1. weeks 0-5 (11 Jan 2027 to 14 Feb 2027): Course SQL-2 - Body  [sql-2]" in lines
    assert "   about 30 h, 1,250 EUR, 1.5 ECTS, finished by 62% of those who enrol" in lines
    assert "   Closes 20% of the gap: SQL [advanced]." in lines
    assert "   Mastery: SQL 10% -> 70%, s:join 0% -> 50%" in lines
    assert "   Not needed first: Course SQL-1, since SQL is mastered to 82% at least" in lines
    assert "   Then: 3 of 5 credentials for Professional Certificate X" in lines
    assert "   Opens: Course D, Course E, Course F and 1 more" in lines


def test_a_stack_of_which_not_all_members_are_known_says_so() -> None:
    assert progress(replace(STACK, partial=True)) == "3 of 5 credentials known here for Professional Certificate X"


def test_the_totals_say_cost_credit_chance_and_how_far_from_the_best(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    assert (
        "In all: 1 step, 30 h, 5 weeks, until 14 Feb 2027, 1,250 EUR and 1 step without a stated price, 1.5 ECTS; "
        "gap 75% -> 50%" in lines
    )
    assert "   All steps are finished by 62%; counting that, a gap of 60% is to be expected at the end" in lines
    assert "   Proven: worth at most 1.2% less than the best possible for its effort (search)" in lines
    assert lines[lines.index("To get further:") + 1] == "   14 hours more would close all of it."
    assert "no path is worth more for its effort" in " ".join(totals(replace(BEST, optimality_gap=0.0), GOAL))
    assert "Proven" not in " ".join(totals(replace(BEST, optimality_gap=None), GOAL))


def test_changes_with_one_reason_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    why = "the path is now worth 9% more."
    changes = (
        Change("removed", "d", f"Course D is left out: {why}"),
        Change("removed", "gone", f"gone is left out: {why}"),
        Change("added", "e", f"Course: E is new: {why}"),
        Change("moved", "f", "Course F moves: it starts later."),
    )
    lines = printed(capsys, paths=(replace(BEST, changes=changes),), previous=("d",), kept="best")
    assert lines.count(f"Changed since the path that was kept: {why}") == 1
    assert "   removed: Course D; gone" in lines
    assert "   added: Course E" in lines
    assert "   moved: Course F" in lines
    assert "As it was kept." not in lines
    assert "Kept: the best path; the next answer starts from it." in lines
    assert "As it was kept." in printed(capsys, previous=("sql-2",))


def test_another_way_is_told_by_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(BEST, kind="cheapest", steps=(replace(STEP, credential_id="e"),), cost=Money(0, "EUR"))
    lines = printed(capsys, paths=(BEST, other))
    assert "Or the cheapest path:" in lines
    assert "   With Course E [e]" in lines
    assert "   Without Course SQL-2 [sql-2]" in lines


def test_without_any_path_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing in the catalogue leads there." in printed(capsys, paths=())


def test_small_words() -> None:
    assert [price(p) for p in (None, Money(0, "EUR"), Money(49.4, "USD"))] == ["price not stated", "free", "49 USD"]
    assert (count(1, "step"), count(0, "step")) == ("1 step", "0 steps")
    assert (few(["a", "b"], 2), few(["a", "b", "c"], 2)) == ("a, b", "a, b and 1 more")
    assert day(date(2027, 3, 3)) == "3 Mar 2027"
    assert weeks_of(replace(STEP, starts_on=None)) == "weeks 0-5"
