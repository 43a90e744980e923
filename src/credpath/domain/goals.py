"""Career goals: from words to an occupation to weighted skills, and the gap that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


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

    @property
    def requirement(self) -> float:
        """All that it asks for: the required levels by weight, 0..1; 0 without skills."""
        return sum(skill.weight * skill.required_level for skill in self.skills)

    def share(self, amount: float) -> float:
        """A gap, or what closes of it, as a share of all that the goal asks for, which is how people are told."""
        return amount / self.requirement if self.skills else 0.0


@dataclass(frozen=True, slots=True)
class SkillGap:
    """Required level minus mastery, floored at 0, for one skill of a goal."""

    skill: GoalSkill
    mastery: float
    gap: float

    @property
    def weighted(self) -> float:
        """The gap in units of the goal's weights, which sum to 1."""
        return self.skill.weight * self.gap


def skill_gaps(goal: CareerGoal, levels: Mapping[str, float]) -> tuple[SkillGap, ...]:
    """One entry a required skill, widest weighted gap first; ties by URI, so the order is stable.

    `levels`: what counts of each skill, 0 where it is not named.
    """
    gaps = []
    for skill in goal.skills:
        held = levels.get(skill.skill_uri, 0.0)
        gaps.append(SkillGap(skill, held, max(0.0, skill.required_level - held)))
    return tuple(sorted(gaps, key=lambda g: (-g.weighted, g.skill.skill_uri)))


def total_gap(gaps: Sequence[SkillGap]) -> float:
    """What is still missing of the goal, 0..1 (weights sum to 1 and gaps are at most 1)."""
    return sum(g.weighted for g in gaps)


def shown_share(gaps: Sequence[SkillGap]) -> float:
    """The share of what the goal requires that is shown, 0..1, 0 for a goal without skills.

    Summed up, not taken from 1, so that who has shown nothing has exactly 0.
    """
    required = sum(g.skill.weight * g.skill.required_level for g in gaps)
    shown = sum(g.skill.weight * min(g.mastery, g.skill.required_level) for g in gaps)
    return shown / required if required > 0 else 0.0
