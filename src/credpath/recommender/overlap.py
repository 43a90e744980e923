"""What two goals have in common: the skills that both need, and what steps toward one close of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credpath.domain.goals import CareerGoal, GoalSkill
from credpath.domain.learner import LearnerSnapshot
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import open_gap
from credpath.recommender.standing import expect_after, stand


@dataclass(frozen=True, slots=True)
class SharedSkill:
    """A skill that both goals need: its weight and required level in each, and the learner's mastery now, 0..1."""

    skill_uri: str
    label: str
    weights: tuple[float, float]
    required_levels: tuple[float, float]
    mastery: float


def shared_skills(one: CareerGoal, other: CareerGoal, snapshot: LearnerSnapshot) -> tuple[SharedSkill, ...]:
    """What counts most in both together first; ties by URI."""
    there = {skill.skill_uri: skill for skill in other.skills}
    found = [_shared(skill, there[skill.skill_uri], snapshot) for skill in one.skills if skill.skill_uri in there]
    return tuple(sorted(found, key=lambda s: (-sum(s.weights), s.skill_uri)))


def _shared(skill: GoalSkill, other: GoalSkill, snapshot: LearnerSnapshot) -> SharedSkill:
    weights, levels = (skill.weight, other.weight), (skill.required_level, other.required_level)
    return SharedSkill(skill.skill_uri, skill.label, weights, levels, snapshot.probability(skill.skill_uri))


def closes_along(
    index: CatalogueIndex, snapshot: LearnerSnapshot, goal: CareerGoal, credential_ids: Sequence[str]
) -> tuple[float, ...]:
    """The share of the goal, 0..1, that each of these closes when they are taken in this order.

    Each counts only what those before it have left.
    """
    standing, closed = stand(index, snapshot), []
    gap = open_gap(index, goal, standing)
    for credential_id in credential_ids:
        row = index.position[credential_id]
        standing = expect_after(index, standing, row)
        after = open_gap(index, goal, standing)
        closed.append(max(0.0, gap.total - after.total))
        gap = after
    return tuple(closed)
