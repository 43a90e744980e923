"""Whether the service can answer, and what exactly is running."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from credpath import __version__
from credpath.errors import NotReady
from credpath.service.context import Context
from credpath.service.serving import BUILD

MEBIBYTE = 1024 * 1024
LEAST_ROOM = 100 * MEBIBYTE  # a write-ahead log alone may take 64
PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """`ready` with reasons means: answers, from the last good bundle, and something needs an operator."""

    ready: bool
    bundle_version: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """What runs: package, bundle, taxonomies as "owner: scheme release"."""

    version: str
    bundle_version: str
    taxonomies: tuple[str, ...]


def readiness(context: Context) -> Readiness:
    """Ready when the database answers with the schema of this version, takes what is written, and a bundle serves."""
    problem = context.database.problem()
    if not problem and context.writer.problem and writing_problem(context):
        problem = "nothing can be written to the database"  # a driver's words are not for anybody
    reasons = (*((problem,) if problem else ()), *little_room(context), *context.serving.reasons)
    if not context.serving.ready:
        reasons = (*reasons, BUILD)
    ready = context.serving.ready and not problem
    return Readiness(ready, context.serving.bundle.version if context.serving.ready else "", reasons)


def writing_problem(context: Context) -> str:
    """Why nothing can be written, asked by writing; "" when something can. One who writes for long is no fault."""
    with contextlib.suppress(NotReady, TimeoutError):
        context.writer.try_again().result(PATIENCE_SECONDS)
    return context.writer.problem


def little_room(context: Context) -> tuple[str, ...]:
    """A reason to make room before nothing can be written any more; it names no folder, since anybody may read it."""
    room = context.database.room()
    if room is None or room >= LEAST_ROOM:
        return ()
    return (f"only {room // MEBIBYTE} MiB are left on the disk of the database",)


def version(context: Context) -> Version:
    """Package, bundle and taxonomy versions."""
    if not context.serving.ready:
        return Version(__version__, "", ())
    bundle = context.serving.bundle
    named = tuple(f"{owner}: {t.scheme} {t.release}" for owner, t in sorted(bundle.taxonomies.items()))
    return Version(__version__, bundle.version, named)
