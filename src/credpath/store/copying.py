"""A whole database into an empty one, of either kind: what SQLite held goes on in PostgreSQL, or the other way."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Table, func, insert, select

from credpath.errors import Conflict, NotReady
from credpath.store.bulk import append_rows
from credpath.store.migrations import revision
from credpath.store.session import Database
from credpath.store.tables import METADATA, ApiKeyRow, CredentialRow, LearnerRow, TaxonomyRow, table_of

# Bounds what is in memory of a table whose rows may have 100 KB each.
ROWS_AT_ONCE = 2_000
# In every version of the schema; whoever has used a database has a row in one of them.
USED = tuple(table_of(row) for row in (TaxonomyRow, CredentialRow, LearnerRow, ApiKeyRow))

Tick = Callable[[str, int], None]


def copy_database(source: Database, target: Database, tick: Tick = lambda _table, _rows: None) -> dict[str, int]:
    """Migrates `target`, then copies every row in one transaction; returns how many of each table.

    Reads one moment of `source`. Raises Conflict for a target that holds anything, NotReady where the counts differ.
    """
    target.migrate()
    with source.read() as old, target.write() as new:
        if filled := [str(table.name) for table in METADATA.sorted_tables if _any(new, table)]:
            what = f"the database is not empty: it has rows in {', '.join(filled)}"
            raise Conflict(what, where=target.name, fix="name an empty one; nothing was copied")
        read = {str(table.name): _copy(old, new, table, tick) for table in METADATA.sorted_tables}
        for table in METADATA.sorted_tables:
            written = new.execute(select(func.count()).select_from(table)).scalar()
            if written != read[table.name]:
                what = f"{read[table.name]} rows of {table.name} were read and {written} written; nothing was copied"
                raise NotReady(what, where=target.name, fix="copy again, while nobody else writes there")
        if not target.is_sqlite:  # without statistics its first look-ups scan whole tables
            new.exec_driver_sql(f"ANALYZE {', '.join(read)}")
    return read


def is_used(database: Database) -> bool:
    """Whether there is anything in the database; one without tables is empty. Raises NotReady for one out of reach."""
    with database.read() as connection:
        return bool(revision(connection)) and any(_any(connection, table) for table in USED)


def _any(connection: Connection, table: Table) -> bool:
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None


def _copy(old: Connection, new: Connection, table: Table, tick: Tick) -> int:
    done = 0
    statement = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    for batch in old.execute(statement).partitions():
        if new.dialect.name == "postgresql":
            append_rows(new, table, [tuple(row) for row in batch])
        else:  # which takes no datetime as it is
            new.execute(insert(table), [dict(row._mapping) for row in batch])
        done += len(batch)
        tick(table.name, done)
    return done
