"""Paths in the sample: what its ladders are there to show, on days of our choosing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from credpath.domain.learner import Award
from credpath.domain.money import Money
from credpath.domain.paths import Constraints, LearningPath
from credpath.service import learners
from credpath.service.asking import Ask
from credpath.service.comparing import GoalWords, compare_goals
from credpath.service.context import Context
from credpath.service.planning_paths import PathAnswer, plan_paths
from credpath.service.recommending import recommend

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
INES, TOMAS, RUTH = (f"ladder-{name}" for name in ("ines", "tomas", "ruth"))


@pytest.fixture(scope="module")
def then(reading: Context) -> Context:
    """The sample as of that day."""
    return replace(reading, clock=lambda: NOW)


def planned(context: Context, learner_id: str, **limits: object) -> LearningPath:
    ask = Ask(learner_id=learner_id, constraints=Constraints(**limits))  # type: ignore[arg-type]
    return plan_paths(context, "default", ask, keep=None).paths[0]


def ids(path: LearningPath) -> list[str]:
    return [step.credential_id for step in path.steps]


def test_a_stack_that_is_asked_for_is_completed(then: Context) -> None:
    for stack in ("eu-open-pc", "sp-open-cert"):
        path = planned(then, TOMAS, stack=stack)
        (progress,) = [p for p in path.stacks if p.stack_id == stack]
        assert progress.have > 0, "he holds members of both"
        assert progress.after >= progress.need


@pytest.mark.parametrize(("learner_id", "budget"), [(INES, 480), (INES, 700), (TOMAS, 480), (RUTH, 480), (RUTH, 700)])
def test_a_stack_is_completed_by_members_that_a_tight_budget_allows(
    then: Context, learner_id: str, budget: int
) -> None:
    path = planned(then, learner_id, stack="eu-open-pc", budget=Money(budget, "EUR"), hours_per_week=6.0)
    (progress,) = [p for p in path.stacks if p.stack_id == "eu-open-pc"]
    assert progress.after >= progress.need
    assert path.cost is not None
    assert path.cost.currency == "EUR"
    assert path.cost.amount <= budget


def test_what_is_mastered_surely_is_not_asked_for_again_and_counts_toward_no_stack(then: Context) -> None:
    path = planned(then, INES, pinned=("ph-open-sql",))
    assert "eu-open-sql" not in ids(path)
    step = next(step for step in path.steps if step.credential_id == "ph-open-sql")
    assert [waiver.credential_id for waiver in step.waivers] == ["eu-open-sql"]
    assert step.waivers[0].mastery >= 0.7
    stack = planned(then, INES, pinned=("ph-open-sql",), stack="eu-open-pc")
    (progress,) = [p for p in stack.stacks if p.stack_id == "eu-open-pc"]
    assert progress.need <= progress.after <= progress.have + sum(step.ects or 0.0 for step in stack.steps)


@pytest.mark.parametrize("pin", ["ab-open-viz-2027-spring", "ab-open-viz-2027-autumn", "ph-open-lab-2027"])
def test_a_group_that_starts_together_is_joined_on_its_days(then: Context, pin: str) -> None:
    ask = Ask(learner_id=TOMAS, constraints=Constraints(pinned=(pin,)))
    answer = plan_paths(then, "default", ask, keep=None)
    step = next(step for step in answer.paths[0].steps if step.credential_id == pin)
    record = answer.credentials[pin]
    assert record.starts_on is not None
    assert record.ends_on is not None
    assert step.starts_on is not None
    assert record.starts_on <= step.starts_on <= record.ends_on


def test_whoever_is_elsewhere_is_not_sent_to_a_laboratory(then: Context) -> None:
    assert "ph-open-lab-2027" not in ids(planned(then, INES))


def test_every_limit_of_a_ladder_is_kept(then: Context) -> None:
    path = planned(then, TOMAS, deadline=date(2027, 12, 31), parallel=2, participation=frozenset({"online"}))
    assert path.steps
    assert path.ends_on is not None
    assert path.ends_on <= date(2027, 12, 31)
    assert "sp-open-dash" not in ids(path)
    assert "ph-open-lab-2027" not in ids(path)


def test_two_goals_of_one_learner_are_compared(then: Context) -> None:
    found = compare_goals(
        then, "default", Ask(learner_id=RUTH), (GoalWords("data scientist"), GoalWords("data analyst"))
    )
    assert [side.goal.label for side in found.sides] == ["data scientist", "data analyst"]
    assert all(side.shared_weight > 0.2 for side in found.sides)
    assert all(sum(side.closes_of_other) > 0.05 for side in found.sides)


def test_what_comes_next_is_the_first_step_and_stays_with_the_path(sample: Context) -> None:
    context, ask = replace(sample, clock=lambda: NOW), Ask(learner_id=TOMAS)
    first = recommend(context, "default", ask).items[0].credential_id
    answer: PathAnswer = plan_paths(context, "default", ask)
    begun = answer.paths[0].steps[0]
    assert begun.credential_id == first
    assert begun.ends_on is not None
    done = datetime.combine(begun.ends_on, NOW.timetz())
    context = replace(sample, clock=lambda: done + timedelta(days=1))
    learners.add_award(context, "default", Award(TOMAS, first, done))
    again = plan_paths(context, "default", ask)
    assert ids(again.paths[0]) == ids(answer.paths[0])[1:]
    assert again.paths[0].changes == ()
    assert recommend(context, "default", ask).items[0].credential_id == ids(answer.paths[0])[1]
