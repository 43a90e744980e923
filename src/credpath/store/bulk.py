"""Many rows at once, alike on both engines: append, insert what is new, upsert, replace what differs."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Insert, Table, and_, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from credpath.errors import NotFound

Values = tuple[Any, ...]
# From here on it is faster to write everything again than to find each row to delete.
MANY_CHANGES = 2_000
KEYS_A_QUERY = 500
WORTH_A_COPY = 500


@dataclass(frozen=True, slots=True)
class Change:
    """How many rows a replacement touched."""

    inserted: int = 0
    updated: int = 0
    removed: int = 0

    def __add__(self, other: Change) -> Change:
        updated, removed = self.updated + other.updated, self.removed + other.removed
        return Change(self.inserted + other.inserted, updated, removed)


def append_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Inserts rows that hold a value for every column, in the order of the columns and as the driver takes it."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, table, rows)
        _count_anew(connection, table, len(rows))
    else:
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({_columns(table)}) VALUES ({marks})', list(rows))


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[Values]:
    """Inserts the rows whose key is not there yet; returns the keys that it inserted."""
    if not rows:
        return set()
    if connection.dialect.name == "postgresql" and len(rows) > WORTH_A_COPY:
        return _copy_new(connection, table, rows)
    result = connection.execute(_insert_new(connection.dialect.name, table), list(rows))
    return {tuple(row) for row in result}


def insert_one(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Inserts one row unless its key is there; says whether it was not. In a third of the time of `insert_new`."""
    statement, as_stored = _insert_one(connection.dialect, table, tuple(row))
    values = dict(row)
    for name, convert in as_stored:
        values[name] = convert(values[name])
    return connection.exec_driver_sql(statement, tuple(values.values())).rowcount == 1


@cache
def _insert_one(dialect: Dialect, table: Table, names: Values) -> tuple[str, list[tuple[str, Callable[[Any], Any]]]]:
    """The statement, and what turns the values of some columns into what the driver takes."""
    mark = "%s" if dialect.name == "postgresql" else "?"
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join(mark for _ in names)
    converts = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING'
    return statement, [(name, convert) for name, convert in converts.items() if convert is not None]


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows, or overwrites all but the key where the key is there."""
    if rows:
        connection.execute(_upsert(connection.dialect.name, table), list(rows))


def rows_by_key(
    connection: Connection, columns: Sequence[Column[Any]], tenant: str, keys: Sequence[str]
) -> Iterator[Sequence[Any]]:
    """The tenant's rows whose first of `columns` is one of `keys`."""
    table = columns[0].table
    for start in range(0, len(keys), KEYS_A_QUERY):
        chosen = columns[0].in_(keys[start : start + KEYS_A_QUERY])
        yield from connection.execute(select(*columns).where(table.c.tenant == tenant, chosen))


@contextmanager
def without_collection() -> Iterator[None]:
    """For loads of 100,000 objects that all stay: searching them for garbage again and again takes 40 % of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def of_stored_learner(learner_id: str) -> Iterator[None]:
    """Turns the refusal of a foreign key into NotFound."""
    try:
        yield
    except IntegrityError as error:
        raise NotFound(f"no learner {learner_id!r}", where="learner_id", fix="PUT the learner first") from error


def replace_rows(connection: Connection, table: Table, scope: Mapping[str, str], rows: Iterable[Values]) -> Change:
    """Makes `rows` all that there is within `scope`, writing only what differs.

    `scope` names the leading columns; `rows` hold the others, whose first are the rest of the key.
    """
    width = len(table.primary_key.columns) - len(scope)
    within = and_(*(table.c[name] == value for name, value in scope.items()))
    columns = [c for c in table.columns if c.name not in scope]
    present = {tuple(row[:width]): tuple(row) for row in connection.execute(select(*columns).where(within))}
    wanted = {row[:width]: row for row in rows}
    removed = [key for key in present if key not in wanted]
    inserted = [key for key in wanted if key not in present]
    updated = [key for key, row in wanted.items() if key in present and present[key] != row]
    if len(removed) + len(updated) > MANY_CHANGES:
        connection.execute(delete(table).where(within))
        written: Iterable[Values] = wanted
    else:
        _delete_keys(connection, table, scope, [*removed, *updated])
        written = (*inserted, *updated)
    lead = tuple(scope.values())
    append_rows(connection, table, [lead + wanted[key] for key in written])
    return Change(len(inserted), len(updated), len(removed))


def _delete_keys(connection: Connection, table: Table, scope: Mapping[str, str], keys: Sequence[Values]) -> None:
    if not keys:
        return
    names = [c.name for c in table.primary_key.columns]
    statement = delete(table).where(*(table.c[name] == bindparam(f"key_{name}") for name in names))
    lead = tuple(scope.values())
    labels = [f"key_{name}" for name in names]
    connection.execute(statement, [dict(zip(labels, lead + key, strict=True)) for key in keys])


def _copy_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[Values]:
    """`insert_new` by way of a temporary table: COPY knows no ON CONFLICT, and INSERT takes ten times as long."""
    columns, key = _columns(table), ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    connection.exec_driver_sql(f'CREATE TEMPORARY TABLE incoming (LIKE "{table.name}") ON COMMIT DROP')
    _copy(connection, "incoming", table, [tuple(row[c.name] for c in table.columns) for row in rows])
    result = connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM incoming ON CONFLICT DO NOTHING RETURNING {key}'
    )
    inserted = {tuple(row) for row in result}
    _count_anew(connection, table, len(inserted))
    connection.exec_driver_sql("DROP TABLE incoming")
    return inserted


def _copy(connection: Connection, into: str, table: Table, rows: Sequence[Values]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{into}" ({_columns(table)}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _count_anew(connection: Connection, table: Table, written: int) -> None:
    # Without fresh statistics PostgreSQL's next look-up by key scans the whole table.
    if written > MANY_CHANGES:
        connection.exec_driver_sql(f'ANALYZE "{table.name}"')


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


@cache
def _insert_new(dialect: str, table: Table) -> Insert:
    statement = _insert(dialect, table).on_conflict_do_nothing(index_elements=list(table.primary_key.columns))
    returning: Insert = statement.returning(*table.primary_key.columns)
    return returning


@cache
def _upsert(dialect: str, table: Table) -> Insert:
    statement = _insert(dialect, table)
    kept = {c.name for c in table.primary_key.columns}
    values = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in kept}
    upserting: Insert = statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=values)
    return upserting


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
