"""A tenant whose learners climb ladders: after each rung the next one follows, so the right answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from credpath.domain.catalogue import Credential
from credpath.domain.goals import CareerGoal, GoalAnswer, GoalMatch
from credpath.domain.learner import Learner, Profile
from credpath.domain.outcomes import Outcome, OutcomeKind
from credpath.recommender.encoding import HashEncoder
from credpath.service.indexing import IndexedCatalogue
from credpath.service.loading import LoadedTaxonomy
from tests.recommender.worlds import FewSkills, goal_of, index_of, teaches
from training.pasts import Past, gather_pasts
from training.steps import Stage, set_stage

LADDERS, RUNGS = 6, 6
START = datetime(2026, 1, 1, tzinfo=UTC)
SKILLS = tuple(f"skill{at}" for at in range(LADDERS))
ENCODER = HashEncoder(8)


def rung(ladder: int, step: int) -> str:
    return f"c{(ladder * RUNGS + step * 7) % (LADDERS * RUNGS):02d}-{ladder}-{step}"


def catalogue() -> IndexedCatalogue:
    offers = {
        Credential(rung(ladder, step), f"ladder {ladder} step {step}", workload_hours=10.0): teaches(SKILLS[ladder])
        for ladder in range(LADDERS)
        for step in range(RUNGS)
    }
    vectors = dict(
        zip(
            (c.credential_id for c in offers),
            ENCODER.encode([c.title for c in offers]),
            strict=True,
        )
    )
    index = index_of(offers, skills=FewSkills(SKILLS), vectors=vectors)
    return IndexedCatalogue(index, {c.credential_id: taught for c, taught in offers.items()}, {}, "t1")


def taxonomy() -> LoadedTaxonomy:
    """Every goal "ladder 3" means the occupation that needs that ladder's skill; all else means nothing."""

    def match(text: str, limit: int) -> GoalAnswer:
        known = text.startswith("ladder ")
        found = (GoalMatch(f"urn:{text}", text, 0.9, text),) if known else ()
        return GoalAnswer(text, text, "", found, known)

    def required(uri: str) -> CareerGoal:
        skill = goal_of(SKILLS[int(uri[-1])], text="").skills
        return CareerGoal("", uri, uri.removeprefix("urn:"), 1.0, skill)

    nothing: dict[str, None] = {"skills": None, "goals": None}
    return LoadedTaxonomy(
        "public",
        "few",
        "1",
        "1",
        "",
        "1",
        **nothing,
        match=match,
        required=required,
        resolve=lambda _: None,
        spelt_like=lambda _: "",
    )


def stage(goals: Sequence[str] = ()) -> Stage:
    return set_stage(catalogue(), taxonomy(), ENCODER, goals, date(2026, 11, 1))


def happened(who: str, what: str, kind: OutcomeKind, day: float) -> Outcome:
    at = START + timedelta(days=day)
    return Outcome(f"{who}/{what}/{kind}/{day}", who, what, kind, at)


def climbers(count: int, seed: int = 0, goal: bool = True) -> tuple[Past, ...]:
    """Learners who climb one ladder from a drawn rung on, ten days a rung, and finish each but the last."""
    dice = np.random.default_rng(seed)
    learners, outcomes = [], []
    for at in range(count):
        who, ladder, begun = f"l{at:04d}", int(dice.integers(LADDERS)), float(dice.integers(0, 200))
        learners.append(Learner(who, Profile(goal=f"ladder {ladder}" if goal else "")))
        steps = int(dice.integers(2, RUNGS + 1))
        for step in range(steps):
            day = begun + 10.0 * step
            outcomes.append(happened(who, rung(ladder, step), "enrolled", day))
            if step + 1 < steps:
                outcomes.append(happened(who, rung(ladder, step), "completed", day + 8.0))
    return gather_pasts(learners, outcomes)
