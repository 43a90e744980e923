"""From a learned model to a bundle: the bundle that serves, copied, with one tenant's learned folder replaced.

A kill at any moment leaves CURRENT at the old bundle or at the new one, each whole: what is staged counts for
nothing until it verified, was synced and renamed, and CURRENT is replaced in one step after that.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from credpath.errors import BundleRefused, CredpathError, NotReady
from credpath.recommender.bundle import (
    STAGING,
    BundleManifest,
    GoldenQuery,
    current_version,
    flip,
    prune,
    publish,
    publishing,
    read_manifest,
    record_golden,
    staging,
    write_manifest,
)
from credpath.recommender.learned import MASTERY, load_learned, save_learned
from credpath.recommender.manifest import MANIFEST, refused
from credpath.service.context import Context
from credpath.service.golden import golden_answer, golden_questions
from credpath.service.loading import load_bundle
from training.mastery_fit import FittedMastery
from training.retrain_lock import clear_leftovers

LEARNED = "learned"
STAGED = "learned-"  # marks what is staged within `publishing`

Golden = Callable[[Path], Sequence[GoldenQuery]]  # what the bundle staged in a folder answers to the golden queries


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate said of a model: `promote` it or keep it on disk as challenger; who asked, and why.

    The reason goes into the history, where other tenants do not read it. A bundle's note they would: it has none.
    """

    promote: bool
    by: str
    reason: str


def publish_learned(context: Context, tenant: str, learned: Path | None, decision: Decision) -> str:
    """Publishes the serving bundle with `learned` as the tenant's folder, or with none; returns the new version.

    It is loaded as a server would load it before it is published. Serves from then on if `decision` promotes.
    Raises NotReady without a serving bundle, BundleRefused where that one is damaged or the new one does not load.
    """
    models, now = context.serving.models, context.clock()
    return publish_beside(models, tenant, learned, decision, at=now, golden=partial(_asked, tenant))


def publish_beside(
    models: Path, tenant: str, learned: Path | None, decision: Decision, *, at: datetime, golden: Golden
) -> str:
    """As `publish_learned`, with the clock and the golden queries as arguments."""
    with publishing(models):
        base = current_version(models)
        if base is None:
            raise NotReady("no bundle serves yet", where=str(models), fix="run `python -m training.bundle` first")
        clear_leftovers(models, f"{STAGING}{STAGED}")
        with staging(models, STAGED) as folder:
            _stage(models / base, folder, tenant, learned)
            draft = _describe(models / base, folder, tenant, at)
            _write(folder, replace(draft, golden=tuple(golden(folder))))
            version = publish(folder, models)
        if decision.promote:
            flip(models, version, at=at, by=decision.by, reason=decision.reason, tenant=tenant)
        prune(models, now=at)
    return version


def publish_mastery(context: Context, tenant: str, mastery: FittedMastery, decision: Decision) -> str:
    """Publishes what serves with the tenant's mastery alone learned anew: the ranker stays as it is, or the rules."""
    models = context.serving.models
    base = current_version(models)
    with tempfile.TemporaryDirectory(prefix="credpath-mastery-") as made:
        folder = Path(made) / tenant
        known = models / base / LEARNED / tenant if base else models / tenant
        if known.is_dir():
            shutil.copytree(known, folder, ignore=shutil.ignore_patterns(MASTERY))
        else:
            save_learned(folder, {"ranker": "rules"})
        mastery.save(folder / MASTERY)
        return publish_learned(context, tenant, folder, decision)


def carry_mastery(models: Path, tenant: str, learned: Path) -> None:
    """Copies the mastery that serves the tenant, where there is any, into a folder that is about to be published."""
    base = current_version(models)
    known = models / base / LEARNED / tenant / MASTERY if base else models / MASTERY
    if base and known.is_dir():
        shutil.copytree(known, learned / MASTERY)


def carry_learned(models: Path, folder: Path, tenants: Collection[str]) -> tuple[str, ...]:
    """Copies what the serving bundle learned for `tenants` into a bundle being built; returns those left behind.

    A model stays behind when it reads features that this release does not compute. Call it within `publishing`.
    """
    base = current_version(models)
    source = models / base / LEARNED if base else models
    present = sorted(t for t in tenants if base and (source / t).is_dir())
    fitting = [tenant for tenant in present if _serves_here(source / tenant)]
    for tenant in fitting:
        shutil.copytree(source / tenant, folder / LEARNED / tenant)
    return tuple(t for t in present if t not in fitting)


def _serves_here(learned: Path) -> bool:
    try:
        return not load_learned(learned).refused
    except (OSError, ValueError, KeyError, CredpathError):
        return False


def _stage(base: Path, folder: Path, tenant: str, learned: Path | None) -> None:
    # Copied, not linked: with shared bytes one damaged sector would take the bundle to roll back to as well.
    shutil.copytree(base, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST))
    shutil.rmtree(folder / LEARNED / tenant, ignore_errors=True)
    if learned is not None:
        shutil.copytree(learned, folder / LEARNED / tenant)


def _asked(tenant: str, folder: Path) -> Sequence[GoldenQuery]:
    """Loads the staged bundle as a server would and asks it everything that a bundle is asked."""
    loaded = load_bundle(folder)
    learned = loaded.learned.get(tenant)
    if learned is not None and learned.reasons:
        fix = "retrain with the packages and the release that serve"
        raise BundleRefused(f"the new model would not serve: {'; '.join(learned.reasons)}", where=tenant, fix=fix)
    return record_golden(golden_questions(loaded), golden_answer(loaded))


def _describe(base: Path, folder: Path, tenant: str, at: datetime) -> BundleManifest:
    """The manifest of a staged copy of `base`, written, once every file that was copied is what `base` says it is."""
    earlier = read_manifest(base)
    # What the learned model before this one answered says nothing of this one; everything else must be as it was.
    kept = tuple(g for g in earlier.golden if g.owner != f"{LEARNED}/{tenant}")
    manifest = _write(folder, replace(earlier, created_at=at, golden=kept, note=""))
    copied = {f.path: f for f in manifest.files}
    for entry in earlier.files:
        if not entry.path.startswith(f"{LEARNED}/{tenant}/") and copied.get(entry.path) != entry:
            raise refused(base / entry.path, "was altered: its SHA-256 does not fit the manifest")
    return manifest


def _write(folder: Path, draft: BundleManifest) -> BundleManifest:
    return write_manifest(
        folder,
        created_at=draft.created_at,
        encoder=draft.encoder,
        taxonomies=draft.taxonomies,
        catalogues=draft.catalogues,
        golden=draft.golden,
        note=draft.note,
    )
