from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credpath.domain.learner import Award, Learner, Profile
from credpath.domain.outcomes import Outcome
from credpath.domain.paths import Constraints
from credpath.errors import InvalidInput, NotFound
from credpath.service import learners
from credpath.service.asking import Ask, understand
from credpath.service.context import Context
from credpath.service.kept_paths import goal_key, planned_next
from credpath.service.outcomes import record_outcomes
from credpath.service.path_export import export_calendar
from credpath.service.planning_paths import PathAnswer, plan_paths
from credpath.store.kept_paths import kept_paths_of
from tests.api.world import open_world

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ADA = Ask(learner_id="learner-1")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    opened = replace(open_world(tmp_path).context, clock=lambda: NOW)
    yield opened
    opened.close()


def steps(answer: PathAnswer) -> list[str]:
    return [step.credential_id for step in answer.paths[0].steps]


def stored(context: Context) -> dict[str, tuple[str, ...]]:
    with context.database.read() as connection:
        return {path.goal_key: path.credential_ids for path in kept_paths_of(connection, "campus", "learner-1")}


def wishing(**limits: Any) -> Ask:
    return replace(ADA, constraints=Constraints(**limits))


def test_the_path_of_a_stored_learner_is_kept_and_the_next_answer_starts_from_it(context: Context) -> None:
    first = plan_paths(context, "campus", ADA)
    assert steps(first)
    assert (first.previous, first.kept) == ((), "best")
    assert stored(context) == {first.goal.occupation_uri: tuple(steps(first))}
    again = plan_paths(context, "campus", ADA)
    assert again.previous == tuple(steps(first))
    assert steps(again) == steps(first)


def test_steps_that_are_held_or_under_way_no_longer_lie_ahead(context: Context) -> None:
    first, second, *rest = steps(plan_paths(context, "campus", ADA))
    learners.add_award(context, "campus", Award("learner-1", first, NOW - timedelta(days=1)))
    began = Outcome("o1", "learner-1", second, "enrolled", NOW - timedelta(hours=1))
    record_outcomes(context, "campus", [began])
    question = understand(context, "campus", ADA)
    assert question.kept.credential_ids == tuple(rest)
    assert planned_next(question.kept, question.snapshot) == (rest[0] if rest else "")


def test_what_was_waved_away_is_not_planned_next(context: Context) -> None:
    first, second, *_ = steps(plan_paths(context, "campus", ADA))
    question = understand(context, "campus", ADA)
    assert planned_next(question.kept, question.snapshot) == first
    dismissed = replace(question.snapshot, dismissed=frozenset({first}))
    assert planned_next(question.kept, dismissed) == second


def test_a_list_in_the_call_comes_before_what_is_kept_and_an_empty_one_starts_afresh(context: Context) -> None:
    plan_paths(context, "campus", ADA)
    assert plan_paths(context, "campus", ADA, ["charts", "gone", "charts"]).previous == ("charts", "gone")
    assert plan_paths(context, "campus", ADA, []).previous == ()
    with pytest.raises(InvalidInput, match="previous"):
        plan_paths(context, "campus", ADA, ["x"] * 101)


def test_trying_out_and_asking_for_nobody_keep_nothing(context: Context) -> None:
    assert plan_paths(context, "campus", ADA, keep=None).kept is None
    assert plan_paths(context, "campus", Ask(goal_text="data analyst")).kept is None
    assert stored(context) == {}


def test_limits_that_nothing_fits_into_do_not_wipe_the_kept_path(context: Context) -> None:
    plan_paths(context, "campus", ADA)
    before = stored(context)
    answer = plan_paths(context, "campus", wishing(weeks=0.1))
    assert (steps(answer), answer.kept) == ([], None)
    assert stored(context) == before


def test_an_alternative_that_there_is_not_leaves_the_best_one_kept(context: Context) -> None:
    answer = plan_paths(context, "campus", ADA, keep="surest")
    assert answer.kept in {path.kind for path in answer.paths}
    kept = next(path for path in answer.paths if path.kind == answer.kept)
    assert list(stored(context).values()) == [tuple(step.credential_id for step in kept.steps)]


def test_paths_to_different_goals_are_kept_beside_each_other_and_forgotten_with_the_learner(context: Context) -> None:
    plan_paths(context, "campus", ADA)
    plan_paths(context, "campus", replace(ADA, goal_text="web developer"))
    assert len(stored(context)) == 2
    assert len(learners.export_learner(context, "campus", "learner-1")["kept_paths"]) == 2
    assert learners.forget_learner(context, "campus", "learner-1")["kept_paths"] == 2
    assert stored(context) == {}
    learners.put_learner(context, "campus", Learner("learner-1", Profile(goal="data analyst")))
    assert understand(context, "campus", ADA).kept.credential_ids == ()


def test_a_goal_in_words_is_kept_under_the_words_whatever_their_case(context: Context) -> None:
    goal = understand(context, "campus", ADA).goal
    assert goal_key(goal) == goal.occupation_uri
    words = replace(goal, occupation_uri="", text="  Grow \n Bonsai ")
    assert goal_key(words) == goal_key(replace(words, text="grow bonsai")) == "words:grow bonsai"
    assert goal_key(replace(words, text=" ")) == ""


@pytest.mark.parametrize(
    ("limits", "where", "named"),
    [
        ({"pinned": ("sql-basics", "nowhere", "gone")}, "pinned", "'nowhere', 'gone'"),
        ({"stack": "nowhere"}, "stack", "'nowhere'"),
        ({"stack": "sheets"}, "stack", "no stack"),
        ({"deadline": date(2026, 11, 23)}, "deadline", "today or past"),
        ({"deadline": date(1990, 1, 1)}, "deadline", "today or past"),
        ({"deadline": date(2027, 1, 1), "starts_on": date(2027, 1, 1)}, "deadline", "not after the start"),
        ({"deadline": date.max}, "deadline", "weeks away"),
        ({"starts_on": date(2026, 11, 21)}, "starts_on", "past"),
        ({"starts_on": date.max}, "starts_on", "weeks away"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_name(
    context: Context, limits: dict[str, Any], where: str, named: str
) -> None:
    with pytest.raises(InvalidInput, match=named) as refused:
        plan_paths(context, "campus", wishing(**limits))
    assert refused.value.where == where
    assert refused.value.fix


def test_weeks_and_a_deadline_may_both_be_given_and_a_start_of_yesterday_is_somebodys_today(context: Context) -> None:
    limits = {"weeks": 30.0, "deadline": date(2027, 6, 1), "starts_on": date(2026, 11, 22)}
    assert steps(plan_paths(context, "campus", wishing(**limits)))


def test_everything_that_a_path_names_comes_with_it(context: Context) -> None:
    answer = plan_paths(context, "campus", ADA)
    path = answer.paths[0]
    assert {step.credential_id for step in path.steps} <= answer.credentials.keys()
    assert {other for step in path.steps for other in step.unlocks} <= answer.credentials.keys()
    assert {uri for step in path.steps for uri, _, _ in step.skills} <= answer.skill_labels.keys()


def test_a_calendar_holds_the_steps_and_what_cannot_be_exported_is_said(context: Context) -> None:
    file = export_calendar(context, "campus", ADA).decode()
    assert file.count("BEGIN:VEVENT") == len(steps(plan_paths(context, "campus", ADA)))
    with pytest.raises(NotFound, match="no step"):
        export_calendar(context, "campus", wishing(weeks=0.1))
    answer = plan_paths(context, "campus", ADA)
    with pytest.raises(NotFound, match="best"):
        replace(answer, paths=answer.paths[:1]).path("surest")
