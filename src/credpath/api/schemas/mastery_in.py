"""Assessment results and awards on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from credpath.api.schemas.values import FullLabel, Id, Input, Label, Number, OwnId, Share, Time, Url
from credpath.domain.learner import MAX_SKILLS_A_SCORE, AssessmentResult, Award


class AssessmentIn(Input):
    """An observed score on a named skill, on several together, or the answer to one item. Give `skill` or `skills`."""

    skill: FullLabel | None = Field(None, description="Skill URI or label.", examples=["SQL"])
    skills: list[FullLabel] = Field(
        [], max_length=MAX_SKILLS_A_SCORE, description="All skills that the score is over, where it is over several."
    )
    score: Number = Field(description="0 to `max_score`.", examples=[0.8])
    max_score: Annotated[float, Field(strict=True, ge=1e-9, le=1e12, allow_inf_nan=False)] = 1.0
    occurred_at: Time = Field(description="Not ahead of now.", examples=["2026-03-01T09:30:00Z"])
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
    awarded_at: Time = Field(description="Not ahead of now.", examples=["2026-03-01T00:00:00Z"])
    award_id: OwnId = Field(
        "", description="The awarding body's own number of it; without one, it is known by its time."
    )
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


class WithdrawQuery(Input):
    """Which of the awards."""

    award_id: OwnId = Field("", description="As in the learner's export; empty means every award of the credential.")
