"""Two goals beside each other on the wire."""

from __future__ import annotations

from typing_extensions import TypedDict

from credpath.api.schemas.credential_out import CredentialSummaryOut, summary_out
from credpath.api.schemas.goals import (
    DIGITS,
    GoalSummaryOut,
    InterpretationOut,
    goal_summary_out,
    interpretation_out,
)
from credpath.api.schemas.paths import Names, PathOut, path_out
from credpath.api.schemas.recommendations import VersionsOut
from credpath.api.schemas.values import MoneyOut, money_out
from credpath.service.comparing import Comparison, Side


class SideOut(TypedDict):
    """One goal with its paths, the best first; the comparison is about that one.

    `closes_of_other`: for each of its steps, the share of the other goal that the step closes; `closes_of_other_total`
    is their sum. `shared_weight`: the share of this goal that lies in skills which the other needs as well. `notes`: as
    of a path.
    """

    goal: GoalSummaryOut
    interpretation: InterpretationOut | None
    paths: list[PathOut]
    closes_of_other: list[float]
    closes_of_other_total: float
    shared_weight: float
    notes: list[str]


class SharedSkillOut(TypedDict):
    """A skill that both goals need; both lists are in the order of the goals. `mastery` is the learner's now."""

    skill_uri: str
    label: str
    weights: list[float]
    required_levels: list[float]
    mastery: float


class TogetherOut(TypedDict):
    """What both best paths take together, what is on both counted once."""

    credential_ids: list[str]
    hours: float
    cost: MoneyOut | None
    unpriced_steps: int


class ComparisonOut(TypedDict):
    """Two goals from the same start. `summary` says in sentences what the figures come to."""

    goals: list[SideOut]
    summary: list[str]
    shared_credentials: list[CredentialSummaryOut]
    shared_skills: list[SharedSkillOut]
    together: TogetherOut
    versions: VersionsOut
    unknown_skills: list[str]
    attribution: str


def comparison_out(found: Comparison) -> ComparisonOut:
    """From the use case."""
    names = Names(found.credentials, found.skill_labels)
    return {
        "goals": [_side_out(side, names) for side in found.sides],
        "summary": list(found.summary),
        "shared_credentials": [summary_out(found.credentials[i]) for i in found.shared_credentials],
        "shared_skills": [
            {
                "skill_uri": skill.skill_uri,
                "label": skill.label,
                "weights": [round(weight, DIGITS) for weight in skill.weights],
                "required_levels": [round(level, DIGITS) for level in skill.required_levels],
                "mastery": skill.mastery,
            }
            for skill in found.shared_skills
        ],
        "together": {
            "credential_ids": list(found.together.credential_ids),
            "hours": found.together.hours,
            "cost": money_out(found.together.cost),
            "unpriced_steps": found.together.unpriced_steps,
        },
        "versions": {"bundle": found.bundle_version, "catalogue": found.catalogue_version},
        "unknown_skills": list(found.unknown_skills),
        "attribution": found.taxonomy,
    }


def _side_out(side: Side, names: Names) -> SideOut:
    return {
        "goal": goal_summary_out(side.goal),
        "interpretation": interpretation_out(side.goal_answer) if side.goal_answer else None,
        "paths": [path_out(path, names) for path in side.paths],
        "closes_of_other": list(side.closes_of_other),
        "closes_of_other_total": sum(side.closes_of_other),
        "shared_weight": side.shared_weight,
        "notes": list(side.notes),
    }
