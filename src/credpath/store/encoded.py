"""What was costly to make of texts, kept in a file beside the bundles; losing it costs time and nothing else.

A key is a digest of who made a row and from which words: whoever has the words could make it, nobody else finds it.
Every row carries a digest of itself. Several processes may use one file; it has no write-ahead log, so that it may lie
on a file system that they share.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

MOST_KEPT = 200_000  # rows; the oldest give way
WAIT_SECONDS = 1.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS encoded "
    "(place INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, digest BLOB NOT NULL, content BLOB NOT NULL)"
)


class EncodedFile:
    """Contents by the digest of what they were made from. What fails is logged and answered as if nothing were kept."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, made_by: str, digests: Iterable[str]) -> dict[str, bytes]:
        """digest -> content, of those that are kept and whole."""
        found: dict[str, bytes] = {}

        def look(connection: sqlite3.Connection) -> None:
            for digest in digests:
                key = _key(made_by, digest)
                row = connection.execute("SELECT digest, content FROM encoded WHERE key = ?", (key,)).fetchone()
                if row is not None and row[0] == _digest(key, row[1]):
                    found[digest] = row[1]

        if self._path.exists():
            self._transact(look)
        return found

    def write(self, made_by: str, contents: Mapping[str, bytes]) -> None:
        """Keeps all or nothing of `contents`, by digest."""
        keys = {_key(made_by, digest): content for digest, content in contents.items()}

        def put(connection: sqlite3.Connection) -> None:
            self._path.chmod(0o600)
            connection.execute(_TABLE)
            rows = [(key, _digest(key, content), content) for key, content in keys.items()]
            connection.executemany("INSERT OR REPLACE INTO encoded (key, digest, content) VALUES (?, ?, ?)", rows)
            connection.execute("DELETE FROM encoded WHERE place <= (SELECT max(place) FROM encoded) - ?", (MOST_KEPT,))

        if keys and self._path.parent.is_dir():
            self._transact(put)

    def clear(self) -> None:
        """Keeps nothing any more, and leaves no word of it in the file."""

        def empty(connection: sqlite3.Connection) -> None:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("DELETE FROM encoded")

        if self._path.exists():
            self._transact(empty)

    def _transact(self, work: Callable[[sqlite3.Connection], None]) -> None:
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS)) as connection, connection:
                work(connection)
        except (sqlite3.Error, OSError) as error:
            log.warning("what was encoded is not kept", file=self._path.name, reason=str(error))
            if type(error) is sqlite3.DatabaseError:  # no database any more, so it never gets better
                with contextlib.suppress(OSError):
                    self._path.unlink()


def _key(made_by: str, digest: str) -> bytes:
    return hashlib.sha256(f"{made_by}\0{digest}".encode()).digest()


def _digest(key: bytes, content: bytes) -> bytes:
    return hashlib.sha256(key + content).digest()
