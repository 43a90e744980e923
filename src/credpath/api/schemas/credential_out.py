"""The micro-credential record as it is answered: whole, or as the summary that a slate carries."""

from __future__ import annotations

from typing_extensions import TypedDict

from credpath.api.schemas.values import MoneyOut, money_out
from credpath.domain.catalogue import EU_ELEMENTS, Credential, eu_missing


class LearningOutcomeOut(TypedDict):
    """What a holder can do."""

    label: str
    skill_uri: str
    level: float
    weight: float


class PrerequisiteGroupOut(TypedDict):
    """Of the credentials, all, any one, or `k` must be held; `k` is null except with `k_of`."""

    kind: str
    credentials: list[str]
    k: int | None


class PreparationOut(TypedDict):
    """Helpful, never required."""

    credential: str | None
    label: str
    skill_uri: str
    confidence: float


class StackRuleOut(TypedDict):
    """What completes this larger credential."""

    kind: str
    amount: float


class CredentialSummaryOut(TypedDict):
    """What a list or a slate shows of a credential."""

    credential_id: str
    title: str
    awarding_body: str
    country: str
    languages: list[str]
    kind: str
    level: str
    eqf_level: int | None
    workload_hours: float | None
    ects: float | None
    duration_weeks: float | None
    cost: MoneyOut | None
    participation: str
    url: str
    rating: float | None
    status: str
    starts_on: str | None
    ends_on: str | None
    illustrative: bool
    eu_complete: int


class CredentialOut(CredentialSummaryOut):
    """A whole record, with how complete it is by the EU's list."""

    description: str
    outcomes: list[LearningOutcomeOut]
    requires: list[PrerequisiteGroupOut]
    recommends: list[PreparationOut]
    isPartOf: list[str]
    supersedes: list[str]
    stack: StackRuleOut | None
    assessment_type: str
    quality_assurance: str
    supervision: str
    rating_count: int | None
    learner_count: int | None
    countries_open_to: list[str]
    as_of: str | None
    source: str
    eu_missing: list[str]


class CredentialsOut(TypedDict):
    """A page of the catalogue; `next_cursor` is null on the last."""

    items: list[CredentialOut]
    next_cursor: str | None


def summary_out(credential: Credential) -> CredentialSummaryOut:
    """From the domain."""
    return {
        "credential_id": credential.credential_id,
        "title": credential.title,
        "awarding_body": credential.awarding_body,
        "country": credential.country,
        "languages": list(credential.languages),
        "kind": credential.kind,
        "level": credential.level,
        "eqf_level": credential.eqf_level,
        "workload_hours": credential.workload_hours,
        "ects": credential.ects,
        "duration_weeks": credential.duration_weeks,
        "cost": money_out(credential.cost),
        "participation": credential.participation,
        "url": credential.url,
        "rating": credential.rating,
        "status": credential.status,
        "starts_on": credential.starts_on.isoformat() if credential.starts_on else None,
        "ends_on": credential.ends_on.isoformat() if credential.ends_on else None,
        "illustrative": credential.illustrative,
        "eu_complete": len(EU_ELEMENTS) - len(eu_missing(credential)),
    }


def credential_out(credential: Credential) -> CredentialOut:
    """From the domain."""
    return {
        **summary_out(credential),
        "description": credential.description,
        "outcomes": [
            {"label": o.label, "skill_uri": o.skill_uri, "level": o.level, "weight": o.weight}
            for o in credential.outcomes
        ],
        "requires": [
            {"kind": g.kind, "credentials": list(g.credential_ids), "k": g.k or None} for g in credential.prerequisites
        ],
        "recommends": [
            {
                "credential": p.credential_id or None,
                "label": p.label,
                "skill_uri": p.skill_uri,
                "confidence": p.confidence,
            }
            for p in credential.preparation
        ],
        "isPartOf": list(credential.stacks_into),
        "supersedes": list(credential.supersedes),
        "stack": {"kind": credential.stack.kind, "amount": credential.stack.amount} if credential.stack else None,
        "assessment_type": credential.assessment_type,
        "quality_assurance": credential.quality_assurance,
        "supervision": credential.supervision,
        "rating_count": credential.rating_count,
        "learner_count": credential.learner_count,
        "countries_open_to": list(credential.countries_open_to),
        "as_of": credential.as_of.isoformat() if credential.as_of else None,
        "source": credential.source,
        "eu_missing": list(eu_missing(credential)),
    }
