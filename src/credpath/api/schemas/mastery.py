"""Assessment results, awards and mastery on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from credpath.api.schemas.values import FullLabel, Id, Input, Label, Number, OwnId, Share, Time, Url, time_out
from credpath.domain.evidence import Evidence
from credpath.domain.forgetting import DATED_SINCE
from credpath.domain.learner import MAX_SKILLS_A_SCORE, AssessmentResult, Award
from credpath.service.assessments import Corrected
from credpath.service.mastery import ExplainedChange
from credpath.service.mastery_page import MasteryPage, SkillPage, Weighed


class AssessmentIn(Input):
    """An observed score on a named skill, on several together, or the answer to one item. Give `skill` or `skills`."""

    skill: FullLabel | None = Field(None, description="Skill URI or label.", examples=["SQL"])
    skills: list[FullLabel] = Field(
        [], max_length=MAX_SKILLS_A_SCORE, description="All skills that the score is over, where it is over several."
    )
    score: Number = Field(description="0 to `max_score`.", examples=[0.8])
    max_score: Annotated[float, Field(strict=True, ge=1e-9, le=1e12, allow_inf_nan=False)] = 1.0
    occurred_at: Time = Field(examples=["2026-03-01T09:30:00Z"])
    item_id: OwnId = Field("", description="Of the one item that was answered; an answer counts less than a score.")
    difficulty: Share | None = Field(None, description="Of the item: the share of people who get it wrong.")
    assessment_id: OwnId = Field("", description="By which the result can be corrected or taken back.")

    @model_validator(mode="after")
    def _named(self) -> AssessmentIn:
        if (self.skill is None) == (not self.skills):
            raise ValueError("give skill or skills: one of the two")
        if len(set(self.skills)) != len(self.skills):
            raise ValueError("skills names one twice")
        return self

    def of(self, learner_id: str, assessment_id: str = "") -> AssessmentResult:
        """The domain's value."""
        return AssessmentResult(
            learner_id=learner_id,
            skill=self.skill or "",
            score=self.score,
            occurred_at=self.occurred_at,
            max_score=self.max_score,
            item_id=self.item_id,
            assessment_id=self.assessment_id or assessment_id,
            skills=tuple(self.skills),
            difficulty=self.difficulty,
        )


class AssessmentsIn(Input):
    """Results of one learner; all are taken or none."""

    results: list[AssessmentIn] = Field(min_length=1)

    def of(self, learner_id: str, assessment_id: str = "") -> tuple[AssessmentResult, ...]:
        """The domain's values. `assessment_id`: of results that name none."""
        return tuple(result.of(learner_id, assessment_id) for result in self.results)


class AwardIn(Input):
    """A credential that the learner holds."""

    credential_id: Id = Field(examples=["google-data-analytics"])
    awarded_at: Time = Field(examples=["2026-03-01T00:00:00Z"])
    award_id: OwnId = Field("", description="The awarding body's own number of it.")
    grade: Label = ""
    evidence_url: Url = Field("", description="Where the award can be verified.")

    def of(self, learner_id: str) -> Award:
        """The domain's value."""
        return Award(
            learner_id=learner_id,
            credential_id=self.credential_id,
            awarded_at=self.awarded_at,
            award_id=self.award_id,
            grade=self.grade,
            evidence_url=self.evidence_url,
        )


class MasteryQuery(Input):
    """Which goal's skills to add where they have no evidence."""

    goal: Label = Field("", description="In words.", examples=["data analyst"])
    occupation_uri: Label = Field("", description="The occupation that is meant, from `GET /v1/goals`.")


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

    `basis`: `evidence` on the skill, or else on `related` skills, or `nothing`. `faded_from`: the estimate just after
    the latest evidence, where it has faded since. `due_at`: when a refresher is due, possibly in the past.
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


class MasteryChangesOut(TypedDict):
    """Empty when everything sent was known already."""

    learner_id: str
    changes: list[MasteryChangeOut]


class SkillChangeOut(TypedDict):
    """What a correction changed in one skill, and a sentence that says so."""

    skill_uri: str
    label: str
    before: float
    after: float
    sentence: str


class CorrectedOut(TypedDict):
    """How many pieces of evidence went and came. The estimates are as if it had been so from the start."""

    learner_id: str
    assessment_id: str
    voided: int
    added: int
    changes: list[SkillChangeOut]


def _evidence_out(evidence: Evidence) -> EvidenceOut:
    return {
        "kind": evidence.kind,
        "score": evidence.score,
        # What nobody dated (declared skills, an order without dates) has no time to show.
        "at": time_out(evidence.at) if evidence.at >= DATED_SINCE else None,
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
    dated = mastery.updated_at is not None and mastery.updated_at >= DATED_SINCE
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


def changes_out(learner_id: str, changes: Iterable[ExplainedChange]) -> MasteryChangesOut:
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
    }


def corrected_out(learner_id: str, assessment_id: str, done: Corrected) -> CorrectedOut:
    """From the use case."""
    return {
        "learner_id": learner_id,
        "assessment_id": assessment_id,
        "voided": done.voided,
        "added": done.added,
        "changes": [
            {
                "skill_uri": change.skill_uri,
                "label": change.label,
                "before": change.before,
                "after": change.after,
                "sentence": change.sentence,
            }
            for change in done.changes
        ],
    }
