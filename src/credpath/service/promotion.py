"""Which bundle serves: list, promote, roll back."""

from __future__ import annotations

from credpath.errors import Conflict, NotFound
from credpath.recommender.bundle import BundleVersion, current_version, flip, list_bundles, previous_version, verify
from credpath.service.context import Context


def list_models(context: Context) -> tuple[BundleVersion, ...]:
    """Every bundle on disk, newest first; `current` marks the one that serves."""
    return list_bundles(context.serving.models)


def promote(context: Context, version: str, by: str) -> str:
    """Verifies the bundle, then makes it the one that serves, here at once and in other processes within seconds.

    Raises NotFound for an unknown version and BundleRefused for a damaged one.
    """
    models = context.serving.models
    if version not in {b.version for b in list_bundles(models)}:
        raise NotFound(f"no model {version!r}", where="version", fix="`credpath models list` shows them")
    verify(models / version)
    flip(models, version, at=context.clock(), by=by, reason="promote")
    context.serving.check()
    return version


def rollback(context: Context, by: str) -> str:
    """Goes back to the bundle that served before the present one. Raises Conflict when there is none."""
    models = context.serving.models
    earlier = previous_version(models)
    if earlier is None:
        now = current_version(models)
        raise Conflict(f"nothing served before {now!r}", fix="promote a version by name instead")
    verify(models / earlier)
    flip(models, earlier, at=context.clock(), by=by, reason="roll back")
    context.serving.check()
    return earlier
