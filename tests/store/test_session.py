from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from credpath.errors import InvalidInput, NotReady
from credpath.store.credentials import catalogue_version, save_credentials
from credpath.store.learners import get_learner, put_learner
from credpath.store.session import Database, database_url, has_wal_fix
from tests.store.samples import NOW, a_credential, a_learner


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///here.db", "sqlite+pysqlite"),
        ("sqlite+pysqlite:////there/it.db", "sqlite+pysqlite"),
        ("postgres://u:p@host/name", "postgresql+psycopg"),
        ("postgresql://u:p@host/name?sslmode=require", "postgresql+psycopg"),
        ("postgresql+psycopg://host/name", "postgresql+psycopg"),
    ],
)
def test_a_url_is_given_the_driver_that_credpath_brings(given: str, driver: str) -> None:
    assert database_url(given).drivername == driver


@pytest.mark.parametrize(
    "given",
    ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory", "mysql://host/name", "postgresql+asyncpg://h/n",
     "not a url", ""],
)  # fmt: skip
def test_a_database_that_credpath_does_not_run_on_is_refused_with_what_to_use(given: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Database(given)
    assert "postgresql://" in refused.value.fix


def test_a_password_never_shows_in_a_name_or_an_error() -> None:
    database = Database("postgresql://user:hidden-word@127.0.0.1:1/name")
    with pytest.raises(NotReady) as refused, database.read():
        pass
    assert "hidden-word" not in f"{database.name} {refused.value}"
    assert "cannot be used" in str(refused.value)


def test_what_a_block_wrote_is_kept_when_it_ends_and_dropped_when_it_raises(database: Database) -> None:
    with database.write() as connection:
        put_learner(connection, "acme", a_learner("kept"), NOW)
    with pytest.raises(InvalidInput), database.write() as connection:  # noqa: PT012 (the block is what is tested)
        assert put_learner(connection, "acme", a_learner("dropped"), NOW)
        put_learner(connection, "acme", a_learner(" not an id "), NOW)
    with database.read() as connection:
        assert get_learner(connection, "acme", "kept") is not None
        assert get_learner(connection, "acme", "dropped") is None


def test_a_read_sees_one_moment_however_many_queries_it_makes(database: Database) -> None:
    with database.read() as reading:
        assert get_learner(reading, "acme", "ada") is None
        with database.write() as writing:
            put_learner(writing, "acme", a_learner(), NOW)
        assert get_learner(reading, "acme", "ada") is None
    with database.read() as reading:
        assert get_learner(reading, "acme", "ada") is not None


def test_writing_through_a_read_fails(database: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"), database.read() as connection:
        put_learner(connection, "acme", a_learner(), NOW)


def test_sqlite_survives_a_power_cut_keeps_references_and_overwrites_what_is_deleted(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_sqlite_is_not_the_one_that_loses_committed_rows(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:
        version = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar())
    assert has_wal_fix(tuple(map(int, version.split("."))))


@pytest.mark.parametrize(
    ("version", "fixed"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 9), False), ((3, 50, 6), False),
     ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 0), True), ((4, 0, 0), True)],
)  # fmt: skip
def test_the_releases_with_the_wal_fix_are_known(version: tuple[int, ...], fixed: bool) -> None:
    assert has_wal_fix(version) is fixed


def test_a_writer_waits_for_another_and_says_so_when_it_takes_too_long(sqlite_database: Database) -> None:
    impatient = Database(str(sqlite_database.url), busy_seconds=0.05)
    with sqlite_database.write(), pytest.raises(NotReady, match="locked") as refused, impatient.write():
        pass
    assert "try again" in refused.value.fix
    impatient.dispose()


def test_threads_that_read_and_then_write_all_succeed(database: Database) -> None:
    def save(first: int) -> None:
        for number in range(first, first + 10):
            with database.write() as connection:
                save_credentials(connection, "acme", [a_credential(f"c{number}")], NOW)

    threads = [threading.Thread(target=save, args=(first,)) for first in (0, 10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.write() as connection:
        everything = [a_credential(f"c{number}") for number in range(30)]
        assert save_credentials(connection, "globex", everything, NOW).version == catalogue_version(connection, "acme")


def test_a_transaction_that_loses_a_deadlock_runs_again(postgres_database: Database) -> None:
    with postgres_database.write() as connection:
        put_learner(connection, "acme", a_learner("a"), NOW)
        put_learner(connection, "acme", a_learner("b"), NOW)
    met = threading.Barrier(2)
    runs: list[str] = []

    def touch(first: str, second: str) -> None:
        def work(connection: object) -> None:
            runs.append(first)
            lock = text("UPDATE learner SET profile = profile WHERE learner_id = :id")
            connection.execute(lock, {"id": first})  # type: ignore[attr-defined]
            if len(runs) <= 2:
                met.wait(timeout=10)
            connection.execute(lock, {"id": second})  # type: ignore[attr-defined]

        postgres_database.transact(work)

    threads = [threading.Thread(target=touch, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(runs) == 3


def test_a_new_file_and_its_folder_are_made_for_the_owner_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a/b/credpath.db")
    database.migrate()
    assert stat.S_IMODE((tmp_path / "a" / "b" / "credpath.db").stat().st_mode) == 0o600
    database.dispose()


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/credpath.db")
    assert "revision none" in database.problem()
    assert not database.check()
    with pytest.raises(NotReady, match="no tables") as refused, database.read() as connection:
        get_learner(connection, "acme", "ada")
    assert "credpath serve" in refused.value.fix
    database.migrate()
    assert database.check()
    database.dispose()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are not the rows you are looking for" * 100)
    database = Database(f"sqlite:///{tmp_path}/notes.txt")
    assert "not a database" in database.problem()
    with pytest.raises(NotReady, match=r"notes\.txt"):
        database.migrate()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    database = Database(f"sqlite:///{tmp_path}/file/credpath.db")
    with pytest.raises(NotReady, match="file"):
        database.migrate()


def test_a_database_of_a_newer_version_is_not_touched(database: Database) -> None:
    with database.write() as connection:
        before = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert "9999" in database.problem()
        with pytest.raises(NotReady, match="9999") as refused:
            database.migrate()
        assert "newest" in refused.value.fix
    finally:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})


def test_a_full_disk_is_called_so(sqlite_database: Database) -> None:
    with pytest.raises(NotReady) as refused, sqlite_database.write() as connection:  # noqa: PT012
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # that is, no more than it has
        connection.exec_driver_sql("CREATE TABLE wide AS SELECT randomblob(1000000) AS filling")
    assert refused.value.what == "the disk of the database is full"
    assert "room" in refused.value.fix


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_takes_no_files_is_called_read_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for home in (tmp_path, tmp_path / "not made yet"):
        with pytest.raises(NotReady) as refused:
            Database(f"sqlite:///{home / 'credpath.db'}").migrate()
        assert "read-only" in refused.value.fix
        assert "CREDPATH_HOME" in refused.value.fix


def test_an_unreachable_server_is_a_problem_and_not_a_crash() -> None:
    assert "cannot be used" in Database("postgresql://127.0.0.1:1/none").problem()
