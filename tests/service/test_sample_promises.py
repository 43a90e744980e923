"""In the sample: what is promised to close is what is shown as closed once it is completed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.learner import Profile
from credpath.recommender.closing import open_gap
from credpath.recommender.planning import plan_best
from credpath.recommender.recommend import recommend
from credpath.recommender.standing import stand
from credpath.service.asking import Ask, Question, understand
from credpath.service.context import Context
from credpath.service.recommending import request

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
# Of all that a goal asks for. Newer evidence pushes earlier back a little, and of several neighbours of a skill the
# one that is taught most strongly is promised.
OFF_BY = 0.01
GOALS = ("data analyst", "accountant", "nurse", "web developer", "cloud architect", "supply chain manager", "teacher")
DECLARED = ("SQL", "Python", "statistics", "bookkeeping", "communication", "project management")


@pytest.fixture(scope="module")
def then(reading: Context) -> Context:
    """The sample as of that day."""
    return replace(reading, clock=lambda: NOW)


def left(question: Question) -> float:
    """The share of the goal that is open."""
    index = question.catalogue.index
    return question.goal.share(open_gap(index, question.goal, stand(index, question.snapshot)).total)


@settings(max_examples=12, deadline=None)
@given(goal=st.sampled_from(GOALS), declared=st.sets(st.sampled_from(DECLARED)))
def test_a_step_closes_what_it_promised_once_it_is_completed(then: Context, goal: str, declared: set[str]) -> None:
    profile = Profile(goal=goal, languages=("en",), hours_per_week=6.0, declared_skills=tuple(sorted(declared)))
    ask = Ask(profile=profile)
    asked = understand(then, "default", ask)
    question, index = request(then, "default", asked, ask, 0, NOW), asked.catalogue.index
    before = left(asked)

    def closed(*held: str) -> float:
        return before - left(understand(then, "default", replace(ask, awards=held)))

    for item in recommend(index, question).items:
        assert closed(item.credential_id) == pytest.approx(asked.goal.share(item.gap_closed), abs=OFF_BY)
    path = plan_best(index, question)
    done: list[str] = []
    promised = 0.0
    for step in path.steps:
        done.append(step.credential_id)
        promised += asked.goal.share(step.gap_closed)
        assert closed(*done) == pytest.approx(promised, abs=OFF_BY)
    assert promised == pytest.approx(asked.goal.share(path.gap_before - path.gap_after))
