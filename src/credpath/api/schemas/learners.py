"""Learners, assessment results, awards and mastery on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from credpath.api.schemas.values import (
    Country,
    FullLabel,
    Id,
    Input,
    Label,
    Language,
    MoneyIn,
    MoneyOut,
    Number,
    OwnId,
    Time,
    Url,
    money_of,
    money_out,
    time_out,
)
from credpath.domain.learner import MAX_DECLARED_SKILLS, AssessmentResult, Award, Learner, Profile
from credpath.domain.mastery import Evidence, Mastery, MasteryChange

HoursPerWeek = Annotated[float, Field(strict=True, ge=0.5, le=100, allow_inf_nan=False)]


class LearnerIn(Input):
    """What a learner says of themself. What is left out is "not said", never "none"."""

    goal: Label = Field("", description="The career goal in words.", examples=["data analyst"])
    skills: list[FullLabel] = Field(
        [], max_length=MAX_DECLARED_SKILLS, description="Skill URIs or labels.", examples=[["SQL", "spreadsheets"]]
    )
    languages: list[Language] = Field([], max_length=50, description="ISO 639-1.", examples=[["en", "de"]])
    country: Country = Field("", description="ISO 3166-1 alpha-2.", examples=["DE"])
    hours_per_week: HoursPerWeek | None = Field(None, examples=[6])
    budget: MoneyIn | None = None

    def profile(self) -> Profile:
        """The domain's value."""
        return Profile(
            goal=self.goal,
            declared_skills=tuple(self.skills),
            languages=tuple(self.languages),
            country=self.country,
            hours_per_week=self.hours_per_week,
            budget=money_of(self.budget),
        )


class LearnerOut(TypedDict):
    """A stored learner."""

    learner_id: str
    goal: str
    skills: list[str]
    languages: list[str]
    country: str
    hours_per_week: float | None
    budget: MoneyOut | None
    updated_at: str | None


def learner_out(learner: Learner) -> LearnerOut:
    """From the domain."""
    profile = learner.profile
    return {
        "learner_id": learner.learner_id,
        "goal": profile.goal,
        "skills": list(profile.declared_skills),
        "languages": list(profile.languages),
        "country": profile.country,
        "hours_per_week": profile.hours_per_week,
        "budget": money_out(profile.budget),
        "updated_at": time_out(learner.updated_at),
    }


class ForgottenOut(TypedDict):
    """How many rows of each kind were removed."""

    learner_id: str
    removed: dict[str, int]


class ExportOut(TypedDict):
    """Everything that is kept of one learner; the members of each list are the rows as they are kept."""

    learner_id: str
    profile: dict[str, Any]
    updated_at: str
    awards: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    impressions: list[dict[str, Any]]


class AssessmentIn(Input):
    """An observed score on a named skill."""

    skill: FullLabel = Field(description="Skill URI or label.", examples=["SQL"])
    score: Number = Field(description="0 to `max_score`.", examples=[0.8])
    max_score: Annotated[float, Field(strict=True, ge=1e-9, le=1e12, allow_inf_nan=False)] = 1.0
    occurred_at: Time = Field(examples=["2026-03-01T09:30:00Z"])
    item_id: OwnId = ""
    assessment_id: OwnId = ""


class AssessmentsIn(Input):
    """Results of one learner; all are taken or none."""

    results: list[AssessmentIn] = Field(min_length=1)

    def of(self, learner_id: str) -> tuple[AssessmentResult, ...]:
        """The domain's values."""
        return tuple(
            AssessmentResult(
                learner_id=learner_id,
                skill=result.skill,
                score=result.score,
                occurred_at=result.occurred_at,
                max_score=result.max_score,
                item_id=result.item_id,
                assessment_id=result.assessment_id,
            )
            for result in self.results
        )


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


class EvidenceOut(TypedDict):
    """One observation. `share` scales how much it counts; `reference` is an assessment or credential id."""

    kind: str
    score: float
    at: str | None
    reference: str
    share: float


class MasteryItemOut(TypedDict):
    """The probability that a skill is held, with a central 90 % interval and the latest evidence."""

    skill_uri: str
    probability: float
    low: float
    high: float
    updated_at: str | None
    evidence: list[EvidenceOut]


class MasteryOut(TypedDict):
    """Every skill with any evidence, strongest first."""

    learner_id: str
    items: list[MasteryItemOut]


class MasteryChangeOut(TypedDict):
    """What one piece of evidence changed."""

    skill_uri: str
    before: float
    after: float
    evidence: EvidenceOut


class MasteryChangesOut(TypedDict):
    """Empty when everything sent was known already."""

    learner_id: str
    changes: list[MasteryChangeOut]


def _evidence_out(evidence: Evidence) -> EvidenceOut:
    return {
        "kind": evidence.kind,
        "score": evidence.score,
        # The epoch stands for "nobody said when" (declared skills, held credentials).
        "at": time_out(evidence.at) if evidence.at.timestamp() else None,
        "reference": evidence.reference,
        "share": evidence.share,
    }


def mastery_out(learner_id: str, skills: Iterable[Mastery]) -> MasteryOut:
    """From the domain."""
    return {"learner_id": learner_id, "items": [_mastery_item(mastery) for mastery in skills]}


def _mastery_item(mastery: Mastery) -> MasteryItemOut:
    low, high = mastery.interval
    return {
        "skill_uri": mastery.skill_uri,
        "probability": mastery.probability,
        "low": low,
        "high": high,
        "updated_at": time_out(mastery.updated_at) if mastery.updated_at and mastery.updated_at.timestamp() else None,
        "evidence": [_evidence_out(piece) for piece in mastery.evidence],
    }


def changes_out(learner_id: str, changes: Iterable[MasteryChange]) -> MasteryChangesOut:
    """From the domain."""
    return {
        "learner_id": learner_id,
        "changes": [
            {
                "skill_uri": change.skill_uri,
                "before": change.before,
                "after": change.after,
                "evidence": _evidence_out(change.evidence),
            }
            for change in changes
        ],
    }
