"""What was shown: impressions, whole, so that each can be replayed and learnt from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from credpath.domain.outcomes import Impression
from credpath.errors import Conflict
from credpath.store.bulk import insert_new, of_stored_learner
from credpath.store.codec import dump, load, load_words
from credpath.store.tables import IdempotencyRow, ImpressionRow, table_of

_IMPRESSION = table_of(ImpressionRow)
_IDEMPOTENCY = table_of(IdempotencyRow)
_COLUMNS = tuple(column for column in _IMPRESSION.columns if column.name != "tenant")
_OF_TENANT = _IMPRESSION.c.tenant == bindparam("tenant")
_ONE = select(*_COLUMNS).where(_OF_TENANT, _IMPRESSION.c.impression_id == bindparam("impression_id"))
_OF_LEARNER = (
    select(*_COLUMNS)
    .where(_OF_TENANT, _IMPRESSION.c.learner_id == bindparam("learner_id"))
    .order_by(_IMPRESSION.c.shown_at, _IMPRESSION.c.impression_id)
)
_BY_IDEMPOTENCY_KEY = select(*_COLUMNS).where(
    _IDEMPOTENCY.c.tenant == bindparam("tenant"),
    _IDEMPOTENCY.c.idempotency_key == bindparam("key"),
    _IMPRESSION.c.tenant == _IDEMPOTENCY.c.tenant,
    _IMPRESSION.c.impression_id == _IDEMPOTENCY.c.impression_id,
)


def save_impression(connection: Connection, tenant: str, impression: Impression, idempotency_key: str = "") -> None:
    """Appends an impression, and what answers to its idempotency key from now on.

    Raises Conflict when the id or the key was used before, NotFound for a learner who is not, or no longer, stored.
    """
    with of_stored_learner(impression.learner_id):
        if not insert_new(connection, _IMPRESSION, [_row(tenant, impression)]):
            raise Conflict(f"impression {impression.impression_id!r} is stored already", where="impression_id")
    if idempotency_key:
        row = {"tenant": tenant, "idempotency_key": idempotency_key, "impression_id": impression.impression_id}
        if not insert_new(connection, _IDEMPOTENCY, [row]):
            raise Conflict("the Idempotency-Key was used before", where="Idempotency-Key", fix="repeat the call")


def get_impression(connection: Connection, tenant: str, impression_id: str) -> Impression | None:
    """One impression, or None."""
    return _first(connection, _ONE, {"tenant": tenant, "impression_id": impression_id})


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
    """All impressions of the tenant in time order, one by one; `since` inclusive, `before` exclusive."""
    statement = select(*_COLUMNS).where(_IMPRESSION.c.tenant == tenant)
    statement = statement.order_by(_IMPRESSION.c.shown_at, _IMPRESSION.c.impression_id)
    if since is not None:
        statement = statement.where(_IMPRESSION.c.shown_at >= since)
    if before is not None:
        statement = statement.where(_IMPRESSION.c.shown_at < before)
    yield from map(_impression, connection.execute(statement.execution_options(yield_per=100)))


def _first(connection: Connection, statement: Any, values: dict[str, str]) -> Impression | None:
    found = connection.execute(statement, values).one_or_none()
    return None if found is None else _impression(found)


def _row(tenant: str, impression: Impression) -> dict[str, Any]:
    return {
        "tenant": tenant, "impression_id": impression.impression_id, "shown_at": impression.shown_at,
        "learner_id": impression.learner_id or None, "goal_text": impression.goal_text,
        "occupation_uri": impression.occupation_uri, "candidates": dump(impression.candidates),
        "scores": dump(impression.scores), "feature_names": dump(impression.feature_names),
        "features": impression.features, "slate": dump(impression.slate), "policy": impression.policy,
        "propensity": float(impression.propensity), "seed": impression.seed,
        "bundle_version": impression.bundle_version, "catalogue_version": impression.catalogue_version,
        "degraded": impression.degraded, "filters": dump(dict(impression.filters)),
        "answer": dump(dict(impression.answer)),
    }  # fmt: skip


def _impression(row: Any) -> Impression:
    fields = row._asdict()
    for name in ("candidates", "feature_names", "slate"):
        fields[name] = load_words(fields[name])
    fields["scores"] = tuple(load(fields["scores"]))
    for name in ("filters", "answer"):
        fields[name] = load(fields[name])
    return Impression(**{**fields, "learner_id": fields["learner_id"] or "", "features": bytes(fields["features"])})
