"""A disk without room: the system lets no file of this process grow."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from credpath.store.session import Database


@contextmanager
def no_room(database: Database) -> Iterator[None]:
    """Within the block what is written to this SQLite file fails as on a full disk, by the kernel's own limit."""
    with database.write() as connection:  # opens the log
        connection.exec_driver_sql("PRAGMA user_version = 0")
    log = Path(f"{database.url.database}-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
