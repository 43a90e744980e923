"""The tenants that there are, how one ends, and the lock that their catalogue and taxonomy writers queue up on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, text, union

from credpath.store.tables import METADATA, ApiKeyRow, LearnerRow, TenantStateRow, table_of

CATALOGUE_LOCK = 0x63617461  # apart from the migration lock

_NAMED = union(*(select(table_of(row).c.tenant) for row in (TenantStateRow, ApiKeyRow, LearnerRow))).order_by("tenant")


def list_tenants(connection: Connection) -> tuple[str, ...]:
    """Every tenant that has a catalogue, a key or a learner, sorted."""
    return tuple(connection.execute(_NAMED).scalars())


def count_tenant(connection: Connection, tenant: str) -> dict[str, int]:
    """How many rows each table has of the tenant, its own taxonomies included; tables without any are left out."""
    counts = {}
    for table in METADATA.sorted_tables:
        count = connection.execute(select(func.count()).select_from(table).where(_of(table, tenant))).scalar_one()
        if count:
            counts[str(table.name)] = int(count)
    return counts


def forget_tenant(connection: Connection, tenant: str) -> dict[str, int]:
    """Deletes every row of the tenant, its keys among them; returns how many of each table."""
    lock_tenant(connection, tenant)
    counts = count_tenant(connection, tenant)
    for table in reversed(METADATA.sorted_tables):  # what refers to a row goes before the row
        connection.execute(delete(table).where(_of(table, tenant)))
    return counts


def _of(table: Any, tenant: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (table.c.tenant if "tenant" in table.c else table.c.owner) == tenant
    return found


def lock_tenant(connection: Connection, tenant: str) -> None:
    """Held to the end of the transaction: whoever compares before writing must not be overtaken.

    SQLite needs none, `Database.write` holds its only write lock.
    """
    if connection.dialect.name == "postgresql":
        statement = text("SELECT pg_advisory_xact_lock(:space, hashtext(:tenant))")
        connection.execute(statement, {"space": CATALOGUE_LOCK, "tenant": tenant})
