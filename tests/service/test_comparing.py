from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from credpath.domain.learner import Profile
from credpath.domain.money import Money
from credpath.domain.paths import Constraints
from credpath.errors import InvalidInput, NotFound
from credpath.service.asking import Ask
from credpath.service.comparing import Comparison, GoalWords, compare_goals
from credpath.service.context import Context
from credpath.service.planning_paths import plan_paths
from credpath.store.kept_paths import kept_paths_of
from tests.api.world import open_world, uri

ANALYST, DEVELOPER, MANAGER = (GoalWords(text) for text in ("data analyst", "web developer", "project manager"))
NOBODY = Ask(profile=Profile(hours_per_week=5))
NOBODY_TOWARD = Ask(profile=Profile(hours_per_week=5), goal_text=ANALYST.text)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    opened = open_world(tmp_path_factory.mktemp("comparing")).context
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def compared(context: Context) -> Comparison:
    return compare_goals(context, "campus", NOBODY, (ANALYST, DEVELOPER))


def test_each_side_is_the_best_path_to_that_goal_without_what_only_its_own_page_shows(
    context: Context, compared: Comparison
) -> None:
    for side, words in zip(compared.sides, (ANALYST, DEVELOPER), strict=True):
        alone = plan_paths(context, "campus", Ask(profile=Profile(hours_per_week=5), goal_text=words.text))
        assert side.paths == (replace(alone.paths[0], concessions=(), remarks=(), would_have_to_give=()),)
        assert side.goal == alone.goal


def test_each_side_has_the_notes_of_a_path_that_is_asked_for_alone(context: Context) -> None:
    who = Profile(hours_per_week=5, budget=Money(100.0, "XPF"))
    for side in compare_goals(context, "campus", Ask(profile=who), (ANALYST, DEVELOPER)).sides:
        alone = plan_paths(context, "campus", Ask(profile=who, goal_text=side.goal.label))
        assert side.notes == alone.notes != ()


def test_a_pin_that_is_on_neither_path_is_told_of_both(context: Context) -> None:
    whole = plan_paths(context, "campus", NOBODY_TOWARD).paths[0]
    pin = max(whole.steps, key=lambda step: step.workload_hours).credential_id
    ask = replace(NOBODY, constraints=Constraints(pinned=(pin,), weeks=0.2))
    for side in compare_goals(context, "campus", ask, (ANALYST, DEVELOPER)).sides:
        assert [(one.kind, one.subject) for one in side.best.concessions] == [("pin", pin)]


def test_what_both_share_is_named_and_counted_once_together(compared: Comparison) -> None:
    one, other = (side.best for side in compared.sides)
    assert [skill.skill_uri for skill in compared.shared_skills] == [uri("SQL")]
    on_both = {s.credential_id for s in one.steps} & {s.credential_id for s in other.steps}
    assert set(compared.shared_credentials) == on_both
    twice = sum(step.workload_hours for step in one.steps if step.credential_id in on_both)
    assert compared.together.hours == pytest.approx(one.hours + other.hours - twice)
    assert len(compared.together.credential_ids) == len(one.steps) + len(other.steps) - len(on_both)


def test_each_step_says_what_it_closes_of_the_other_goal(compared: Comparison) -> None:
    for side, other in (compared.sides, compared.sides[::-1]):
        assert len(side.closes_of_other) == len(side.best.steps)
        for step, closes in zip(side.best.steps, side.closes_of_other, strict=True):
            if step.credential_id in compared.shared_credentials:
                assert closes > 0
        assert sum(side.closes_of_other) <= other.best.gap_before + 1e-9


def test_the_summary_says_it_in_words(compared: Comparison) -> None:
    text = " ".join(compared.summary)
    assert "data analyst" in text
    assert "Both need SQL" in text
    assert "closes" in text


def test_goals_without_anything_in_common_share_nothing(context: Context) -> None:
    found = compare_goals(context, "campus", NOBODY, (DEVELOPER, MANAGER))
    assert found.shared_skills == ()
    assert found.shared_credentials == ()
    assert [side.shared_weight for side in found.sides] == [0.0, 0.0]
    assert "They need no skill in common." in found.summary


def test_comparing_keeps_no_path_of_a_stored_learner(context: Context) -> None:
    compare_goals(context, "campus", Ask(learner_id="learner-1"), (ANALYST, MANAGER))
    with context.database.read() as connection:
        assert kept_paths_of(connection, "campus", "learner-1") == ()


@pytest.mark.parametrize(
    ("goals", "what"),
    [
        ((ANALYST, ANALYST), "both goals mean 'data analyst'"),
        ((ANALYST, GoalWords("Data  ANALYST")), "both goals mean"),
        ((GoalWords("grow bonsai"), GoalWords("Grow bonsai ")), "both goals mean"),
    ],
)
def test_two_goals_that_mean_the_same_are_refused(
    context: Context, goals: tuple[GoalWords, GoalWords], what: str
) -> None:
    with pytest.raises(InvalidInput, match=what):
        compare_goals(context, "campus", NOBODY, goals)


def test_an_empty_goal_and_an_unknown_learner_are_refused(context: Context) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        GoalWords("  ")
    with pytest.raises(NotFound):
        compare_goals(context, "campus", Ask(learner_id="nobody"), (ANALYST, DEVELOPER))
