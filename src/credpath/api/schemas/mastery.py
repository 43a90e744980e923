"""Mastery on the wire, and what changed it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from typing_extensions import TypedDict

from credpath.api.schemas.values import time_out
from credpath.domain.evidence import Evidence
from credpath.domain.forgetting import DATED_SINCE
from credpath.service.assessments import Corrected
from credpath.service.mastery import ExplainedChange, SkillChange
from credpath.service.mastery_page import MasteryPage, SkillPage, Weighed


class EvidenceOut(TypedDict):
    """One observation. `share` scales how much it counts; `reference` is an assessment or credential id."""

    kind: str
    score: float
    at: str | None
    reference: str
    share: float
    evidence_id: str
    item_id: str
    difficulty: float | None


class WeighedEvidenceOut(EvidenceOut):
    """`moved`: by how much it raised or lowered the estimate when it was taken in."""

    moved: float


class NeededOut(TypedDict):
    """What the goal needs of the skill: its share of the goal, and the level that is asked for."""

    weight: float
    required_level: float
    essential: bool


class MasteryItemOut(TypedDict):
    """The probability that a skill is held, with a central 90 % interval and the latest of `pieces` of evidence.

    `basis`: `evidence` on the skill, or else what was shown of `related` and other skills, or `nothing`.
    `faded_from`: the estimate just after the latest evidence, where it has faded since. `due_at`: when a refresher is
    due, possibly in the past.
    """

    skill_uri: str
    label: str
    probability: float
    low: float
    high: float
    updated_at: str | None
    basis: Literal["evidence", "related", "nothing"]
    faded_from: float | None
    due_at: str | None
    needed: NeededOut | None
    pieces: int
    evidence: list[WeighedEvidenceOut]


class MasteryOut(TypedDict):
    """Every skill with any evidence, and of a goal all its skills, strongest first. Faded as of `at`."""

    learner_id: str
    at: str
    occupation_uri: str
    items: list[MasteryItemOut]


class MasteryChangeOut(TypedDict):
    """What one piece of evidence changed, and a sentence that says so."""

    skill_uri: str
    label: str
    before: float
    after: float
    sentence: str
    evidence: EvidenceOut


class SkillChangeOut(TypedDict):
    """What a correction, or evidence on other skills, changed in one skill, and a sentence that says so."""

    skill_uri: str
    label: str
    before: float
    after: float
    sentence: str


class MasteryChangesOut(TypedDict):
    """Empty when everything sent was known already. `others`: skills that were not sent but moved by .03 or more with
    them, as mastery that is learned from responses reads skills together; the ten that moved furthest.
    """

    learner_id: str
    changes: list[MasteryChangeOut]
    others: list[SkillChangeOut]


class CorrectedOut(TypedDict):
    """How many pieces of evidence went and came. The estimates are as if it had been so from the start."""

    learner_id: str
    assessment_id: str
    voided: int
    added: int
    changes: list[SkillChangeOut]


class WithdrawnOut(TypedDict):
    """How many awards went. The estimates are as if they had never been given."""

    learner_id: str
    credential_id: str
    withdrawn: int
    changes: list[SkillChangeOut]


def _evidence_out(evidence: Evidence) -> EvidenceOut:
    return {
        "kind": evidence.kind,
        "score": evidence.score,
        # What nobody dated (declared skills, mere orders) has no time to show, nor what is only known to be old.
        "at": time_out(evidence.at) if evidence.at > DATED_SINCE else None,
        "reference": evidence.reference,
        "share": evidence.share,
        "evidence_id": evidence.evidence_id,
        "item_id": evidence.item_id,
        "difficulty": evidence.difficulty,
    }


def _weighed_out(piece: Weighed) -> WeighedEvidenceOut:
    return {**_evidence_out(piece.evidence), "moved": piece.moved}


def mastery_out(page: MasteryPage) -> MasteryOut:
    """From the use case."""
    return {
        "learner_id": page.learner_id,
        "at": time_out(page.at) or "",
        "occupation_uri": page.goal.occupation_uri if page.goal else "",
        "items": [_mastery_item(skill) for skill in page.skills],
    }


def _mastery_item(page: SkillPage) -> MasteryItemOut:
    mastery, needed = page.mastery, page.needed
    low, high = mastery.interval
    dated = mastery.updated_at is not None and mastery.updated_at > DATED_SINCE
    return {
        "skill_uri": mastery.skill_uri,
        "label": page.label,
        "probability": mastery.probability,
        "low": low,
        "high": high,
        "updated_at": time_out(mastery.updated_at) if dated else None,
        "basis": page.basis,
        "faded_from": page.faded_from,
        "due_at": time_out(page.due_at),
        "needed": None if needed is None else {
            "weight": needed.weight, "required_level": needed.required_level, "essential": needed.essential,
        },
        "pieces": page.pieces,
        "evidence": [_weighed_out(piece) for piece in page.evidence],
    }  # fmt: skip


def changes_out(learner_id: str, changes: Sequence[ExplainedChange]) -> MasteryChangesOut:
    """From the use case."""
    return {
        "learner_id": learner_id,
        "changes": [
            {
                "skill_uri": change.skill_uri,
                "label": change.label,
                "before": change.before,
                "after": change.after,
                "sentence": change.sentence,
                "evidence": _evidence_out(change.evidence),
            }
            for change in changes
        ],
        "others": _skill_changes_out(other for change in changes for other in change.others),
    }


def corrected_out(learner_id: str, assessment_id: str, done: Corrected) -> CorrectedOut:
    """From the use case."""
    return {
        "learner_id": learner_id,
        "assessment_id": assessment_id,
        "voided": done.voided,
        "added": done.added,
        "changes": _skill_changes_out(done.changes),
    }


def withdrawn_out(learner_id: str, credential_id: str, done: Corrected) -> WithdrawnOut:
    """From the use case."""
    return {
        "learner_id": learner_id,
        "credential_id": credential_id,
        "withdrawn": done.voided,
        "changes": _skill_changes_out(done.changes),
    }


def _skill_changes_out(changes: Iterable[SkillChange]) -> list[SkillChangeOut]:
    return [
        {
            "skill_uri": change.skill_uri,
            "label": change.label,
            "before": change.before,
            "after": change.after,
            "sentence": change.sentence,
        }
        for change in changes
    ]
