"""What must hold for every catalogue, learner and limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, PrerequisiteGroup, SkillLink, StackRule
from credpath.domain.money import REFERENCE_RATES, Money, convert
from credpath.domain.prerequisites import unmet
from credpath.recommender.begun import rows_begun
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.filters import HOURS_PER_WEEK
from credpath.recommender.planning import plan
from credpath.recommender.ranking import Policy
from credpath.recommender.recommend import RecommendRequest, recommend
from tests.recommender.worlds import DIMENSIONS, SKILLS, FewSkills, ask, goal_of, ids, learner, teaches

NAMES = [f"c{n:02d}" for n in range(10)]
NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.5, ("statistics", "python"): 0.4, ("python", "sql"): 0.3})
STRATEGIES = settings(deadline=None)


@st.composite
def offers(draw: st.DrawFn) -> dict[Credential, tuple[SkillLink, ...]]:
    """Up to ten credentials with every kind of edge, earlier ids only so that hard edges have no cycle."""
    made = {}
    for at, name in enumerate(NAMES[: draw(st.integers(1, len(NAMES)))]):
        earlier = st.lists(st.sampled_from([*NAMES[:at], "elsewhere"]), min_size=1, max_size=3, unique=True)
        groups = []
        for members in draw(st.lists(earlier, max_size=1 if at % 2 else 0)):
            kind = draw(st.sampled_from(["all_of", "any_of", "k_of"]))
            groups.append(PrerequisiteGroup(kind, tuple(members), draw(st.integers(1, len(members)))))
        credential = Credential(
            name,
            draw(st.sampled_from(["One title", f"Title {at}"])),
            languages=draw(st.sampled_from([(), ("en",), ("de",)])),
            prerequisites=tuple(groups),
            stacks_into=("c09",) if at < 9 and draw(st.booleans()) else (),
            stack=StackRule("n_of", 2.0) if at == 9 else None,
            supersedes=(NAMES[at - 1],) if at and draw(st.integers(0, 9)) == 0 else (),
            level=draw(st.sampled_from(["", "introductory", "intermediate", "advanced"])),
            workload_hours=draw(st.sampled_from([None, 4.0, 20.0, 60.0, 900.0])),
            cost=draw(st.sampled_from([None, Money(0, "EUR"), Money(50, "USD"), Money(400, "EUR"), Money(9, "XOF")])),
            status=draw(st.sampled_from(["active", "active", "active", "withdrawn", "planned"])),
        )
        skills = draw(st.lists(st.sampled_from(SKILLS), max_size=3, unique=True))
        made[credential] = teaches(*skills, strength=draw(st.sampled_from([0.3, 1.0])))
    return made


@st.composite
def questions(draw: st.DrawFn) -> RecommendRequest:
    some = st.lists(st.sampled_from([*NAMES, "elsewhere"]), max_size=3)
    levels = draw(st.dictionaries(st.sampled_from(SKILLS), st.floats(0, 1), max_size=3))
    who = learner(held=draw(some), in_progress=draw(some), dismissed=draw(some), **levels)
    limits: dict[str, Any] = {
        "languages": draw(st.sampled_from([frozenset(), frozenset({"en"})])),
        "budget": draw(st.sampled_from([None, Money(0, "EUR"), Money(120, "EUR")])),
        "weeks": draw(st.sampled_from([None, 2.0, 12.0])),
        "hours_per_week": draw(st.sampled_from([None, 5.0])),
        "excluded": frozenset(draw(some)),
    }
    goal = goal_of(*draw(st.lists(st.sampled_from(SKILLS), max_size=4, unique=True)))
    vector = draw(st.sampled_from([None, [1.0, 0.0], [0.6, 0.8]]))
    return ask(goal, who, vector=vector, limit=draw(st.integers(1, 12)), seed=draw(st.integers(0, 99)), **limits)


def build(world: dict[Credential, tuple[SkillLink, ...]], backwards: bool = False) -> CatalogueIndex:
    names = sorted(c.credential_id for c in world)
    vectors = np.zeros((len(names), DIMENSIONS), dtype=np.float32)
    for row, name in enumerate(names):
        if int(name[1:]) % 3:  # every third has no vector
            angle = int(name[1:]) / 3
            vectors[row, :2] = np.cos(angle), np.sin(angle)
    rows = list(world)[::-1] if backwards else list(world)
    links = {c.credential_id: world[c] for c in rows}
    return CatalogueIndex.build(rows, links, vectors, NEAR, "v", {})


@STRATEGIES
@given(offers(), questions())
def test_nothing_held_in_progress_superseded_or_against_a_limit_is_ever_a_candidate(
    world: dict[Credential, tuple[SkillLink, ...]], question: RecommendRequest
) -> None:
    answer = recommend(build(world), question)
    by_id = {c.credential_id: c for c in world}
    who, limits = question.snapshot, question.constraints
    assert not set(answer.candidates) & (who.held | who.in_progress | who.dismissed | limits.excluded)
    for credential_id in answer.candidates:
        credential = by_id[credential_id]
        assert credential.status == "active"
        assert not any(credential_id in c.supersedes and c.status == "active" for c in world)
        assert not limits.languages or not credential.languages or set(credential.languages) & limits.languages
        assert _affordable(credential, limits.budget)
        if limits.weeks and credential.workload_hours:
            assert credential.workload_hours <= limits.weeks * (limits.hours_per_week or HOURS_PER_WEEK)


def _affordable(credential: Credential, budget: Money | None) -> bool:
    if budget is None or credential.cost is None:
        return True
    price = convert(credential.cost, budget.currency, REFERENCE_RATES)
    return price is not None and price <= budget.amount


@STRATEGIES
@given(offers(), questions())
def test_counts_of_filters_and_eligible_ones_add_up_and_an_answer_is_empty_only_if_nothing_is_eligible(
    world: dict[Credential, tuple[SkillLink, ...]], question: RecommendRequest
) -> None:
    answer = recommend(build(world), question)
    eligible = len(world) - sum(answer.filters.values())
    assert bool(answer.items) is (eligible > 0)
    assert len(answer.items) == min(question.limit, len(answer.candidates))
    assert len(answer.candidates) <= eligible
    assert set(ids(answer.items)) <= set(answer.candidates)
    assert answer.degraded or answer.items


@STRATEGIES
@given(offers(), questions())
def test_the_same_question_has_the_same_answer_in_whatever_order_the_rows_came(
    world: dict[Credential, tuple[SkillLink, ...]], question: RecommendRequest
) -> None:
    forward, backward = recommend(build(world), question), recommend(build(world, backwards=True), question)
    assert forward.items == backward.items
    assert (forward.candidates, forward.scores) == (backward.candidates, backward.scores)
    np.testing.assert_array_equal(forward.features, backward.features)
    assert plan(build(world), question) == plan(build(world, backwards=True), question)


@STRATEGIES
@given(offers(), questions())
def test_the_first_is_the_best_score_and_a_path_begins_with_it(
    world: dict[Credential, tuple[SkillLink, ...]], question: RecommendRequest
) -> None:
    index = build(world)
    answer, path = recommend(index, question), plan(index, question)
    if answer.items:
        assert answer.items[0].score == max(answer.scores)
    # What is under way comes before the first step, which may wait for it; the slate holds what can be begun today.
    if path.steps and question.goal.skills and not question.snapshot.in_progress:
        assert path.steps[0].credential_id == answer.items[0].credential_id


@STRATEGIES
@given(offers(), questions())
def test_a_path_keeps_prerequisites_first_and_every_limit(
    world: dict[Credential, tuple[SkillLink, ...]], question: RecommendRequest
) -> None:
    index = build(world)
    path, limits = plan(index, question), question.constraints
    held, elapsed, spent = set(question.snapshot.held), 0.0, 0.0
    begun = {index.credentials[row] for row in rows_begun(index, question.snapshot)}  # finished before the first step
    finished = {i for credential in begun for i in (credential.credential_id, *credential.supersedes)}
    for step in path.steps:
        credential = index.credentials[index.position[step.credential_id]]
        assert step.credential_id not in held | question.snapshot.in_progress
        assert not unmet(credential, _with_stacks(held | finished, index))
        assert step.start_week == elapsed
        assert _affordable(credential, limits.budget)
        spent += 0.0 if credential.cost is None else convert(credential.cost, "EUR", REFERENCE_RATES) or 0.0
        elapsed = step.end_week
        held |= {step.credential_id, *credential.supersedes}
    assert path.weeks == elapsed
    assert limits.weeks is None or elapsed <= limits.weeks * (1 + 1e-6)
    assert limits.budget is None or spent <= limits.budget.amount * (1 + 1e-6)
    assert limits.budget is None or path.cost is None or path.cost.amount <= limits.budget.amount * (1 + 1e-6)
    assert len(ids(path.steps)) == len(set(ids(path.steps)))


def _with_stacks(held: set[str], index: CatalogueIndex) -> set[str]:
    mask = index.graph.holding(held, index.position)
    return held | {i for i, has in zip(index.ids, mask, strict=False) if has}


@STRATEGIES
@given(offers(), questions())
def test_a_path_closes_what_its_steps_say_and_never_widens_the_gap(
    world: dict[Credential, tuple[SkillLink, ...]], question: RecommendRequest
) -> None:
    path = plan(build(world), question)
    closed = sum(step.gap_closed for step in path.steps)
    assert path.gap_before - closed >= path.gap_after - 1e-6
    if not question.snapshot.in_progress:  # what is under way closes its part before the first step
        assert path.gap_before - closed == pytest.approx(path.gap_after, abs=1e-6)
    assert all(step.gap_closed >= 0 for step in path.steps)
    assert all(before <= after <= 1 for step in path.steps for _, before, after in step.skills)


@settings(max_examples=8, deadline=None)
@given(offers(), questions(), st.floats(0.05, 1.0))
def test_the_stated_propensity_is_how_often_the_first_one_is_shown(
    world: dict[Credential, tuple[SkillLink, ...]], question: RecommendRequest, epsilon: float
) -> None:
    index, draws = build(world), 300
    exploring = replace(question, policy=Policy("epsilon-greedy", epsilon), limit=1)
    shown: dict[str, list[float]] = {}
    for seed in range(draws):
        answer = recommend(index, replace(exploring, seed=seed))
        for item in answer.items:
            shown.setdefault(item.credential_id, []).append(answer.propensity)
    for propensities in shown.values():
        assert len(set(propensities)) == 1
        exact = propensities[0]
        assert abs(len(propensities) / draws - exact) <= 5 * np.sqrt(exact * (1 - exact) / draws) + 1e-9
