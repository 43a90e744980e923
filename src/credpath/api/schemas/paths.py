"""Learning paths on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import TypedDict

from credpath.api.schemas.credential_out import CredentialSummaryOut, summary_out
from credpath.api.schemas.goals import GoalSummaryOut, InterpretationOut, goal_summary_out, interpretation_out
from credpath.api.schemas.recommendations import (
    ReasonOut,
    StackProgressOut,
    VersionsOut,
    reasons_out,
    stacks_out,
)
from credpath.api.schemas.values import MoneyOut, money_out
from credpath.domain.catalogue import Credential
from credpath.domain.paths import LearningPath, Step
from credpath.service.planning_paths import PathAnswer


class SkillStepOut(TypedDict):
    """Mastery of a skill before the step, and what is expected after it."""

    skill_uri: str
    before: float
    after: float


class StepOut(TypedDict):
    """One credential of a path; weeks count from now, start inclusive, end exclusive."""

    credential_id: str
    credential: CredentialSummaryOut
    start_week: float
    end_week: float
    workload_hours: float
    workload_estimated: bool
    cost: MoneyOut | None
    ects: float | None
    gap_closed: float
    skills: list[SkillStepOut]
    unlocks: list[str]
    reasons: list[ReasonOut]
    stacks: list[StackProgressOut]


class PathOut(TypedDict):
    """Ordered steps with totals. `would_have_to_give` says, when the limits cut it short, which and by how much."""

    steps: list[StepOut]
    hours: float
    weeks: float
    cost: MoneyOut | None
    unpriced_steps: int
    gap_before: float
    gap_after: float
    would_have_to_give: list[str]


class PathsOut(TypedDict):
    """Alternatives, best first. `degraded`: the goal names no occupation, so the path follows its words only."""

    goal: GoalSummaryOut
    interpretation: InterpretationOut | None
    paths: list[PathOut]
    degraded: bool
    versions: VersionsOut
    unknown_skills: list[str]
    attribution: str


def paths_out(answer: PathAnswer) -> PathsOut:
    """From the use case."""
    return {
        "goal": goal_summary_out(answer.goal),
        "interpretation": interpretation_out(answer.goal_answer) if answer.goal_answer else None,
        "paths": [_path_out(path, answer.credentials) for path in answer.paths],
        "degraded": answer.degraded,
        "versions": {"bundle": answer.bundle_version, "catalogue": answer.catalogue_version},
        "unknown_skills": list(answer.unknown_skills),
        "attribution": answer.taxonomy,
    }


def _path_out(path: LearningPath, credentials: Mapping[str, Credential]) -> PathOut:
    return {
        "steps": [_step_out(step, credentials[step.credential_id]) for step in path.steps],
        "hours": path.hours,
        "weeks": path.weeks,
        "cost": money_out(path.cost),
        "unpriced_steps": path.unpriced_steps,
        "gap_before": path.gap_before,
        "gap_after": path.gap_after,
        "would_have_to_give": list(path.would_have_to_give),
    }


def _step_out(step: Step, credential: Credential) -> StepOut:
    return {
        "credential_id": step.credential_id,
        "credential": summary_out(credential),
        "start_week": step.start_week,
        "end_week": step.end_week,
        "workload_hours": step.workload_hours,
        "workload_estimated": step.workload_estimated,
        "cost": money_out(step.cost),
        "ects": step.ects,
        "gap_closed": step.gap_closed,
        "skills": [{"skill_uri": uri, "before": before, "after": after} for uri, before, after in step.skills],
        "unlocks": list(step.unlocks),
        "reasons": reasons_out(step.reasons),
        "stacks": stacks_out(step.stacks),
    }
