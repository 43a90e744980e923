"""The log as training reads it: what was shown, narrow and by the million; what had been considered, for a few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from credpath.domain.outcomes import Impression, OutcomeKind
from credpath.store.codec import load_words
from credpath.store.packing import pick_rows, unpack_matrix, unpack_record, unpack_scores
from credpath.store.tables import (
    ConsideredRow,
    FeatureSchemaRow,
    ImpressionRow,
    OutcomeRow,
    columns_of,
    table_of,
)

ROWS_AT_ONCE = 2_000
KEYS_A_QUERY = 200


class Shown(NamedTuple):
    """What training reads of one impression, but for its features."""

    impression_id: str
    shown_at: datetime
    learner_id: str
    occupation_uri: str
    slate: tuple[str, ...]
    history: tuple[str, ...]
    policy: str
    propensity: float
    experiment: str
    bundle_version: str
    degraded: bool


class SlateFeatures(NamedTuple):
    """`features`: little-endian float32, one row a shown credential, first place first."""

    impression_id: str
    feature_names: tuple[str, ...]
    features: bytes


class Happened(NamedTuple):
    """What training reads of one outcome."""

    learner_id: str
    credential_id: str
    kind: OutcomeKind
    occurred_at: datetime
    impression_id: str
    ordinal: bool
    score: float | None = None


class Considered(NamedTuple):
    """Every candidate of one impression, by id. `features`: little-endian float32, row-major.

    `planned`: the credential that stood first unless the policy explored, "" where that was the best one.
    """

    impression_id: str
    candidates: tuple[str, ...]
    scores: tuple[float, ...]
    feature_names: tuple[str, ...]
    features: bytes
    planned: str = ""


_IMPRESSION, _CONSIDERED = table_of(ImpressionRow), table_of(ConsideredRow)
_SCHEMA, _OUTCOME = table_of(FeatureSchemaRow), table_of(OutcomeRow)
_NAMES = select(_SCHEMA.c.feature_schema, _SCHEMA.c.names).where(_SCHEMA.c.tenant == bindparam("tenant"))
_IN_ORDER = (_IMPRESSION.c.shown_at, _IMPRESSION.c.impression_id)
_UNTIL = (_IMPRESSION.c.tenant == bindparam("tenant"), _IMPRESSION.c.shown_at <= bindparam("until"))
_SHOWN = select(*columns_of(ImpressionRow, *Shown._fields)).where(*_UNTIL).order_by(*_IN_ORDER)
_FEATURES = select(*columns_of(ImpressionRow, "impression_id", "feature_schema", "slate_features")).where(*_UNTIL)
_HAPPENED = select(*columns_of(OutcomeRow, *Happened._fields)).where(_OUTCOME.c.tenant == bindparam("tenant"))
_SOME = (
    select(*columns_of(ConsideredRow, "impression_id", "scores", "features", "record"), _IMPRESSION.c.feature_schema)
    .join(
        _IMPRESSION,
        (_IMPRESSION.c.tenant == _CONSIDERED.c.tenant) & (_IMPRESSION.c.impression_id == _CONSIDERED.c.impression_id),
    )
    .where(_CONSIDERED.c.tenant == bindparam("tenant"))
)


def shown_of(impression: Impression) -> Shown:
    """The part of an impression that training reads."""
    return Shown(*(getattr(impression, name) for name in Shown._fields))


def features_of(impression: Impression) -> SlateFeatures:
    """The features of what was shown, without those of the other candidates."""
    place = {credential_id: row for row, credential_id in enumerate(impression.candidates)}
    rows = [place[credential_id] for credential_id in impression.slate]
    picked = pick_rows(impression.features, len(impression.feature_names), rows)
    return SlateFeatures(impression.impression_id, impression.feature_names, picked)


def load_shown(connection: Connection, tenant: str, until: datetime) -> Iterator[Shown]:
    """What was shown up to and at `until`, by time and id, one by one."""
    rows = connection.execute(_SHOWN.execution_options(yield_per=ROWS_AT_ONCE), {"tenant": tenant, "until": until})
    for row in rows:
        learner, slate, history = row.learner_id or "", load_words(row.slate), load_words(row.history)
        yield Shown._make(row)._replace(learner_id=learner, slate=slate, history=history)


def load_features(connection: Connection, tenant: str, until: datetime) -> Iterator[SlateFeatures]:
    """The features of what was shown up to and at `until`, in no order, one by one."""
    names = _feature_names(connection, tenant)
    statement = _FEATURES.execution_options(yield_per=ROWS_AT_ONCE)
    for key, schema, features in connection.execute(statement, {"tenant": tenant, "until": until}):
        yield SlateFeatures(key, names[schema], features)


def load_happened(connection: Connection, tenant: str) -> Iterator[Happened]:
    """What happened, each outcome once, in no order."""
    rows = connection.execute(_HAPPENED.execution_options(yield_per=ROWS_AT_ONCE), {"tenant": tenant})
    return map(Happened._make, rows)


def load_considered(connection: Connection, tenant: str, impression_ids: Sequence[str]) -> Iterator[Considered]:
    """What had been considered for some impressions, in the order of the ids; one that is not stored is left out."""
    names = _feature_names(connection, tenant)
    for start in range(0, len(impression_ids), KEYS_A_QUERY):
        yield from _some(connection, tenant, impression_ids[start : start + KEYS_A_QUERY], names)


def _some(
    connection: Connection, tenant: str, keys: Sequence[str], names: dict[str, tuple[str, ...]]
) -> list[Considered]:
    found = {}
    for row in connection.execute(_SOME.where(_CONSIDERED.c.impression_id.in_(keys)), {"tenant": tenant}):
        key, scores, features, record, schema = tuple(row)
        matrix, kept = unpack_matrix(features, len(names[schema])), unpack_record(record)
        planned = str((kept["state"] or {}).get("planned", ""))
        candidates = tuple(kept["candidates"])
        found[key] = Considered(key, candidates, unpack_scores(scores), names[schema], matrix, planned)
    return [found[key] for key in keys if key in found]


def _feature_names(connection: Connection, tenant: str) -> dict[str, tuple[str, ...]]:
    return {key: load_words(names) for key, names in connection.execute(_NAMES, {"tenant": tenant})}
