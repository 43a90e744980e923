"""What must hold of every path, whatever the catalogue, the learner and the limits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from credpath.domain.paths import KeptPath, LearningPath
from credpath.recommender.path_ground import NO_MOVE
from credpath.recommender.planning import plan_all
from credpath.recommender.recommend import RecommendRequest, recommend
from tests.behaviour.path_worlds import World, broken, path_questions, worlds
from tests.behaviour.test_recommendations import build

TOO_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
USUAL = settings(deadline=None, suppress_health_check=TOO_SLOW)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=TOO_SLOW)


def all_broken(world: World, question: RecommendRequest) -> list[object]:
    """What any of the paths breaks, each with its path."""
    paths = plan_all(build(world), question)
    return [(limit, path) for path in paths for limit in broken(world, question, path)]


@USUAL
@given(worlds(), path_questions())
def test_no_path_breaks_a_limit(world: World, question: RecommendRequest) -> None:
    assert all_broken(world, question) == []


@pytest.mark.slow
@settings(USUAL, max_examples=10_000)
@given(worlds(), path_questions())
def test_no_path_breaks_a_limit_in_ten_thousand_worlds(world: World, question: RecommendRequest) -> None:
    assert all_broken(world, question) == []


@FEW
@given(worlds(), path_questions())
def test_the_order_of_the_rows_changes_nothing_and_the_same_question_has_the_same_answer(
    world: World, question: RecommendRequest
) -> None:
    forward = plan_all(build(world), question)
    assert plan_all(build(world, backwards=True), question) == forward
    assert plan_all(build(world), question) == forward


@FEW
@given(worlds(), path_questions())
def test_totals_are_those_of_the_steps_and_no_path_beats_another_in_all_of_them(
    world: World, question: RecommendRequest
) -> None:
    paths = plan_all(build(world), question)
    assert len(paths) <= 4
    assert paths[0].kind == "best"
    for path in paths:
        assert path.weeks == max((step.end_week for step in path.steps), default=0.0)
        closed = sum(step.gap_closed for step in path.steps)
        assert path.gap_before - closed >= path.gap_after - 1e-6
        if not question.snapshot.in_progress:  # what is under way closes its part before the first step
            assert path.gap_before - closed == pytest.approx(path.gap_after, abs=1e-6)
        assert path.bound is None or path.bound <= path.gap_after + 1e-9
        for other in paths:
            assert other is path or not _beats(other, path)


def _beats(one: LearningPath, other: LearningPath) -> bool:
    a, b = ((p.gap_after, p.weeks, p.hours, p.cost.amount if p.cost else 0.0, p.unpriced_steps, -p.ects,
             -(p.completion_probability or 0.0)) for p in (one, other))  # fmt: skip
    return all(x <= y + 1e-9 for x, y in zip(a, b, strict=True))


@FEW
@given(worlds(), path_questions())
def test_a_path_begins_with_what_is_recommended_where_that_moves_the_learner(
    world: World, question: RecommendRequest
) -> None:
    plain = replace(question.constraints, parallel=1, pinned=(), stack="")
    asked = replace(question, constraints=plain)
    best, answer = plan_all(build(world), asked)[0], recommend(build(world), asked)
    if not (best.steps and asked.goal.skills):
        return
    first = best.steps[0]
    moves = answer.items and not answer.degraded and answer.items[0].score > NO_MOVE
    # What is begun may open, once it is over, what comes first then.
    opened = asked.snapshot.in_progress and first.credential_id not in answer.candidates
    if moves and not opened:
        assert first.credential_id == answer.items[0].credential_id
    else:  # what moves the learner begins later than one is recommended to begin, perhaps after what leads to it
        later = first.start_week > 0 or (first.starts_on is not None and first.starts_on > asked.today)
        assert later or first.gap_closed == 0


@FEW
@given(worlds(), path_questions())
def test_a_kept_path_stays_and_after_its_first_step_the_rest_stays_too(
    world: World, question: RecommendRequest
) -> None:
    index = build(world)
    best = plan_all(index, question)[0]
    ids = [step.credential_id for step in best.steps]
    again = plan_all(index, question, kept=KeptPath(tuple(ids)))[0]
    assert [step.credential_id for step in again.steps] == ids
    assert again.changes == ()
    assert broken(world, question, again) == []


@FEW
@given(worlds(), path_questions())
def test_what_would_have_to_give_says_what_a_new_plan_closes(world: World, question: RecommendRequest) -> None:
    index = build(world)
    best = plan_all(index, question)[0]
    for one in best.concessions:
        if one.kind == "language":
            wider = replace(question, constraints=replace(question.constraints, languages=frozenset()))
            then = plan_all(index, wider)[0]
            assert then.gap_after / then.gap_before == pytest.approx(one.gap_after, abs=0.03)
