"""Which bundle serves: the file CURRENT, switched in one step, and HISTORY.jsonl, which says who did it and why.

A reader never sees half a CURRENT: it is written aside, synced and renamed. The history line follows the
switch, so a crash between the two loses a line, never the switch.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from credpath.errors import BundleRefused
from credpath.recommender.manifest import is_version

CURRENT = "CURRENT"
HISTORY = "HISTORY.jsonl"
ROLL_BACK = "roll back"
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Switch:
    """One line of the history. `reason` is `ROLL_BACK` or begins with it, or says why this one was promoted."""

    version: str
    at: datetime
    by: str
    reason: str


def current_version(models: Path) -> str | None:
    """The version that CURRENT names, whether or not it is there; None before the first switch.

    Raises BundleRefused when CURRENT is empty, cut short or names nothing that could be a version.
    """
    path = models / CURRENT
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_NAME + 1)
    except FileNotFoundError:
        return None
    name = content.decode("utf-8", "replace")
    # The newline is written last, so its absence shows a name that was cut short.
    if not name.endswith("\n") or not is_version(name[:-1]):
        raise BundleRefused(
            f"CURRENT names no version: {name[:80]!r}", where=str(path), fix="`credpath models promote VERSION`"
        )
    return name[:-1]


def flip(models: Path, version: str, *, at: datetime, by: str = "", reason: str = "promote") -> None:
    """Makes `version` the one that serves, in one step that any reader sees whole, and writes the history.

    It does not verify: `bundle.verify` comes first. Raises BundleRefused when there is no such folder.
    """
    if not is_version(version) or not (models / version).is_dir():
        raise BundleRefused(f"there is no bundle {version[:80]!r}", where=str(models), fix="`credpath models list`")
    with _locked(models):
        _replace(models / CURRENT, f"{version}\n".encode())
        _append(models / HISTORY, Switch(version, at, by, reason))


def read_history(models: Path) -> tuple[Switch, ...]:
    """Every switch, oldest first; a line that a crash cut short is left out."""
    try:
        lines = (models / HISTORY).read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    found = []
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            at = datetime.fromisoformat(entry["at"]).astimezone(UTC)
            found.append(Switch(str(entry["version"]), at, str(entry["by"]), str(entry["reason"])))
    return tuple(found)


def previous_version(models: Path) -> str | None:
    """The version to roll back to: the one that was promoted before the present one and is still on disk.

    Rolling back twice goes back two promotions, not to and fro.
    """
    promoted: list[str] = []
    for switch in read_history(models):
        if switch.reason.startswith(ROLL_BACK) and switch.version in promoted:
            del promoted[len(promoted) - promoted[::-1].index(switch.version) :]
        elif promoted[-1:] != [switch.version]:
            promoted.append(switch.version)
    now = readable_current(models) or next(reversed(promoted), None)
    if promoted[-1:] == [now]:
        promoted.pop()
    return next((v for v in reversed(promoted) if v != now and is_version(v) and (models / v).is_dir()), None)


def readable_current(models: Path) -> str | None:
    """`current_version`, or None when CURRENT is damaged."""
    try:
        return current_version(models)
    except (BundleRefused, OSError):
        return None


def sync_folder(folder: Path) -> None:
    """Makes renames and new names within `folder` survive a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with aside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


def _append(path: Path, switch: Switch) -> None:
    entry = {**asdict(switch), "at": switch.at.astimezone(UTC).isoformat()}
    line = (json.dumps(entry, sort_keys=True) + "\n").encode()
    with path.open("ab+") as stream:
        if stream.tell() and stream.seek(-1, os.SEEK_END) and stream.read(1) != b"\n":
            line = b"\n" + line  # a crash cut the last line short
        stream.write(line)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)


@contextlib.contextmanager
def _locked(models: Path) -> Iterator[None]:
    """One switch at a time, so that the last line of the history is what CURRENT says."""
    try:
        import fcntl
    except ImportError:  # no such lock on this system; each single step is still whole
        yield
        return
    with (models / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
