"""Connections and transactions: a SQLite file through `pysqlite3`, or PostgreSQL through psycopg 3."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from credpath.errors import InvalidInput, NotReady
from credpath.store.migrations import HEAD, revision, upgrade

T = TypeVar("T")

MIGRATION_LOCK = 0x63726564  # any number that every credpath process agrees on
SERIALIZATION_FAILURE, DEADLOCK, UNDEFINED_TABLE, DISK_FULL = "40001", "40P01", "42P01", "53100"
CHECK = "check DATABASE_URL, the server and its disk"
READONLY = "its folder is read-only: let this user write there, or name another folder by CREDPATH_HOME"
# A writer of a whole taxonomy holds SQLite's one write lock for seconds; others wait rather than fail.
BUSY_SECONDS = 30.0
# The tables that hold a learner's rows.
PERSONAL = (
    "learner", "award", "evidence", "mastery_state", "kept_path", "outcome", "impression", "considered", "idempotency",
    "import_run",
)  # fmt: skip
# As many readers as the server has worker threads; a connection is a few file handles. An unexpected database
# error is logged, and must not bring a learner's values into the log.
FILE_POOL = {"hide_parameters": True, "pool_size": 16, "max_overflow": 32, "pool_timeout": 10.0, "pool_use_lifo": True}
# Of PostgreSQL's usual 100 connections several workers want some; a request holds one for milliseconds.
SERVER_POOL = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 10.0, "pool_use_lifo": True, "pool_pre_ping": True}
# The WAL-reset bug loses committed rows with concurrent writers; these lines of SQLite have the fix.
FIXED_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


class Database:
    """One database. Opens lazily; every thread may use it; close it with `dispose`.

    `url`: `sqlite:///file.db` (relative), `sqlite:////absolute/file.db`, or `postgresql://...`.
    Raises InvalidInput for any other, SQLite in memory included: it would hide every locking fault.
    """

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = database_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._busy_seconds = busy_seconds
        if self.is_sqlite:
            self._writes = _sqlite_engine(self.url, busy_seconds, readonly=False)
            self._reads = _sqlite_engine(self.url, busy_seconds, readonly=True)
        else:
            self._writes = create_engine(self.url, connect_args={"connect_timeout": 10}, **SERVER_POOL)
            self._reads = self._writes.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def name(self) -> str:
        """The URL without its password, for messages."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One moment of the database, however many queries; writing through it fails."""
        with self._transaction(self._reads, commit=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises.

        On SQLite it takes the write lock at once: a transaction that reads first and writes later fails with
        "database is locked" however long it would wait.
        """
        with self._transaction(self._writes, commit=True) as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T], attempts: int = 5) -> T:
        """Runs `work` in `write()`, again from its start when PostgreSQL chose it to lose a deadlock."""
        for attempt in range(1, attempts):
            try:
                with self.write() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _lost_a_race(error):
                    raise
                time.sleep(0.01 * 2**attempt)
        with self.write() as connection:
            return work(connection)

    def migrate(self) -> None:
        """Brings the schema to this version; does nothing when it is; safe when several processes start at once.

        Raises NotReady when a newer credpath has migrated the database already.
        """
        if self.check():
            return
        with self._migration() as connection:
            upgrade(connection, self.name)

    def problem(self) -> str:
        """Why the database cannot be used as it is, or "": unreachable, not migrated, or ahead of this version."""
        try:
            with self.read() as connection:
                found = revision(connection)
        except (NotReady, DBAPIError) as error:
            return str(error)
        if found == HEAD:
            return ""
        return f"the schema is at revision {found or 'none'}, this version needs {HEAD}"

    def check(self) -> bool:
        """Whether the schema is that of this version."""
        return not self.problem()

    def scrub(self) -> None:
        """Removes what was deleted from the files too: from SQLite's log, from PostgreSQL's dead rows."""
        if self.is_sqlite:
            with contextlib.closing(self._writes.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            with self._writes.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"VACUUM {', '.join(PERSONAL)}"))

    def room(self) -> int | None:
        """Bytes that are left on the disk of a SQLite file; None where nobody can say, as of a server's."""
        if not self.is_sqlite:
            return None
        try:
            return shutil.disk_usage(Path(str(self.url.database)).absolute().parent).free
        except OSError:
            return None

    def dispose(self) -> None:
        """Closes every pooled connection; SQLite then folds its log into the file."""
        self._reads.dispose()
        self._writes.dispose()

    @contextmanager
    def _transaction(self, engine: Engine, *, commit: bool) -> Iterator[Connection]:
        try:
            with self._connect(engine) as connection, connection.begin() as transaction:
                yield connection
                if not commit:
                    transaction.rollback()
        except DBAPIError as error:
            if unusable := _unusable(error, self._advice()):
                raise NotReady(unusable[0], where=self.name, fix=unusable[1]) from error
            raise

    def _connect(self, engine: Engine) -> Connection:
        try:
            return engine.connect()
        except (PoolTimeout, OSError) as error:
            raise NotReady(f"the database cannot be used: {error}", where=self.name, fix=self._advice()) from error

    def _advice(self) -> str:
        """What to look at when the database fails. It names no folder: a caller of the API reads it, too."""
        if not self.is_sqlite:
            return CHECK
        file = Path(str(self.url.database)).absolute()
        nearest = next(folder for folder in file.parents if folder.exists())
        return CHECK if os.access(nearest, os.W_OK) else READONLY

    @contextmanager
    def _migration(self) -> Iterator[Connection]:
        if not self.is_sqlite:
            with self.write() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                yield connection
            return
        # Altering a table in SQLite may replace it, and dropping the old one would delete by cascade. Foreign keys
        # can only be switched off outside a transaction, so on an engine that is thrown away.
        engine = _sqlite_engine(self.url, self._busy_seconds, readonly=False, foreign_keys=False)
        with self._transaction(engine, commit=True) as connection:
            yield connection
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise NotReady(f"the migration would leave {len(broken)} rows without what they refer to")
        engine.dispose()


def _unusable(error: DBAPIError, advice: str) -> tuple[str, str] | None:
    """(what, fix) when it is the database that fails, not the statement: gone, locked, full, not migrated."""
    reason = str(error.orig).strip().splitlines()[0]
    if "no such table" in reason or getattr(error.orig, "sqlstate", None) == UNDEFINED_TABLE:
        return "the database has no tables yet", "start `credpath serve` or any import; it makes them"
    if _lost_a_race(error) or not (isinstance(error, OperationalError) or "not a database" in reason):
        return None
    if "disk is full" in reason or getattr(error.orig, "sqlstate", None) == DISK_FULL:
        return "the disk of the database is full", "make room there, then ask again"
    fix = "another process writes for long; try again" if "locked" in reason else advice
    return f"the database cannot be used: {reason}", fix


def ends_transaction(error: Exception) -> bool:
    """Whether nothing more can be done in the transaction that raised this: it lost a race, its server or its disk."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _lost_a_race(error) or _lacks_room(error)


def _lacks_room(error: DBAPIError) -> bool:
    # "database or disk is full", "disk I/O error"; in PostgreSQL the class of what a server may lack.
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, OperationalError) and ("disk" in str(error.orig) or state.startswith("53"))


def _lost_a_race(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in (SERIALIZATION_FAILURE, DEADLOCK)


def database_url(url: str) -> URL:
    """The URL with its driver. Raises InvalidInput for what credpath does not run on."""
    fix = "use sqlite:///path/to/file.db or postgresql://user:password@host/name"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidInput("DATABASE_URL is not a URL", where="DATABASE_URL", fix=fix) from error
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise InvalidInput(f"credpath does not run on {parsed.drivername!r}", where="DATABASE_URL", fix=fix)
    if not parsed.database or ":memory:" in parsed.database or "mode" in parsed.query:
        raise InvalidInput("SQLite must be a file", where="DATABASE_URL", fix=fix)
    return parsed.set(drivername="sqlite+pysqlite")


def _make_private(path: Path) -> None:
    # Learners' rows and key hashes: nobody else's business. SQLite gives its log the mode of the file.
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        path.touch(mode=0o600, exist_ok=False)


def _sqlite_engine(url: URL, busy_seconds: float, *, readonly: bool, foreign_keys: bool = True) -> Engine:
    driver = _sqlite_driver()
    arguments = {"timeout": busy_seconds, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, module=driver, connect_args=arguments, **FILE_POOL)
    begin = "BEGIN" if readonly else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "do_connect")
    def _create(*_: object) -> None:
        _make_private(Path(str(url.database)))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in _pragmas(readonly, foreign_keys):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _sqlite_driver() -> Any:
    """`pysqlite3` with the SQLite that it brings; without it Python's own, if that one is sound."""
    try:
        driver = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        driver = importlib.import_module("sqlite3.dbapi2")
    if not has_wal_fix(driver.sqlite_version_info):
        what = f"SQLite {driver.sqlite_version} can lose committed rows (its WAL-reset bug)"
        raise NotReady(what, where="DATABASE_URL", fix="pip install 'pysqlite3>=0.6.1', or use PostgreSQL")
    return driver


def has_wal_fix(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug of 3.7.0 to 3.51.2 (back-ported to two older lines)."""
    return version >= FIXED_SQLITE[0] or any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_SQLITE)


def _pragmas(readonly: bool, foreign_keys: bool) -> tuple[str, ...]:
    return (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL loses acknowledged rows in a power cut
        f"foreign_keys={foreign_keys:d}",
        "secure_delete=ON",  # what is forgotten is overwritten, not only unlinked
        f"cache_size={-2_000 if readonly else -32_000}",  # KiB a connection: readers are many, a writer is one
        "journal_size_limit=67108864",
        *(("query_only=ON",) if readonly else ()),
    )
