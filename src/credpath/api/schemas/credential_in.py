"""The micro-credential record as it is put: the same names as a line of the native catalogue format."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from credpath.api.schemas.values import (
    Count,
    Country,
    Day,
    FullLabel,
    Id,
    Input,
    Label,
    Language,
    MoneyIn,
    Number,
    Share,
    ShortText,
    Text,
    Url,
)
from credpath.domain.catalogue import Credential, CredentialKind, GroupKind, Status
from credpath.interop.catalogue_jsonl import record_to_credential

Members = Annotated[list[Id], Field(max_length=1_000)]


class LearningOutcomeIn(Input):
    """What a holder can do, in words, as a skill of the taxonomy, or both."""

    label: ShortText = Field("", examples=["query a relational database with SQL"])
    skill_uri: Label = ""
    level: Share = 1.0
    weight: Share = 1.0


class PrerequisiteGroupIn(Input):
    """How many of the named credentials must be held; `k` only with `k_of`."""

    kind: GroupKind = "all_of"
    credentials: Annotated[list[Id], Field(min_length=1, max_length=1_000)]
    k: Count | None = None


class PreparationIn(Input):
    """Helpful, never required: a credential, a skill, or words."""

    credential: Id | None = None
    label: ShortText = ""
    skill_uri: Label = ""
    confidence: Share = 1.0


class StackRuleIn(Input):
    """What completes a larger credential."""

    kind: Literal["all_of", "n_of", "credits"]
    amount: Annotated[float, Field(strict=True, ge=0, le=1_000, allow_inf_nan=False)] = 0


class CredentialIn(Input):
    """One catalogue record. What is left out is "not known"."""

    credential_id: Id | None = Field(None, description="May be left out; if given it equals the id of the path.")
    title: FullLabel = Field(examples=["Data Analytics Foundations"])
    description: Text = ""
    awarding_body: Text = Field("", examples=["Example University"])
    country: Country = Field("", description="Of the issuer: ISO 3166-1 alpha-2, or a region such as EU.")
    languages: list[Language] = Field([], max_length=100)
    outcomes: list[LearningOutcomeIn | FullLabel] = Field([], max_length=1_000)
    requires: list[PrerequisiteGroupIn] = Field([], max_length=100, description="Hard prerequisites, joined by and.")
    recommends: list[PreparationIn] = Field([], max_length=1_000)
    is_part_of: Members = Field([], alias="isPartOf", description="Larger credentials that this one counts toward.")
    supersedes: Members = Field([])
    stack: StackRuleIn | None = None
    kind: CredentialKind = "micro-credential"
    level: Label = ""
    eqf_level: Annotated[int, Field(strict=True, ge=1, le=8)] | None = None
    workload_hours: Number | None = None
    ects: Number | None = None
    duration_weeks: Number | None = None
    cost: MoneyIn | None = None
    participation: Text = ""
    assessment_type: Text = ""
    quality_assurance: Text = ""
    supervision: Text = ""
    url: Url = ""
    rating: Annotated[float, Field(strict=True, ge=0, le=5, allow_inf_nan=False)] | None = None
    rating_count: Count | None = None
    learner_count: Count | None = None
    status: Status = "active"
    starts_on: Day | None = None
    ends_on: Day | None = None
    countries_open_to: list[Country] = Field([], max_length=300)
    illustrative: Annotated[bool, Field(strict=True)] = False
    as_of: Day | None = None
    source: Label = Field("", description="Where the record came from.")
    # What GET adds. Taken and ignored, so that a record that was read can be changed and put back.
    eu_complete: Annotated[int, Field(strict=True, ge=0, le=9)] | None = Field(
        None, json_schema_extra={"readOnly": True}
    )
    eu_missing: list[Label] | None = Field(None, max_length=9, json_schema_extra={"readOnly": True})

    def of(self, credential_id: str) -> Credential:
        """The domain's value, by the same rules as a line of an imported file. Raises InvalidInput."""
        record = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"eu_complete", "eu_missing"})
        return record_to_credential({**record, "credential_id": credential_id})
