"""One retraining at a time for a folder of bundles; a second one is told at once who runs, and since when.

The lock is the system's, on an open file: a process that is killed gives it back, and the next one removes its work.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from credpath.errors import Conflict

LOCK = ".retrain.lock"
WORK = ".retraining-"
MAX_HOLDER = 1_000


@contextlib.contextmanager
def only_retraining(models: Path, *, at: datetime) -> Iterator[Path]:
    """Holds the lock of `models` while the block runs, and gives it a folder to work in.

    Raises Conflict, without waiting, when another process holds it. A process forked within the block would share the
    lock and keep it beyond the death of this one: spawn instead.
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
            clear_leftovers(models, WORK)
            with TemporaryDirectory(prefix=WORK, dir=models) as folder:
                yield Path(folder)
        finally:
            _write(stream, {})  # before the file closes and with it the lock


def clear_leftovers(folder: Path, prefix: str) -> None:
    """Removes what killed processes left in a folder, of which only the holder of a lock makes more."""
    if find_spec("fcntl") is None:  # without locks it may be another's who still works
        return
    for left in folder.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)


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
