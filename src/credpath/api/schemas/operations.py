"""Explanations, health and problems on the wire."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from credpath.api.schemas.imports import RefusalOut
from credpath.api.schemas.recommendations import ReasonOut, VersionsOut, reasons_out
from credpath.api.schemas.values import time_out
from credpath.service.explaining import Contribution, Explanation


class FaultOut(TypedDict):
    """One value that was not taken."""

    where: str
    what: str
    fix: str


class Problem(TypedDict):
    """An error (RFC 9457). `instance` is the id of the request; `hint` says what to do next."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    hint: str
    where: NotRequired[str]
    errors: NotRequired[list[FaultOut]]
    refusals: NotRequired[list[RefusalOut]]
    refusal_count: NotRequired[int]


class ContributionOut(TypedDict):
    """How much one feature moved the score."""

    feature: str
    value: float
    contribution: float


class ExplainedItemOut(TypedDict):
    """One line of the slate as it was shown, with each feature's part in its score."""

    credential_id: str
    rank: int
    score: float
    gap_closed: float
    reasons: list[ReasonOut]
    contributions: list[ContributionOut]


class ExplanationOut(TypedDict):
    """From what was logged. `replayed`: the ranker of today gives the logged scores again."""

    impression_id: str
    learner_id: str
    shown_at: str | None
    goal: str
    occupation_uri: str
    items: list[ExplainedItemOut]
    candidates: int
    replayed: bool
    policy: str
    propensity: float
    seed: int
    degraded: bool
    filters: dict[str, int]
    versions: VersionsOut


class ReadyOut(TypedDict):
    """`ready` with reasons: it answers, and something needs an operator."""

    ready: bool
    bundle_version: str
    reasons: list[str]


class AliveOut(TypedDict):
    """The process runs."""

    alive: bool


class VersionOut(TypedDict):
    """What runs: package, bundle, taxonomies as "owner: scheme release"."""

    version: str
    bundle_version: str
    taxonomies: list[str]


def explanation_out(found: Explanation) -> ExplanationOut:
    """From the use case."""
    shown = found.impression
    return {
        "impression_id": shown.impression_id,
        "learner_id": shown.learner_id,
        "shown_at": time_out(shown.shown_at),
        "goal": shown.goal_text,
        "occupation_uri": shown.occupation_uri,
        "items": [
            {
                "credential_id": item.credential_id,
                "rank": item.rank,
                "score": item.score,
                "gap_closed": item.gap_closed,
                "reasons": reasons_out(item.reasons),
                "contributions": [_contribution(c) for c in found.contributions.get(item.credential_id, ())],
            }
            for item in found.items
        ],
        "candidates": len(shown.candidates),
        "replayed": found.replayed,
        "policy": shown.policy,
        "propensity": shown.propensity,
        "seed": shown.seed,
        "degraded": shown.degraded,
        "filters": dict(shown.filters),
        "versions": {"bundle": shown.bundle_version, "catalogue": shown.catalogue_version},
    }


def _contribution(part: Contribution) -> ContributionOut:
    return {"feature": part.feature, "value": part.value, "contribution": part.contribution}
