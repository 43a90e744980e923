"""The tenants that there are, and the lock that their catalogue and taxonomy writers queue up on."""

from __future__ import annotations

from sqlalchemy import Connection, select, text, union

from credpath.store.tables import ApiKeyRow, LearnerRow, TenantStateRow, table_of

CATALOGUE_LOCK = 0x63617461  # apart from the migration lock

_NAMED = union(*(select(table_of(row).c.tenant) for row in (TenantStateRow, ApiKeyRow, LearnerRow))).order_by("tenant")


def list_tenants(connection: Connection) -> tuple[str, ...]:
    """Every tenant that has a catalogue, a key or a learner, sorted."""
    return tuple(connection.execute(_NAMED).scalars())


def lock_tenant(connection: Connection, tenant: str) -> None:
    """Held to the end of the transaction: whoever compares before writing must not be overtaken.

    SQLite needs none, `Database.write` holds its only write lock.
    """
    if connection.dialect.name == "postgresql":
        statement = text("SELECT pg_advisory_xact_lock(:space, hashtext(:tenant))")
        connection.execute(statement, {"space": CATALOGUE_LOCK, "tenant": tenant})
