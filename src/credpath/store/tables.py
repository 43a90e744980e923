"""The rows. Every table leads with its tenant (`owner` where it is reference data); JSON is kept as text.

`table=True` classes check nothing, and need not: only domain objects, which check themselves, become rows.
Natural keys throughout, so that a row's identity is the same in every database and in every export.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field

from credpath.store.schema import CLUSTERED, KEY, METADATA, OfTaxonomy, OfTenant, columns_of, refers_to, table_of
from credpath.store.task_rows import ImportRunRow, TaskRow

__all__ = [
    "METADATA", "ApiKeyRow", "AwardRow", "ConsideredRow", "CredentialRow", "EvidenceRow", "FeatureSchemaRow",
    "IdempotencyRow", "ImportRunRow", "ImpressionRow", "KeptPathRow", "LearnerRow", "MasteryStateRow",
    "OccupationRow", "OccupationSkillRow", "OutcomeRow", "SkillGroupRow", "SkillRelationRow", "SkillRow",
    "TaskRow", "TaxonomyRow", "TenantStateRow", "columns_of", "table_of",
]  # fmt: skip

BLOB = cast(Any, LargeBinary)


class TenantStateRow(OfTenant, table=True):
    """One row a tenant: the digest of its catalogue, and what writers of the same tenant queue up on."""

    __tablename__ = "tenant_state"
    catalogue_version: str = ""


class TaxonomyRow(OfTaxonomy, table=True):
    """A release of a scheme. One release a scheme and owner; the active scheme is the one imported last."""

    __tablename__ = "taxonomy"
    release: str
    attribution: str
    languages: str
    version: str
    skills: int
    occupations: int
    active: bool
    imported_at: datetime


class SkillRow(OfTaxonomy, table=True):
    """A skill of a taxonomy."""

    __tablename__ = "skill"
    uri: str = Field(sa_type=KEY, primary_key=True)
    label: str
    alt_labels: str
    description: str
    kind: str
    reuse: str
    broader_uris: str
    collections: str


class SkillGroupRow(OfTaxonomy, table=True):
    """A node of the skill hierarchy."""

    __tablename__ = "skill_group"
    uri: str = Field(sa_type=KEY, primary_key=True)
    label: str
    code: str
    broader_uris: str


class SkillRelationRow(OfTaxonomy, table=True):
    """One skill builds on another. ESCO states some pairs as essential and as optional; both are kept."""

    __tablename__ = "skill_relation"
    from_uri: str = Field(sa_type=KEY, primary_key=True)
    to_uri: str = Field(sa_type=KEY, primary_key=True)
    essential: bool = Field(primary_key=True)


class OccupationRow(OfTaxonomy, table=True):
    """An occupation without its requirements."""

    __tablename__ = "occupation"
    uri: str = Field(sa_type=KEY, primary_key=True)
    label: str
    alt_labels: str
    description: str
    isco_code: str
    soc_code: str
    job_zone: int | None = None
    related_uris: str
    tasks: str


class OccupationSkillRow(OfTaxonomy, table=True):
    """An occupation needs a skill. As in `SkillRelationRow`, a pair may be essential and optional."""

    __tablename__ = "occupation_skill"
    occupation_uri: str = Field(sa_type=KEY, primary_key=True)
    skill_uri: str = Field(sa_type=KEY, primary_key=True)
    essential: bool = Field(primary_key=True)
    importance: float | None = None
    level: float | None = None
    hot: bool
    in_demand: bool


class CredentialRow(OfTenant, table=True):
    """The record whole, and beside it what listing and searching read."""

    __tablename__ = "credential"
    __table_args__ = (Index(None, "tenant", "sort_title", "credential_id"),)
    credential_id: str = Field(sa_type=KEY, primary_key=True)
    title: str
    sort_title: str = Field(sa_type=KEY)
    awarding_body: str
    status: str
    search_text: str
    record: str
    digest: str
    updated_at: datetime


class LearnerRow(OfTenant, table=True):
    """A learner's profile. The id is the tenant's own; no name or address is kept."""

    __tablename__ = "learner"
    __table_args__ = (CLUSTERED,)
    learner_id: str = Field(sa_type=KEY, primary_key=True)
    profile: str
    updated_at: datetime


class AwardRow(OfTenant, table=True):
    """A learner holds a credential. No cascade: what is forgotten is counted, so it is deleted table by table."""

    __tablename__ = "award"
    __table_args__ = (refers_to("learner", "learner_id"), CLUSTERED)
    learner_id: str = Field(sa_type=KEY, primary_key=True)
    credential_id: str = Field(sa_type=KEY, primary_key=True)
    award_id: str = Field(sa_type=KEY, primary_key=True)
    awarded_at: datetime
    grade: str
    evidence_url: str


class EvidenceRow(OfTenant, table=True):
    """The mastery log: one row an observation and skill. The state is what the log replays to."""

    __tablename__ = "evidence"
    __table_args__ = (refers_to("learner", "learner_id"), CLUSTERED)
    learner_id: str = Field(sa_type=KEY, primary_key=True)
    evidence_id: str = Field(sa_type=KEY, primary_key=True)
    skill_uri: str = Field(sa_type=KEY, primary_key=True)
    kind: str
    score: float
    at: datetime
    reference: str
    share: float
    item_id: str
    difficulty: float | None = None


class MasteryStateRow(OfTenant, table=True):
    """What the mastery log comes to: there is a row for exactly those who have evidence.

    `version`: of the model that made it. `pieces`: how much evidence it covers. `packed`: `KeptMastery`, see
    mastery_states.py. Of another version, or over another number of pieces, it is made anew from the log.
    """

    __tablename__ = "mastery_state"
    __table_args__ = (refers_to("learner", "learner_id"),)
    learner_id: str = Field(sa_type=KEY, primary_key=True)
    version: str
    pieces: int
    packed: bytes = Field(sa_type=BLOB)


class KeptPathRow(OfTenant, table=True):
    """The path to one goal that the learner was given last. `credential_ids`: JSON, in the order of the steps."""

    __tablename__ = "kept_path"
    __table_args__ = (refers_to("learner", "learner_id"), CLUSTERED)
    learner_id: str = Field(sa_type=KEY, primary_key=True)
    goal_key: str = Field(sa_type=KEY, primary_key=True)
    credential_ids: str
    planned_at: datetime


class OutcomeRow(OfTenant, table=True):
    """Something that happened. No foreign keys: an LMS may report a learner or a credential not stored here."""

    __tablename__ = "outcome"
    __table_args__ = (
        Index(None, "tenant", "learner_id"), Index(None, "tenant", "occurred_at", "kind", "impression_id"), CLUSTERED
    )  # fmt: skip
    outcome_id: str = Field(sa_type=KEY, primary_key=True)
    learner_id: str = Field(sa_type=KEY)
    credential_id: str = Field(sa_type=KEY)
    kind: str
    occurred_at: datetime
    score: float | None = None
    impression_id: str = Field(sa_type=KEY)
    ordinal: bool


class FeatureSchemaRow(OfTenant, table=True):
    """Names of feature columns, kept once for all impressions that have them; the id is a digest of the names."""

    __tablename__ = "feature_schema"
    __table_args__ = (CLUSTERED,)
    feature_schema: str = Field(sa_type=KEY, primary_key=True)
    names: str


class ImpressionRow(OfTenant, table=True):
    """What was shown, narrow: all that training reads of every impression. The rest is in `ConsideredRow`.

    `slate_features`: little-endian float32, one row a shown credential, first place first. `learner_id` is null for
    somebody not stored. Its foreign key keeps a recommendation that was under way while the learner was forgotten
    from bringing the id back.
    """

    __tablename__ = "impression"
    __table_args__ = (
        refers_to("learner", "learner_id"),
        Index(None, "tenant", "learner_id"),
        Index(None, "tenant", "shown_at", "degraded", "policy"),
    )
    impression_id: str = Field(sa_type=KEY, primary_key=True)
    shown_at: datetime
    learner_id: str | None = Field(default=None, sa_type=KEY)
    goal_text: str
    occupation_uri: str
    slate: str
    history: str
    feature_schema: str = Field(sa_type=KEY)
    slate_features: bytes = Field(sa_type=BLOB)
    policy: str
    propensity: float
    experiment: str
    seed: int = Field(sa_type=cast(Any, BigInteger))
    bundle_version: str
    catalogue_version: str
    degraded: bool


class ConsideredRow(OfTenant, table=True):
    """The wide part of an impression, read for a few of them: every candidate, and what the answer came from.

    `scores`: little-endian float64. `features` and `record` (JSON: candidates, filters, answer, state) are packed.
    """

    __tablename__ = "considered"
    __table_args__ = (refers_to("impression", "impression_id", "CASCADE"),)
    impression_id: str = Field(sa_type=KEY, primary_key=True)
    scores: bytes = Field(sa_type=BLOB)
    features: bytes = Field(sa_type=BLOB)
    record: bytes = Field(sa_type=BLOB)


class IdempotencyRow(OfTenant, table=True):
    """Which impression a client's Idempotency-Key was answered with."""

    __tablename__ = "idempotency"
    __table_args__ = (
        refers_to("impression", "impression_id", "CASCADE"),
        Index(None, "tenant", "impression_id"),
        CLUSTERED,
    )
    idempotency_key: str = Field(sa_type=KEY, primary_key=True)
    impression_id: str = Field(sa_type=KEY)


class ApiKeyRow(OfTenant, table=True):
    """An API key as its hash. `key_id` is unique over all tenants: it is what tells the tenant."""

    __tablename__ = "api_key"
    __table_args__ = (Index(None, "key_id", unique=True), CLUSTERED)
    key_id: str = Field(sa_type=KEY, primary_key=True)
    name: str
    sha256: str
    scopes: str
    created_at: datetime
    revoked_at: datetime | None = None
