"""What was shown and what happened, counted by day from an index: no row is read, whatever it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, String, bindparam, func, select, type_coerce

from credpath.domain.outcomes import OutcomeKind
from credpath.store.codec import load_words
from credpath.store.tables import ImpressionRow, OutcomeRow, columns_of, table_of

_IMPRESSION, _OUTCOME = table_of(ImpressionRow), table_of(OutcomeRow)
_LINE = columns_of(
    ImpressionRow, "impression_id", "shown_at", "learner_id", "goal_text", "occupation_uri", "policy", "degraded",
    "bundle_version", "slate",
)  # fmt: skip
_LATEST = (
    select(*_LINE)
    .where(_IMPRESSION.c.tenant == bindparam("tenant"), _IMPRESSION.c.shown_at < bindparam("before"))
    .order_by(_IMPRESSION.c.shown_at.desc(), _IMPRESSION.c.impression_id)
    .limit(bindparam("limit"))
)
_LAST = select(func.max(_IMPRESSION.c.shown_at)).where(_IMPRESSION.c.tenant == bindparam("tenant"))


class ShownCount(NamedTuple):
    """Impressions of one day (UTC), policy and kind of answer."""

    day: date
    policy: str
    degraded: bool
    times: int


class HappenedCount(NamedTuple):
    """Outcomes of one kind on one day (UTC)."""

    day: date
    kind: OutcomeKind
    times: int


class ShownLine(NamedTuple):
    """One impression as a line of a list."""

    impression_id: str
    shown_at: datetime
    learner_id: str
    goal_text: str
    occupation_uri: str
    policy: str
    degraded: bool
    bundle_version: str
    slate: tuple[str, ...]


def count_shown(connection: Connection, tenant: str, since: datetime, before: datetime) -> tuple[ShownCount, ...]:
    """By day, policy and whether a fallback answered; `since` inclusive, `before` exclusive."""
    day = _day(connection, _IMPRESSION.c.shown_at).label("day")
    keys = (day, _IMPRESSION.c.policy, _IMPRESSION.c.degraded)
    within = (_IMPRESSION.c.tenant == tenant, _IMPRESSION.c.shown_at >= since, _IMPRESSION.c.shown_at < before)
    rows = connection.execute(select(*keys, func.count()).where(*within).group_by(*keys).order_by(*keys))
    return tuple(ShownCount(date.fromisoformat(d), policy, bool(degraded), n) for d, policy, degraded, n in rows)


def total_shown(connection: Connection, tenant: str, since: datetime, before: datetime) -> int:
    """How many impressions there are in that time."""
    within = (_IMPRESSION.c.tenant == tenant, _IMPRESSION.c.shown_at >= since, _IMPRESSION.c.shown_at < before)
    return int(connection.execute(select(func.count()).select_from(_IMPRESSION).where(*within)).scalar_one())


def count_happened(connection: Connection, tenant: str, since: datetime, before: datetime) -> tuple[HappenedCount, ...]:
    """By day and kind, whether or not they answer an impression."""
    day = _day(connection, _OUTCOME.c.occurred_at).label("day")
    keys = (day, _OUTCOME.c.kind)
    rows = connection.execute(select(*keys, func.count()).where(*_happened(tenant, since, before)).group_by(*keys))
    return tuple(sorted(HappenedCount(date.fromisoformat(d), kind, n) for d, kind, n in rows))


def count_answered(connection: Connection, tenant: str, since: datetime, before: datetime) -> dict[OutcomeKind, int]:
    """How many different impressions were answered in that time, by kind of outcome."""
    statement = select(_OUTCOME.c.kind, func.count(_OUTCOME.c.impression_id.distinct()))
    within = (*_happened(tenant, since, before), _OUTCOME.c.impression_id != "")
    rows = connection.execute(statement.where(*within).group_by(_OUTCOME.c.kind))
    return dict(sorted(map(tuple, rows)))


def last_shown_at(connection: Connection, tenant: str) -> datetime | None:
    """When anything was shown last; None before the first time."""
    found: datetime | None = connection.execute(_LAST, {"tenant": tenant}).scalar()
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def latest_shown(connection: Connection, tenant: str, before: datetime, limit: int = 20) -> tuple[ShownLine, ...]:
    """What was shown last before that moment, latest first."""
    rows = connection.execute(_LATEST, {"tenant": tenant, "before": before, "limit": limit})
    return tuple(
        ShownLine._make(row)._replace(learner_id=row.learner_id or "", slate=load_words(row.slate)) for row in rows
    )


def _happened(tenant: str, since: datetime, before: datetime) -> tuple[Any, ...]:
    return _OUTCOME.c.tenant == tenant, _OUTCOME.c.occurred_at >= since, _OUTCOME.c.occurred_at < before


def _day(connection: Connection, column: Column[Any]) -> Any:
    """YYYY-MM-DD in UTC. SQLite keeps times as text that begins with it."""
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD")
    return func.substr(type_coerce(column, String), 1, 10)
