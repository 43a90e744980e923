"""The record of imports: what came in, when, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from credpath.errors import Refusal
from credpath.store.codec import dump, load
from credpath.store.tables import ImportRunRow, columns_of, table_of
from credpath.store.tenants import lock_tenant

# A file of the wrong kind has a refusal a line; the first thousand tell as much as a million.
MAX_REFUSALS_KEPT = 1_000
_RUN = table_of(ImportRunRow)


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import. `number` counts within the tenant; `refused` counts all, `refusals` holds the first thousand."""

    number: int
    kind: str
    at: datetime
    counts: Mapping[str, int]
    refused: int
    refusals: tuple[Refusal, ...]


def record_import(
    connection: Connection,
    tenant: str,
    kind: str,
    at: datetime,
    counts: Mapping[str, int],
    refusals: Sequence[Refusal] = (),
) -> int:
    """Appends to the record; returns the import's number."""
    lock_tenant(connection, tenant)
    last = connection.execute(select(func.max(_RUN.c.number)).where(_RUN.c.tenant == tenant)).scalar()
    row = {
        "tenant": tenant, "number": (last or 0) + 1, "kind": kind, "at": at, "counts": dump(dict(counts)),
        "refused": len(refusals), "refusals": dump([asdict(r) for r in refusals[:MAX_REFUSALS_KEPT]]),
    }  # fmt: skip
    connection.execute(insert(_RUN), row)
    return (last or 0) + 1


def list_imports(connection: Connection, tenant: str, limit: int = 20) -> tuple[ImportRun, ...]:
    """The tenant's imports, newest first."""
    columns = columns_of(ImportRunRow, "number", "kind", "at", "counts", "refused", "refusals")
    statement = select(*columns).where(_RUN.c.tenant == tenant).order_by(_RUN.c.number.desc()).limit(limit)
    return tuple(
        ImportRun(number, kind, at, load(counts), refused, tuple(Refusal(**r) for r in load(refusals)))
        for number, kind, at, counts, refused, refusals in connection.execute(statement)
    )
