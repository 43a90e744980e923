"""Which bundle serves: the file CURRENT, switched in one step, and HISTORY.jsonl, which says who did it and why.

A reader never sees half a CURRENT: it is written aside, synced and renamed. What is about to be switched is noted
first and taken off when its line stands in the history, so a crash anywhere between loses neither.
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
NOTED = ".switch"  # the switch under way; what a crash leaves of it is settled by what CURRENT says
ROLL_BACK = "roll back"
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Switch:
    """One line of the history. `reason` is `ROLL_BACK` or begins with it, or says why this one was promoted.

    `tenant`: whose key or retraining did it; "" is the operator of the installation.
    """

    version: str
    at: datetime
    by: str
    reason: str
    tenant: str = ""


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


def flip(models: Path, version: str, *, at: datetime, by: str = "", reason: str = "promote", tenant: str = "") -> None:
    """Makes `version` the one that serves, in one step that any reader sees whole, and writes the history.

    It does not verify: `bundle.verify` comes first. Raises BundleRefused when there is no such folder.
    """
    _check_present(models, version)
    with _locked(models, ".lock"):
        _check_present(models, version)  # it may have been removed while this waited
        _settle(models)
        switch = Switch(version, at, by, reason, tenant)
        _replace(models / NOTED, _line(switch))
        _replace(models / CURRENT, f"{version}\n".encode())
        _append(models / HISTORY, switch)
        (models / NOTED).unlink()


def _check_present(models: Path, version: str) -> None:
    if not is_version(version) or not (models / version).is_dir():
        raise BundleRefused(f"there is no bundle {version[:80]!r}", where=str(models), fix="`credpath models list`")


@contextlib.contextmanager
def publishing(models: Path) -> Iterator[None]:
    """One at a time derives a bundle from the one that serves and switches to it, so that none undoes another's work.

    Waits for its turn; whoever is killed gives it back.
    """
    models.mkdir(parents=True, exist_ok=True)
    with _locked(models, ".publishing"):
        yield


def read_history(models: Path) -> tuple[Switch, ...]:
    """Every switch, oldest first, one that a crash kept from the file included; a line cut short is left out."""
    written = _written(models)
    unwritten = _unwritten(models, written)
    return (*written, unwritten) if unwritten else written


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


def _written(models: Path) -> tuple[Switch, ...]:
    try:
        lines = (models / HISTORY).read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    return tuple(switch for line in lines if (switch := _parsed(line)))


def _unwritten(models: Path, written: tuple[Switch, ...]) -> Switch | None:
    """The switch that happened and whose line a crash kept out of the history, if there is one."""
    try:
        noted = _parsed((models / NOTED).read_bytes())
    except FileNotFoundError:
        return None
    happened = noted is not None and noted.version == readable_current(models) and noted not in written[-1:]
    return noted if happened else None


def _settle(models: Path) -> None:
    """Finishes what a crash left of the switch before."""
    if unwritten := _unwritten(models, _written(models)):
        _append(models / HISTORY, unwritten)
    (models / NOTED).unlink(missing_ok=True)


def _line(switch: Switch) -> bytes:
    entry = {**asdict(switch), "at": switch.at.astimezone(UTC).isoformat()}
    return (json.dumps(entry, sort_keys=True) + "\n").encode()


def _parsed(line: bytes) -> Switch | None:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        entry = json.loads(line)
        at = datetime.fromisoformat(entry["at"]).astimezone(UTC)
        texts = (entry["by"], entry["reason"], entry.get("tenant", ""))
        return Switch(str(entry["version"]), at, *map(str, texts))
    return None


def _append(path: Path, switch: Switch) -> None:
    line = _line(switch)
    with path.open("ab+") as stream:
        if stream.tell() and stream.seek(-1, os.SEEK_END) and stream.read(1) != b"\n":
            line = b"\n" + line  # a crash cut the last line short
        stream.write(line)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)


@contextlib.contextmanager
def _locked(models: Path, name: str) -> Iterator[None]:
    """One at a time in all processes; the system lets go of a lock whose holder was killed."""
    try:
        import fcntl
    except ImportError:  # no such lock on this system; each single step is still whole
        yield
        return
    with (models / name).open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
