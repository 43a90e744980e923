"""Learning paths on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

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
from credpath.domain.paths import Change, Concession, LearningPath, Step, Waiver
from credpath.service.planning_paths import PathAnswer


class SkillStepOut(TypedDict):
    """Mastery of a skill before the step, and what is expected after it."""

    skill_uri: str
    label: str
    before: float
    after: float


class WaiverOut(TypedDict):
    """A hard prerequisite that need not be taken, since what it teaches is mastered: `mastery` is the low estimate."""

    credential_id: str
    title: str
    skill_uri: str
    label: str
    mastery: float


class StepOut(TypedDict):
    """One credential of a path; weeks count from the path's start, start inclusive, end exclusive.

    `completion_probability` and its 95 % interval are null while not calibrated. `stacks`: once it is done as well.
    """

    credential_id: str
    credential: CredentialSummaryOut
    start_week: float
    end_week: float
    starts_on: str | None
    ends_on: str | None
    workload_hours: float
    workload_estimated: bool
    cost: MoneyOut | None
    ects: float | None
    gap_closed: float
    completion_probability: float | None
    completion_interval: list[float] | None
    skills: list[SkillStepOut]
    unlocks: list[str]
    waivers: list[WaiverOut]
    reasons: list[ReasonOut]
    stacks: list[StackProgressOut]


class ConcessionOut(TypedDict):
    """The smallest change of one kind that makes more fit, verified by planning with it.

    `subject`: the skill, credential or wish to do without. `gap_after`: what is still open then; `full`: the whole
    goal fits.
    """

    kind: str
    amount: float
    unit: str
    subject: str
    gap_after: float
    full: bool
    sentence: str


class ChangeOut(TypedDict):
    """How the path differs from the one before, and why: `added`, `removed` or `moved`."""

    kind: str
    credential_id: str
    title: str
    sentence: str


class PathOut(TypedDict):
    """Ordered steps with totals; gaps are shares of the goal, 0..1.

    They count the weights of its skills, together 1, times what each lacks of its required level. All that the goal
    asks for is the sum of weight times required level: divide by it for the shares that people are told.
    `kind` says what it is best at. `gap_expected`: `gap_after` with each step weighed by its chance of being finished.
    `reachable`: the share of the first gap that it closes. `bound`: nothing within the limits can leave less of the
    gap; `optimality_gap`: how far its worth may lie below the best there is; both null where nothing was proven.
    `would_have_to_give` and `concessions` say, when the limits cut it short, which and by how much.
    """

    kind: str
    steps: list[StepOut]
    starts_on: str | None
    ends_on: str | None
    hours: float
    weeks: float
    cost: MoneyOut | None
    unpriced_steps: int
    ects: float
    completion_probability: float | None
    gap_before: float
    gap_after: float
    gap_expected: float | None
    reachable: float
    bound: float | None
    optimality_gap: float | None
    solver: str
    stacks: list[StackProgressOut]
    would_have_to_give: list[str]
    concessions: list[ConcessionOut]
    changes: list[ChangeOut]


class PathsOut(TypedDict):
    """Alternatives, best first. `degraded`: the goal names no occupation, so the path follows its words only,
    or a large import is still being read.

    `previous`: the steps that the answer started from. `kept`: the kind that the next answer will start from, null
    where nothing was kept. `notes`: sentences on what cannot be done as it was asked.
    """

    goal: GoalSummaryOut
    interpretation: InterpretationOut | None
    paths: list[PathOut]
    degraded: bool
    previous: list[str]
    kept: str | None
    versions: VersionsOut
    unknown_skills: list[str]
    notes: list[str]
    attribution: str


class Names:
    """Titles and labels of what a path names."""

    def __init__(self, credentials: Mapping[str, Credential], labels: Mapping[str, str]) -> None:
        self.credentials = credentials
        self._labels = labels

    def title(self, credential_id: str) -> str:
        """ "" for one that the catalogue no longer has."""
        known = self.credentials.get(credential_id)
        return known.title if known else ""

    def label(self, skill_uri: str) -> str:
        """ "" for a skill outside the taxonomy."""
        return self._labels.get(skill_uri, "")


def paths_out(answer: PathAnswer) -> PathsOut:
    """From the use case."""
    names = Names(answer.credentials, answer.skill_labels)
    return {
        "goal": goal_summary_out(answer.goal),
        "interpretation": interpretation_out(answer.goal_answer) if answer.goal_answer else None,
        "paths": [path_out(path, names) for path in answer.paths],
        "degraded": answer.degraded,
        "previous": list(answer.previous),
        "kept": answer.kept,
        "versions": {"bundle": answer.bundle_version, "catalogue": answer.catalogue_version},
        "unknown_skills": list(answer.unknown_skills),
        "notes": list(answer.notes),
        "attribution": answer.taxonomy,
    }


def path_out(path: LearningPath, names: Names) -> PathOut:
    """From the domain."""
    return {
        "kind": path.kind,
        "steps": [_step_out(step, names) for step in path.steps],
        "starts_on": _day(path.starts_on),
        "ends_on": _day(path.ends_on),
        "hours": path.hours,
        "weeks": path.weeks,
        "cost": money_out(path.cost),
        "unpriced_steps": path.unpriced_steps,
        "ects": path.ects,
        "completion_probability": path.completion_probability,
        "gap_before": path.gap_before,
        "gap_after": path.gap_after,
        "gap_expected": path.gap_expected,
        "reachable": path.reachable,
        "bound": path.bound,
        "optimality_gap": path.optimality_gap,
        "solver": path.solver,
        "stacks": stacks_out(path.stacks),
        "would_have_to_give": list(path.would_have_to_give),
        "concessions": [_concession_out(concession) for concession in path.concessions],
        "changes": [_change_out(change, names) for change in path.changes],
    }


def _step_out(step: Step, names: Names) -> StepOut:
    return {
        "credential_id": step.credential_id,
        "credential": summary_out(names.credentials[step.credential_id]),
        "start_week": step.start_week,
        "end_week": step.end_week,
        "starts_on": _day(step.starts_on),
        "ends_on": _day(step.ends_on),
        "workload_hours": step.workload_hours,
        "workload_estimated": step.workload_estimated,
        "cost": money_out(step.cost),
        "ects": step.ects,
        "gap_closed": step.gap_closed,
        "completion_probability": step.completion_probability,
        "completion_interval": list(step.completion_interval) if step.completion_interval else None,
        "skills": [
            {"skill_uri": uri, "label": names.label(uri), "before": before, "after": after}
            for uri, before, after in step.skills
        ],
        "unlocks": list(step.unlocks),
        "waivers": [_waiver_out(waiver, names) for waiver in step.waivers],
        "reasons": reasons_out(step.reasons),
        "stacks": stacks_out(step.stacks),
    }


def _waiver_out(waiver: Waiver, names: Names) -> WaiverOut:
    return {
        "credential_id": waiver.credential_id,
        "title": names.title(waiver.credential_id),
        "skill_uri": waiver.skill_uri,
        "label": names.label(waiver.skill_uri),
        "mastery": waiver.mastery,
    }


def _concession_out(concession: Concession) -> ConcessionOut:
    return {
        "kind": concession.kind,
        "amount": concession.amount,
        "unit": concession.unit,
        "subject": concession.subject,
        "gap_after": concession.gap_after,
        "full": concession.full,
        "sentence": concession.sentence,
    }


def _change_out(change: Change, names: Names) -> ChangeOut:
    title = names.title(change.credential_id)
    return {"kind": change.kind, "credential_id": change.credential_id, "title": title, "sentence": change.sentence}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
