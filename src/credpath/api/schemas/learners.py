"""Learners on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from credpath.api.schemas.values import (
    Country,
    FullLabel,
    Input,
    Label,
    Language,
    MoneyIn,
    MoneyOut,
    Time,
    money_of,
    money_out,
    time_out,
)
from credpath.domain.learner import MAX_DECLARED_SKILLS, Learner, NotYet, Profile
from credpath.domain.money import not_comparable

HoursPerWeek = Annotated[float, Field(strict=True, ge=0.5, le=100, allow_inf_nan=False)]


class NotYetIn(Input):
    """A skill that somebody said they do not have yet. What is shown of it later outweighs that."""

    skill: FullLabel = Field(description="Skill URI or label.", examples=["SQL"])
    said_at: Time = Field(description="Not ahead of now.", examples=["2026-03-01T09:30:00Z"])


class LearnerIn(Input):
    """What a learner says of themself. What is left out is "not said", never "none"."""

    goal: Label = Field("", description="The career goal in words.", examples=["data analyst"])
    skills: list[FullLabel] = Field(
        [], max_length=MAX_DECLARED_SKILLS, description="Skill URIs or labels.", examples=[["SQL", "spreadsheets"]]
    )
    not_yet: list[NotYetIn] = Field(
        [], max_length=MAX_DECLARED_SKILLS, description="Skills that they said they do not have yet."
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
            not_yet=tuple(NotYet(one.skill, one.said_at) for one in self.not_yet),
        )


class NotYetOut(TypedDict):
    """A skill that the learner said they do not have yet, and when."""

    skill: str
    said_at: str | None


class LearnerOut(TypedDict):
    """A stored learner. `notes`: sentences on what cannot be used, such as a budget in a currency without a rate."""

    learner_id: str
    goal: str
    skills: list[str]
    not_yet: list[NotYetOut]
    languages: list[str]
    country: str
    hours_per_week: float | None
    budget: MoneyOut | None
    updated_at: str | None
    notes: list[str]


def learner_out(learner: Learner, rates: Mapping[str, float]) -> LearnerOut:
    """From the domain."""
    profile = learner.profile
    return {
        "learner_id": learner.learner_id,
        "goal": profile.goal,
        "skills": list(profile.declared_skills),
        "not_yet": [{"skill": one.skill, "said_at": time_out(one.said_at)} for one in profile.not_yet],
        "languages": list(profile.languages),
        "country": profile.country,
        "hours_per_week": profile.hours_per_week,
        "budget": money_out(profile.budget),
        "updated_at": time_out(learner.updated_at),
        "notes": list(not_comparable(profile.budget, rates)),
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
    mastery_state: dict[str, Any] | None
    outcomes: list[dict[str, Any]]
    impressions: list[dict[str, Any]]
    kept_paths: list[dict[str, Any]]
