"""What was shown: impressions, whole, so that each can be replayed and learnt from.

A narrow row holds what training reads of every impression, a wide one what a replay needs of few; see `tables.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from credpath.domain.outcomes import Impression
from credpath.errors import Conflict, InvalidInput
from credpath.store.bulk import insert_one, of_stored_learner, rows_by_key
from credpath.store.codec import dump, load_words
from credpath.store.packing import (
    pack_matrix,
    pack_record,
    pack_scores,
    pick_rows,
    schema_id,
    unpack_matrix,
    unpack_record,
    unpack_scores,
)
from credpath.store.tables import ConsideredRow, FeatureSchemaRow, IdempotencyRow, ImpressionRow, table_of

_IMPRESSION, _CONSIDERED = table_of(ImpressionRow), table_of(ConsideredRow)
_SCHEMA, _IDEMPOTENCY = table_of(FeatureSchemaRow), table_of(IdempotencyRow)
_PLAIN = (
    "impression_id", "shown_at", "goal_text", "occupation_uri", "policy", "propensity", "experiment", "seed",
    "bundle_version", "catalogue_version", "degraded",
)  # fmt: skip
_OF_TENANT = _IMPRESSION.c.tenant == bindparam("tenant")
_WHOLE = (
    select(
        *(_IMPRESSION.c[name] for name in (*_PLAIN, "learner_id", "slate", "history")),
        *(_CONSIDERED.c[name] for name in ("scores", "features", "record")),
        _SCHEMA.c.names,
    )
    .join(
        _CONSIDERED,
        (_CONSIDERED.c.tenant == _IMPRESSION.c.tenant) & (_CONSIDERED.c.impression_id == _IMPRESSION.c.impression_id),
    )
    .join(
        _SCHEMA,
        (_SCHEMA.c.tenant == _IMPRESSION.c.tenant) & (_SCHEMA.c.feature_schema == _IMPRESSION.c.feature_schema),
    )
)
_IN_ORDER = (_IMPRESSION.c.shown_at, _IMPRESSION.c.impression_id)
_ONE = _WHOLE.where(_OF_TENANT, _IMPRESSION.c.impression_id == bindparam("impression_id"))
_OF_LEARNER = _WHOLE.where(_OF_TENANT, _IMPRESSION.c.learner_id == bindparam("learner_id")).order_by(*_IN_ORDER)
_BY_IDEMPOTENCY_KEY = _WHOLE.where(
    _IDEMPOTENCY.c.tenant == bindparam("tenant"),
    _IDEMPOTENCY.c.idempotency_key == bindparam("key"),
    _IMPRESSION.c.tenant == _IDEMPOTENCY.c.tenant,
    _IMPRESSION.c.impression_id == _IDEMPOTENCY.c.impression_id,
)


@dataclass(frozen=True, slots=True)
class PackedImpression:
    """An impression as rows. Packing takes as long as writing, so it is done before the one writer has its turn."""

    impression_id: str
    learner_id: str
    schema: dict[str, Any]
    narrow: dict[str, Any]
    wide: dict[str, Any]


def save_impression(connection: Connection, tenant: str, impression: Impression, idempotency_key: str = "") -> None:
    """Appends an impression, and what answers to its idempotency key from now on.

    Raises Conflict when the id or the key was used before, NotFound for a learner who is not, or no longer, stored.
    """
    save_packed(connection, pack_impression(tenant, impression), idempotency_key)


def pack_impression(tenant: str, impression: Impression) -> PackedImpression:
    """What `save_packed` writes; needs no connection. Raises InvalidInput for a slate with what was no candidate."""
    names = impression.feature_names
    known_as, schema = _schema(names)
    key = {"tenant": tenant, "impression_id": impression.impression_id}
    shown = pick_rows(impression.features, len(names), _rows_shown(impression))
    narrow = {
        **key, **{name: getattr(impression, name) for name in _PLAIN}, "learner_id": impression.learner_id or None,
        "propensity": float(impression.propensity), "slate": dump(impression.slate),
        "history": dump(impression.history), "feature_schema": known_as, "slate_features": shown,
    }  # fmt: skip
    record = {name: getattr(impression, name) for name in ("candidates", "filters", "answer", "state")}
    wide = {
        **key, "scores": pack_scores(impression.scores),
        "features": pack_matrix(impression.features, len(names)), "record": pack_record(record),
    }  # fmt: skip
    kept_once = {"tenant": tenant, "feature_schema": known_as, "names": schema}
    return PackedImpression(impression.impression_id, impression.learner_id, kept_once, narrow, wide)


def save_packed(connection: Connection, packed: PackedImpression, idempotency_key: str = "") -> None:
    """`save_impression` of what `pack_impression` made."""
    with of_stored_learner(packed.learner_id):
        if not insert_one(connection, _IMPRESSION, packed.narrow):
            what = f"impression {packed.impression_id!r} is stored already"
            raise Conflict(what, where="impression_id", fix="give each impression its own id")
    insert_one(connection, _SCHEMA, packed.schema)
    insert_one(connection, _CONSIDERED, packed.wide)
    if idempotency_key:
        key = {name: packed.narrow[name] for name in ("tenant", "impression_id")}
        if not insert_one(connection, _IDEMPOTENCY, {**key, "idempotency_key": idempotency_key}):
            raise Conflict("the Idempotency-Key was used before", where="Idempotency-Key", fix="repeat the call")


def get_impression(connection: Connection, tenant: str, impression_id: str) -> Impression | None:
    """One impression, or None."""
    return _first(connection, _ONE, {"tenant": tenant, "impression_id": impression_id})


def known_impressions(connection: Connection, tenant: str, impression_ids: Iterable[str]) -> frozenset[str]:
    """Those of the ids that the tenant has an impression of."""
    columns = (_IMPRESSION.c.impression_id,)
    return frozenset(row[0] for row in rows_by_key(connection, columns, tenant, sorted(impression_ids)))


def by_idempotency_key(connection: Connection, tenant: str, key: str) -> Impression | None:
    """What a call with this Idempotency-Key was answered with, or None."""
    return _first(connection, _BY_IDEMPOTENCY_KEY, {"tenant": tenant, "key": key})


def impressions_of(connection: Connection, tenant: str, learner_id: str) -> tuple[Impression, ...]:
    """What the learner was shown, in time order."""
    rows = connection.execute(_OF_LEARNER, {"tenant": tenant, "learner_id": learner_id})
    return tuple(map(_impression, rows))


def load_impressions(
    connection: Connection, tenant: str, since: datetime | None = None, before: datetime | None = None
) -> Iterator[Impression]:
    """All impressions of the tenant, whole, in time order, one by one; `since` inclusive, `before` exclusive.

    For a few of many there is `load_considered`, for what was shown alone `load_shown` (decisions.py).
    """
    statement = _WHOLE.where(_IMPRESSION.c.tenant == tenant).order_by(*_IN_ORDER)
    if since is not None:
        statement = statement.where(_IMPRESSION.c.shown_at >= since)
    if before is not None:
        statement = statement.where(_IMPRESSION.c.shown_at < before)
    yield from map(_impression, connection.execute(statement.execution_options(yield_per=100)))


def _rows_shown(impression: Impression) -> list[int]:
    place = {credential_id: row for row, credential_id in enumerate(impression.candidates)}
    if strange := [credential_id for credential_id in impression.slate if credential_id not in place]:
        what = f"{strange[0]!r} is on the slate and was no candidate"
        raise InvalidInput(what, where="slate", fix="show candidates only")
    return [place[credential_id] for credential_id in impression.slate]


@lru_cache(64)
def _schema(names: tuple[str, ...]) -> tuple[str, str]:
    return schema_id(names), dump(names)


def _first(connection: Connection, statement: Select[Any], values: dict[str, str]) -> Impression | None:
    found = connection.execute(statement, values).one_or_none()
    return None if found is None else _impression(found)


def _impression(row: Any) -> Impression:
    names, record = load_words(row.names), unpack_record(row.record)
    return Impression(
        **{name: getattr(row, name) for name in _PLAIN},
        learner_id=row.learner_id or "",
        slate=load_words(row.slate),
        history=load_words(row.history),
        feature_names=names,
        candidates=tuple(record["candidates"]),
        scores=unpack_scores(row.scores),
        features=unpack_matrix(row.features, len(names)),
        filters=record["filters"],
        answer=record["answer"],
        state=record["state"],
    )
