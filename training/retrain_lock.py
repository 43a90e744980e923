"""One retraining at a time for a folder of bundles; a second one is told at once who runs, and since when.

The lock is the system's, on an open file: a process that is killed gives it back, and nothing is left to clean up.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from credpath.errors import Conflict

LOCK = ".retrain.lock"
MAX_HOLDER = 1_000


@contextlib.contextmanager
def only_retraining(models: Path, *, at: datetime) -> Iterator[None]:
    """Holds the lock of `models` while the block runs. Raises Conflict, without waiting, when another process does.

    A process forked within the block would share the lock and keep it beyond the death of this one: spawn instead.
    """
    models.mkdir(parents=True, exist_ok=True)
    with (models / LOCK).open("a+", encoding="utf-8") as stream:
        if not _taken(stream):
            raise Conflict(
                f"a retraining runs already: {_holder(stream)}",
                where=str(models),
                fix="wait until it ends, or stop it: whatever it was doing, the bundle that serves stays whole",
            )
        _write(stream, {"pid": os.getpid(), "started_at": at.astimezone(UTC).isoformat(timespec="seconds")})
        try:
            yield
        finally:
            _write(stream, {})  # before the file closes and with it the lock


def _taken(stream: IO[str]) -> bool:
    try:
        import fcntl
    except ImportError:  # no such lock on this system: two retrainings cost time there, and each switch is still whole
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(stream: IO[str], holder: dict[str, Any]) -> None:
    stream.seek(0)
    stream.truncate()
    stream.write(json.dumps(holder))
    stream.flush()


def _holder(stream: IO[str]) -> str:
    """Who holds it, in words; the holder may be about to write its name."""
    stream.seek(0)
    with contextlib.suppress(ValueError, KeyError, TypeError):
        found = json.loads(stream.read(MAX_HOLDER))
        return f"process {found['pid']}, since {found['started_at']}"
    return "another process, which began just now"
