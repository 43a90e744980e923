"""The gap to the goal, and how much of it each credential closes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credpath.domain.goals import CareerGoal, GoalSkill
from credpath.recommender.award_worth import worth_of
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Floats, Offsets, Rows, gather, sums
from credpath.recommender.postings import NOT_RELATED
from credpath.recommender.skill_space import MIN_RELATED
from credpath.recommender.standing import Standing

# A gap narrower than this is met: mastery is an estimate, and nobody should study for its last percent.
MET = 1e-9


@dataclass(frozen=True, slots=True)
class GoalGap:
    """The m skills of the goal as arrays. `places`: position in the skill space, or -1 where nothing leads there.

    `mastery`: by evidence, or as far as what is mastered lies near. `gap` = required - mastery, floored at 0; `total`
    is its weighted sum, `requirement` that of `required`.
    """

    goal: CareerGoal
    skills: tuple[GoalSkill, ...]
    places: Offsets
    weights: Doubles
    required: Doubles
    mastery: Doubles
    gap: Doubles
    total: float
    requirement: float
    standing: Standing

    @property
    def levels(self) -> dict[str, float]:
        """Skill URI -> mastery."""
        return dict(zip([skill.skill_uri for skill in self.skills], self.mastery.tolist(), strict=True))

    @property
    def progress(self) -> float:
        """Share of what the goal asks that is met already, 0..1; 0 for a goal without skills."""
        return 1.0 - self.total / self.requirement if self.requirement > 0 else 0.0


def open_gap(index: CatalogueIndex, goal: CareerGoal, standing: Standing) -> GoalGap:
    """What is missing now. Skills that the catalogue never touches count by their own evidence alone."""
    at = index.space.position.get
    places = np.array([at(s.skill_uri, -1) for s in goal.skills], dtype=np.int64)
    known = standing.support[places] if len(standing.support) else np.zeros(len(places))
    for outside in (places < 0).nonzero()[0].tolist():
        known[outside] = standing.snapshot.level(goal.skills[outside].skill_uri)
    weights = np.array([s.weight for s in goal.skills], dtype=np.float64)
    required = np.array([s.required_level for s in goal.skills], dtype=np.float64)
    gap = np.maximum(0.0, required - known)
    gap[gap <= MET] = 0.0
    total, requirement = float(weights @ gap), float(weights @ required)
    return GoalGap(goal, goal.skills, places, weights, required, known, gap, total, requirement, standing)


@dataclass(frozen=True, slots=True)
class Closing:
    """Who closes what, one entry a (credential, needed skill): `amounts` in units of the goal's weights.

    `of_row` (n,) sums them. `via`: the taught skill that lies near the needed one, or NOT_RELATED.
    """

    rows: Rows
    skills: Offsets
    amounts: Doubles
    via: Rows
    of_row: Doubles
    width: int

    def matrix(self, rows: Offsets) -> tuple[Floats, Rows]:
        """(len(rows), m) amounts and the taught skill through which each comes (-1: taught itself)."""
        place = np.full(len(self.of_row), -1, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        line = place[self.rows]
        kept = (line >= 0).nonzero()[0]
        amounts = np.zeros((len(rows), self.width), dtype=np.float32)
        via = np.full((len(rows), self.width), NOT_RELATED, dtype=np.int32)
        amounts[line[kept], self.skills[kept]] = self.amounts[kept]
        via[line[kept], self.skills[kept]] = self.via[kept]
        return amounts, via


def reached(
    index: CatalogueIndex, standing: Standing, flat: Offsets, skills: Offsets | Rows
) -> tuple[Doubles, Doubles]:
    """(entries,) twice: mastery of the skill of each posting once its credential is held, taught itself or by way of.

    0 where it is not taught, or no neighbour is.
    """
    postings, awards = index.postings, index.awards
    whole = awards.whole[postings.rows[flat]]
    taught = standing.with_award(skills, worth_of(postings.strengths[flat], whole))
    near: Doubles = np.zeros(len(flat))
    beside = (postings.via[flat] >= 0).nonzero()[0]
    entries, share = flat[beside], awards.via[flat[beside]]
    level = standing.with_award(postings.via[entries], worth_of(share, whole[beside]))
    lift = postings.related[entries] / share * level
    near[beside] = np.where(lift >= MIN_RELATED, lift, 0.0)
    return taught, near


def closing(index: CatalogueIndex, gap: GoalGap) -> Closing:
    """Weight times the part of the gap that will be closed once each credential is held.

    Taught: up to what the award will show. Through a related skill: up to what it will show of that one, as far as
    it lies near and no further, so that a second neighbour of a skill adds nothing to the first.
    """
    needed = ((gap.places >= 0) & (gap.gap > 0)).nonzero()[0]
    postings = index.postings
    flat, owner = gather(postings.starts, gap.places[needed])
    skill = needed[owner]
    taught, near = reached(index, gap.standing, flat, gap.places[skill])
    via = np.where(near > taught, postings.via[flat], NOT_RELATED)
    gained = np.maximum(np.maximum(taught, near) - gap.mastery[skill], 0.0)
    amounts = gap.weights[skill] * np.minimum(gained, gap.gap[skill])
    rows = postings.rows[flat]
    of_row = sums(rows, amounts, len(index.ids))
    return Closing(rows, skill, amounts, via, of_row, len(gap.skills))
