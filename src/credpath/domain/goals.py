"""Career goals: from words to an occupation to weighted skills, and the gap that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credpath.domain.mastery import Mastery


@dataclass(frozen=True, slots=True)
class GoalSkill:
    """A skill that the goal needs. `weight` > 0, all weights of a goal sum to 1; `required_level` 0..1."""

    skill_uri: str
    label: str
    weight: float
    required_level: float
    essential: bool


@dataclass(frozen=True, slots=True)
class GoalMatch:
    """An occupation that the words may mean. `confidence` 0..1 is a calibrated chance that it is the one meant."""

    occupation_uri: str
    label: str
    confidence: float
    matched_label: str  # the label that the words came closest to


@dataclass(frozen=True, slots=True)
class GoalAnswer:
    """Ranked occupations. With `close_enough` False, `matches` are merely the nearest there are."""

    text: str
    target: str  # the part of the text that names the goal: "health informatics" of "nurse to health informatics"
    origin: str  # the part that names where the learner comes from, or ""
    matches: tuple[GoalMatch, ...]
    close_enough: bool


@dataclass(frozen=True, slots=True)
class CareerGoal:
    """What the learner works toward: an occupation with its required skills, or only words."""

    text: str
    occupation_uri: str = ""
    label: str = ""
    confidence: float = 0.0
    skills: tuple[GoalSkill, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillGap:
    """Required level minus mastery, floored at 0, for one skill of a goal."""

    skill: GoalSkill
    mastery: float
    gap: float

    @property
    def weighted(self) -> float:
        """The gap in units of the goal's whole requirement."""
        return self.skill.weight * self.gap


def skill_gaps(goal: CareerGoal, mastery: Mapping[str, Mastery]) -> tuple[SkillGap, ...]:
    """One entry a required skill, widest weighted gap first; ties by URI, so the order is stable."""
    gaps = []
    for skill in goal.skills:
        known = mastery.get(skill.skill_uri)
        held = known.probability if known else 0.0
        gaps.append(SkillGap(skill, held, max(0.0, skill.required_level - held)))
    return tuple(sorted(gaps, key=lambda g: (-g.weighted, g.skill.skill_uri)))


def total_gap(gaps: Sequence[SkillGap]) -> float:
    """What is still missing of the goal, 0..1 (weights sum to 1 and gaps are at most 1)."""
    return sum(g.weighted for g in gaps)
