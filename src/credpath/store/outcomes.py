"""What happened: outcomes, known by their id, and the popularity that they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, select

from credpath.domain.learner import Award
from credpath.domain.outcomes import HELD_KINDS, PASS, Outcome, OutcomeKind
from credpath.store.bulk import insert_new, rows_by_key
from credpath.store.tables import OutcomeRow, columns_of, table_of

# What a learner's strongest outcome on a credential adds to its popularity: finishing counts, clicking hardly.
POPULARITY: Mapping[OutcomeKind, float] = {
    "awarded": 1.0, "completed": 1.0, "started": 0.5, "enrolled": 0.5, "dropped": 0.2, "clicked": 0.1, "dismissed": 0.0,
}  # fmt: skip
# Bounds what a file of a million outcomes takes in memory as rows.
ROWS_AT_ONCE = 20_000

_OUTCOME = table_of(OutcomeRow)
_COLUMNS = columns_of(OutcomeRow, *(f.name for f in fields(Outcome)))
_IN_ORDER = (_OUTCOME.c.occurred_at, _OUTCOME.c.outcome_id)
_OF_TENANT = _OUTCOME.c.tenant == bindparam("tenant")
_OF_LEARNER = select(*_COLUMNS).where(_OF_TENANT, _OUTCOME.c.learner_id == bindparam("learner_id")).order_by(*_IN_ORDER)
_NOT_PASSED = _OUTCOME.c.kind.in_(HELD_KINDS) & (_OUTCOME.c.score < PASS)
_COUNTED = case((_NOT_PASSED, POPULARITY["dropped"]), else_=case(POPULARITY, value=_OUTCOME.c.kind, else_=0.0))
_STRONGEST = (
    select(_OUTCOME.c.credential_id, func.max(_COUNTED).label("weight"))
    .where(_OF_TENANT)
    .group_by(_OUTCOME.c.credential_id, _OUTCOME.c.learner_id)
    .subquery()
)
_POPULARITY = (
    select(_STRONGEST.c.credential_id, func.sum(_STRONGEST.c.weight))
    .group_by(_STRONGEST.c.credential_id)
    .order_by(_STRONGEST.c.credential_id)
)


@dataclass(frozen=True, slots=True)
class OutcomesSaved:
    """`duplicates` were known with the same content; `conflicts` are ids known with another, not stored again."""

    inserted: int
    duplicates: int
    conflicts: tuple[str, ...]


def save_outcomes(connection: Connection, tenant: str, outcomes: Iterable[Outcome]) -> OutcomesSaved:
    """Stores what is new. An id that comes with two contents in the batch is a conflict and is not stored."""
    once: dict[str, Outcome] = {}
    times: Counter[str] = Counter()
    conflicts: set[str] = set()
    for outcome in outcomes:
        times[outcome.outcome_id] += 1
        if once.setdefault(outcome.outcome_id, outcome) != outcome:
            conflicts.add(outcome.outcome_id)
    fresh = [once[key] for key in sorted(once) if key not in conflicts]
    inserted = 0
    for start in range(0, len(fresh), ROWS_AT_ONCE):
        new, differing = _save(connection, tenant, fresh[start : start + ROWS_AT_ONCE])
        inserted += new
        conflicts |= differing
    repeats = sum(count for key, count in times.items() if key not in conflicts) - inserted
    return OutcomesSaved(inserted, repeats, tuple(sorted(conflicts)))


def outcomes_of(connection: Connection, tenant: str, learner_id: str) -> tuple[Outcome, ...]:
    """The learner's outcomes in time order."""
    rows = connection.execute(_OF_LEARNER, {"tenant": tenant, "learner_id": learner_id})
    return tuple(Outcome(*row) for row in rows)


def load_outcomes(
    connection: Connection, tenant: str, since: datetime | None = None, before: datetime | None = None
) -> Iterator[Outcome]:
    """All outcomes of the tenant in time order, one by one; `since` inclusive, `before` exclusive."""
    statement = select(*_COLUMNS).where(_OUTCOME.c.tenant == tenant).order_by(*_IN_ORDER)
    if since is not None:
        statement = statement.where(_OUTCOME.c.occurred_at >= since)
    if before is not None:
        statement = statement.where(_OUTCOME.c.occurred_at < before)
    for row in connection.execute(statement.execution_options(yield_per=1_000)):
        yield Outcome(*row)


def popularity(connection: Connection, tenant: str) -> dict[str, float]:
    """credential_id -> sum over learners of `POPULARITY` of their strongest outcome on it."""
    return {key: float(weight) for key, weight in connection.execute(_POPULARITY, {"tenant": tenant})}


def withdraw(connection: Connection, tenant: str, learner_id: str, credential_id: str, kind: OutcomeKind) -> int:
    """Takes back what a learner said by mistake, as if it had never been; returns how many outcomes that were."""
    said = (
        _OUTCOME.c.tenant == tenant, _OUTCOME.c.learner_id == learner_id,
        _OUTCOME.c.credential_id == credential_id, _OUTCOME.c.kind == kind,
    )  # fmt: skip
    return int(connection.execute(delete(_OUTCOME).where(*said)).rowcount)


def withdraw_one(connection: Connection, tenant: str, learner_id: str, outcome_id: str) -> None:
    """Takes back one outcome of the learner, as if it had never been."""
    one = (_OUTCOME.c.tenant == tenant, _OUTCOME.c.learner_id == learner_id, _OUTCOME.c.outcome_id == outcome_id)
    connection.execute(delete(_OUTCOME).where(*one))


def withdraw_said(connection: Connection, tenant: str, award: Award, prefix: str) -> int:
    """Takes back the outcomes that only repeat an award: of its time, with ids that begin so; returns how many."""
    said = (
        _OUTCOME.c.tenant == tenant, _OUTCOME.c.learner_id == award.learner_id, _OUTCOME.c.kind == "awarded",
        _OUTCOME.c.credential_id == award.credential_id, _OUTCOME.c.occurred_at == award.awarded_at,
        _OUTCOME.c.outcome_id.startswith(prefix, autoescape=True),
    )  # fmt: skip
    return int(connection.execute(delete(_OUTCOME).where(*said)).rowcount)


def _save(connection: Connection, tenant: str, outcomes: Sequence[Outcome]) -> tuple[int, set[str]]:
    """(how many were new, ids that are stored with another content)."""
    inserted = {key for _, key in insert_new(connection, _OUTCOME, [_row(tenant, outcome) for outcome in outcomes])}
    known = {o.outcome_id: o for o in outcomes if o.outcome_id not in inserted}
    stored = (Outcome(*row) for row in rows_by_key(connection, _COLUMNS, tenant, list(known)))
    return len(inserted), {outcome.outcome_id for outcome in stored if known[outcome.outcome_id] != outcome}


def _row(tenant: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "tenant": tenant, "outcome_id": outcome.outcome_id, "learner_id": outcome.learner_id,
        "credential_id": outcome.credential_id, "kind": outcome.kind, "occurred_at": outcome.occurred_at,
        "score": None if outcome.score is None else float(outcome.score), "impression_id": outcome.impression_id,
        "ordinal": outcome.ordinal,
    }  # fmt: skip
