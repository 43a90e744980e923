"""Synthetic learners who ask for paths: timed, or followed step by step along what they were given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import PRIOR_HELD, PRIOR_MISSING, RELIABILITY, Mastery
from credpath.domain.money import Money, convert
from credpath.domain.paths import Constraints, KeptPath, LearningPath
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.filters import limits_of
from credpath.recommender.path_begun import begun_by
from credpath.recommender.path_ground import lay_ground
from credpath.recommender.path_statement import state_problem
from credpath.recommender.planning import plan_all, plan_best
from credpath.recommender.recommend import RecommendRequest
from training.synthetic_catalogue import (
    FIELDS,
    SyntheticCatalogue,
    SyntheticSkills,
    make_catalogue,
    make_goal,
    make_skills,
    make_snapshot,
)

SKILLS = 13_784
SMALL, SMALL_SKILLS = 2_000, 3_000
TODAY = date(2026, 11, 2)
# Without limits, with weeks, with money, with both: in turn.
LIMITS: tuple[dict[str, Any], ...] = (
    {}, {"weeks": 30.0}, {"budget": Money(300, "USD")}, {"weeks": 20.0, "budget": Money(500, "EUR")},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """A synthetic catalogue with its index."""

    skills: SyntheticSkills
    catalogue: SyntheticCatalogue
    index: CatalogueIndex

    @staticmethod
    def of(credentials: int, skills: int) -> World:
        """Seeded, so the same every time."""
        made = make_skills(skills)
        catalogue = make_catalogue(credentials, made)
        index = CatalogueIndex.build(list(catalogue.credentials), catalogue.links, catalogue.vectors, made, "v")
        return World(made, catalogue, index)

    def question(self, number: int) -> RecommendRequest:
        """The question of one learner: each field in turn, each kind of limit in turn."""
        field = number % FIELDS
        return RecommendRequest(
            make_snapshot(self.catalogue, seed=number),
            make_goal(self.skills, field, seed=number),
            self.catalogue.centres[field],
            Constraints(**LIMITS[number % len(LIMITS)]),
            5,
            0,
            TODAY,
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """One call of `plan_all`: the best path, alternatives, concessions, reasons."""

    milliseconds: float
    cpu_milliseconds: float
    candidates: int
    optimality_gap: float
    bounded: bool
    paths: int
    concessions: int


def plan_times(credentials: int, requests: int) -> list[Measured]:
    """Times as many plans, on one thread, after a few that nobody times."""
    world = World.of(credentials, SKILLS)
    for number in range(5):
        plan_all(world.index, world.question(requests + number))
    return [_timed(world, world.question(number)) for number in range(requests)]


def _timed(world: World, question: RecommendRequest) -> Measured:
    wall, cpu = time.perf_counter(), time.process_time()
    paths = plan_all(world.index, question)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    limits = limits_of(question.constraints, question.snapshot.profile)
    ground = lay_ground(world.index, question, limits, begun_by(world.index, question.snapshot, limits, question.today))
    return Measured(
        milliseconds=1000.0 * wall,
        cpu_milliseconds=1000.0 * cpu,
        candidates=len(state_problem(ground, limits).problem.ids),
        optimality_gap=paths[0].optimality_gap or 0.0,
        bounded=paths[0].bound is not None and paths[0].optimality_gap is not None,
        paths=len(paths),
        concessions=len(paths[0].concessions),
    )


def walk_learners(learners: range, tell: Callable[[str], None]) -> dict[str, Any]:
    """Each finishes step by step what was planned, in time, and asks again after every one.

    A step has moved when the order of what is still ahead differs from what was given before, or something of it is
    gone; without cause when no change of the answer says why.
    """
    world = World.of(SMALL, SMALL_SKILLS)
    steps = moved = unexplained = asked = 0
    for number in learners:
        question = world.question(number)
        path = plan_best(world.index, question)
        while path.steps:
            question = finished(world.index, question, path)
            ahead = tuple(step.credential_id for step in path.steps[1:])
            path = plan_best(world.index, question, kept=KeptPath(ahead))
            asked += 1
            steps += len(ahead)
            stirred = disturbed(ahead, path)
            moved += len(stirred)
            unexplained += len(stirred - {change.credential_id for change in path.changes})
        if number % 100 == 99:
            tell(f"{number + 1} learners, {asked} plans, {steps} steps ahead, {moved} moved, {unexplained} unexplained")
    return {
        "learners": len(learners),
        "plans": asked,
        "steps_ahead": steps,
        "moved_with_cause": moved - unexplained,
        "moved_without_cause": unexplained,
        "share_without_cause": unexplained / max(1, steps),
        "passed": unexplained == 0,
    }


def disturbed(ahead: tuple[str, ...], path: LearningPath) -> set[str]:
    """Of the steps that lay ahead, those that are gone or whose turn among them is another."""
    now = [step.credential_id for step in path.steps if step.credential_id in ahead]
    before = [step for step in ahead if step in now]
    gone = set(ahead) - set(now)
    return gone | {old for old, new in zip(before, now, strict=True) if old != new}


def finished(index: CatalogueIndex, question: RecommendRequest, path: LearningPath) -> RecommendRequest:
    """The same learner once the first step is held: an award on all that it teaches, limits less what it took."""
    step, limits = path.steps[0], question.constraints
    row = index.position[step.credential_id]
    span = slice(*index.taught.starts[row : row + 2].tolist())
    day = question.today + timedelta(days=int(np.ceil(7 * step.end_week - 1e-6)))
    mastery, moment = dict(question.snapshot.mastery), datetime(day.year, day.month, day.day, tzinfo=UTC)
    for skill, strength in zip(index.taught.skills[span].tolist(), index.taught.strengths[span].tolist(), strict=True):
        uri = index.space.uris[skill]
        before = mastery.get(uri, Mastery(uri, PRIOR_HELD, PRIOR_MISSING))
        weight = RELIABILITY["award"] * float(strength)
        mastery[uri] = replace(before, held=before.held + weight, updated_at=moment)
    snapshot = replace(question.snapshot, held=question.snapshot.held | {step.credential_id}, mastery=mastery)
    snapshot = _remembered(snapshot, step.credential_id)
    return replace(question, snapshot=snapshot, today=day, constraints=_less(limits, path))


def _remembered(snapshot: LearnerSnapshot, credential_id: str) -> LearnerSnapshot:
    return replace(snapshot, history=(*snapshot.history, credential_id))


def _less(limits: Constraints, path: LearningPath) -> Constraints:
    """What the first step leaves of weeks and money, as a person would say it: a little rounded up."""
    step = path.steps[0]
    weeks = None if limits.weeks is None else max(0.1, limits.weeks - step.end_week) + 1e-6
    budget = limits.budget
    if budget is not None and step.cost is not None:
        spent = convert(step.cost, budget.currency) or 0.0
        budget = Money(max(0.0, budget.amount - spent) + 1e-6, budget.currency)
    return replace(limits, weeks=weeks, budget=budget)
