"""Whether the service can answer, and what exactly is running."""

from __future__ import annotations

from dataclasses import dataclass

from credpath import __version__
from credpath.service.context import Context


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
    """Ready when the database answers with the schema of this version and a verified bundle serves."""
    problem = context.database.problem()
    reasons = (*((problem,) if problem else ()), *context.serving.reasons)
    ready = context.serving.ready and not problem
    return Readiness(ready, context.serving.bundle.version if context.serving.ready else "", reasons)


def version(context: Context) -> Version:
    """Package, bundle and taxonomy versions."""
    if not context.serving.ready:
        return Version(__version__, "", ())
    bundle = context.serving.bundle
    named = tuple(f"{owner}: {t.scheme} {t.release}" for owner, t in sorted(bundle.taxonomies.items()))
    return Version(__version__, bundle.version, named)
