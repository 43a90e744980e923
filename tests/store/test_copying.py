from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select

from credpath.errors import Conflict, NotReady
from credpath.store.copying import ROWS_AT_ONCE, copy_database, is_used
from credpath.store.credentials import catalogue_version, load_catalogue, save_credentials
from credpath.store.imports import record_import
from credpath.store.keys import create_key, find_key
from credpath.store.outcomes import save_outcomes
from credpath.store.session import Database
from credpath.store.tables import METADATA, TaskRow, table_of
from credpath.store.taxonomies import save_taxonomy
from tests.store.samples import NOW, TAXONOMY, a_credential, an_outcome
from tests.store.test_erasure import everything, store_everything

MANY = ROWS_AT_ONCE + 7


def fill(connection: Connection) -> str:
    """Rows in every table, in one of them more than are copied at once; returns a key's secret."""
    save_taxonomy(connection, "public", TAXONOMY, NOW)
    save_credentials(connection, "acme", [a_credential()], NOW)
    store_everything(connection, "acme", "ada")
    save_outcomes(connection, "acme", [an_outcome(f"o{n:05}", learner_id="ada") for n in range(MANY)])
    record_import(connection, "acme", "outcomes", NOW, {"read": 2})
    task = dict.fromkeys(("task_id", "kind", "title", "state", "stage", "detail"), "x")
    connection.execute(
        insert(table_of(TaskRow)), {"tenant": "acme", **task, "done": 1, "started_at": NOW, "updated_at": NOW}
    )
    return create_key(connection, "acme", "LMS", ["read"], NOW, secrets.token_bytes)[0]


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    """Not even a file."""
    return Database(f"sqlite:///{tmp_path / 'other' / 'copy.db'}")


def counts(database: Database) -> dict[str, int]:
    with database.read() as connection:
        tables = METADATA.sorted_tables
        return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}


def test_every_row_of_sqlite_goes_on_in_postgresql_and_back(
    sqlite_database: Database, postgres_database: Database, empty: Database
) -> None:
    with sqlite_database.write() as connection:
        secret = fill(connection)
    copied = copy_database(sqlite_database, postgres_database)
    assert copied == counts(sqlite_database) == counts(postgres_database)
    assert copied["outcome"] == MANY + 1
    assert [name for name, count in copied.items() if not count] == []
    with sqlite_database.read() as old, postgres_database.read() as new:
        assert load_catalogue(new, "acme") == load_catalogue(old, "acme")
        assert catalogue_version(new, "acme") == catalogue_version(old, "acme")
        assert find_key(new, secret) == find_key(old, secret)
    copy_database(postgres_database, empty)
    with sqlite_database.read() as old, empty.read() as back:
        assert sorted(everything(back).splitlines()) == sorted(everything(old).splitlines())
    empty.dispose()


def test_a_database_that_holds_anything_is_refused_and_left_as_it_was(
    sqlite_database: Database, postgres_database: Database
) -> None:
    with sqlite_database.write() as connection:
        fill(connection)
    with postgres_database.write() as connection:
        save_taxonomy(connection, "public", TAXONOMY, NOW)
    before = counts(postgres_database)
    with pytest.raises(Conflict, match="taxonomy") as refused:
        copy_database(sqlite_database, postgres_database)
    assert "empty" in refused.value.fix
    assert counts(postgres_database) == before


def test_a_database_is_used_once_there_is_anything_in_it(database: Database, empty: Database) -> None:
    assert not is_used(database)
    assert not is_used(empty), "it has no tables"
    empty.dispose()
    with database.write() as connection:
        create_key(connection, "acme", "LMS", ["read"], NOW, secrets.token_bytes)
    assert is_used(database)


def test_whether_one_out_of_reach_is_used_cannot_be_said() -> None:
    with pytest.raises(NotReady):
        is_used(Database("postgresql://127.0.0.1:1/none"))
