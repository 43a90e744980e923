"""Career goals on the wire."""

from __future__ import annotations

from typing_extensions import TypedDict

from credpath.domain.goals import CareerGoal, GoalAnswer, GoalMatch
from credpath.service.goals import GoalsAnswer

DIGITS = 6  # the numbers are kept in 32 bits; more digits would be noise


class GoalSkillOut(TypedDict):
    """A skill that the goal needs; the weights of a goal sum to 1."""

    skill_uri: str
    label: str
    weight: float
    required_level: float
    essential: bool


class GoalSummaryOut(TypedDict):
    """What the learner works toward. Without an occupation it is only the words."""

    text: str
    occupation_uri: str
    label: str
    confidence: float


class GoalOut(GoalSummaryOut):
    """A goal with what it asks for."""

    skills: list[GoalSkillOut]


class MatchOut(TypedDict):
    """An occupation that the words may mean; `confidence` is the chance that it is the one meant."""

    occupation_uri: str
    label: str
    confidence: float
    matched_label: str


class InterpretationOut(TypedDict):
    """How the words were read. With `close_enough` false, the matches are merely the nearest there are."""

    text: str
    target: str
    origin: str
    close_enough: bool
    matches: list[MatchOut]


class GoalsOut(TypedDict):
    """The occupations that match, best first, each with its weighted skills."""

    interpretation: InterpretationOut
    items: list[GoalOut]
    attribution: str


def goal_summary_out(goal: CareerGoal) -> GoalSummaryOut:
    """From the domain, without the skills, which may be hundreds."""
    return {
        "text": goal.text,
        "occupation_uri": goal.occupation_uri,
        "label": goal.label,
        "confidence": round(goal.confidence, DIGITS),
    }


def goal_out(goal: CareerGoal) -> GoalOut:
    """From the domain."""
    return {
        **goal_summary_out(goal),
        "skills": [
            {
                "skill_uri": skill.skill_uri,
                "label": skill.label,
                "weight": round(skill.weight, DIGITS),
                "required_level": round(skill.required_level, DIGITS),
                "essential": skill.essential,
            }
            for skill in goal.skills
        ],
    }


def interpretation_out(answer: GoalAnswer) -> InterpretationOut:
    """From the domain."""
    return {
        "text": answer.text,
        "target": answer.target,
        "origin": answer.origin,
        "close_enough": answer.close_enough,
        "matches": [_match_out(match) for match in answer.matches],
    }


def _match_out(match: GoalMatch) -> MatchOut:
    return {
        "occupation_uri": match.occupation_uri,
        "label": match.label,
        "confidence": round(match.confidence, DIGITS),
        "matched_label": match.matched_label,
    }


def goals_out(found: GoalsAnswer) -> GoalsOut:
    """From the use case."""
    return {
        "interpretation": interpretation_out(found.answer),
        "items": [goal_out(goal) for goal in found.goals],
        "attribution": found.taxonomy,
    }
