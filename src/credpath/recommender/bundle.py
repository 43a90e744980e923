"""Bundles of trained artefacts: written aside, hashed, verified before any parser sees a byte, then published.

Layout: <models>/<version>/ with manifest.json, encoder/, taxonomies/<owner>/, catalogues/<tenant>/, ranker.json;
<models>/CURRENT names the one that serves. A published bundle is never changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from credpath.errors import BundleRefused
from credpath.recommender.bundle_switch import (
    CURRENT,
    HISTORY,
    Switch,
    current_version,
    flip,
    previous_version,
    publishing,
    read_history,
    readable_current,
    sync_folder,
)
from credpath.recommender.manifest import (
    MANIFEST,
    BundleFile,
    BundleManifest,
    GoldenQuery,
    encode_manifest,
    is_version,
    read_manifest,
    refused,
    version_name,
)

__all__ = [
    "CURRENT", "HISTORY", "BundleFile", "BundleManifest", "BundleVersion", "GoldenQuery", "Switch", "check_golden",
    "current_version", "flip", "list_bundles", "previous_version", "prune", "publish", "publishing", "read_history",
    "read_manifest", "record_golden", "staging", "verify", "write_manifest",
]  # fmt: skip

STAGING = ".staging-"
ABANDONED = timedelta(days=1)
PACKAGES = ("credpath", "faiss-cpu", "numpy", "onnxruntime", "tokenizers")
GOLDEN_TOLERANCE = 1e-3  # far above rounding between processors, far below what a damaged index does

Answer = Callable[[str, str, int], Sequence[tuple[str, float]]]  # (owner, text, limit) -> (id, score), best first


@dataclass(frozen=True, slots=True)
class BundleVersion:
    """One line of `credpath models list`; `created_at` is None when the manifest cannot be read, and `note` says so."""

    version: str
    created_at: datetime | None
    current: bool
    note: str


@contextlib.contextmanager
def staging(models: Path, by: str = "") -> Iterator[Path]:
    """A fresh folder beside the bundles to write one in; whatever is not published from it is removed.

    `by`: marks the folders of those who stage one after the other, so that what a kill leaves is the next one's to
    remove.
    """
    models.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{STAGING}{by}", dir=models))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_manifest(
    folder: Path,
    *,
    created_at: datetime,
    encoder: Mapping[str, Any],
    taxonomies: Mapping[str, str],
    catalogues: Mapping[str, str],
    golden: Sequence[GoldenQuery] = (),
    note: str = "",
) -> BundleManifest:
    """Hashes every file of `folder` and writes manifest.json, the last file of a bundle."""
    files = tuple(_describe(folder, path) for path in sorted(_walk(folder)) if path != MANIFEST)
    manifest = BundleManifest(
        version=version_name(created_at, files),
        created_at=created_at,
        files=files,
        encoder=dict(encoder),
        taxonomies=dict(taxonomies),
        catalogues=dict(catalogues),
        packages=_package_versions(),
        golden=tuple(golden),
        note=note,
    )
    (folder / MANIFEST).write_bytes(encode_manifest(manifest))
    return read_manifest(folder)


def verify(folder: Path) -> BundleManifest:
    """Compares every file with the manifest: none absent, none added, same size, same SHA-256, no links.

    Parses nothing but the manifest. Raises BundleRefused, naming the file. 200 MB take about 0.2 s.
    """
    if not folder.is_dir() or folder.is_symlink():
        raise BundleRefused(f"there is no bundle {folder.name}", where=str(folder), fix="`credpath models list`")
    manifest = read_manifest(folder)
    if manifest.version != folder.name and not folder.name.startswith(STAGING):
        raise refused(folder / MANIFEST, f"belongs to {manifest.version}, not to {folder.name}")
    present = set(_walk(folder))
    listed = {f.path: f for f in manifest.files}
    for path in sorted(present - listed.keys() - {MANIFEST}):
        raise refused(folder / path, "is not in the manifest")
    for path, entry in sorted(listed.items()):
        if path not in present:
            raise refused(folder / path, "is missing")
        _compare(folder / path, entry, _describe(folder, path))
    return manifest


def publish(staged: Path, models: Path) -> str:
    """Verifies a staged bundle, syncs it to disk and renames it into place; returns its version.

    It does not serve yet: `flip` makes it do so.
    """
    manifest = verify(staged)
    target = models / manifest.version
    if target.exists():  # same second, same content: verify says whether it is whole
        verify(target)
        return manifest.version
    for path in (*_walk(staged), MANIFEST):
        with (staged / path).open("rb+") as stream:
            os.fsync(stream.fileno())
    staged.chmod(0o755)
    for folder in (*(p for p in staged.rglob("*") if p.is_dir()), staged):
        sync_folder(folder)
    staged.rename(target)
    sync_folder(models)
    return manifest.version


def list_bundles(models: Path) -> tuple[BundleVersion, ...]:
    """Every bundle on disk, newest first. Reads manifests only; `verify` tells whether the files are whole."""
    if not models.is_dir():
        return ()
    now = readable_current(models)
    names = [p.name for p in models.iterdir() if p.is_dir() and not p.is_symlink() and is_version(p.name)]
    found = [_listed(models, name, name == now) for name in names]
    return tuple(sorted(found, key=lambda b: (b.created_at.timestamp() if b.created_at else 0.0, b.version))[::-1])


def prune(models: Path, *, now: datetime, keep: int = 5) -> tuple[str, ...]:
    """Removes all but the newest `keep` bundles, never the current or the previous one; returns what it removed.

    Also removes staging folders that a killed build left more than a day ago.
    """
    kept = {current_version(models), previous_version(models), *(b.version for b in list_bundles(models)[:keep])}
    removed = tuple(sorted(b.version for b in list_bundles(models) if b.version not in kept))
    for name in removed:
        # Renamed first: a reader finds the bundle whole or not at all.
        (models / name).rename(models / f"{STAGING}{name}")
        shutil.rmtree(models / f"{STAGING}{name}", ignore_errors=True)
    for folder in models.glob(f"{STAGING}*"):
        if folder.stat().st_mtime < (now - ABANDONED).timestamp():
            shutil.rmtree(folder, ignore_errors=True)
    return removed


def record_golden(questions: Sequence[tuple[str, str]], answer: Answer, limit: int = 5) -> tuple[GoldenQuery, ...]:
    """Asks each (owner, text) and keeps the answers, for `check_golden` to compare with after loading."""
    kept = []
    for owner, text in questions:
        found = tuple(answer(owner, text, limit))
        kept.append(GoldenQuery(owner, text, tuple(i for i, _ in found), tuple(float(s) for _, s in found)))
    return tuple(kept)


def check_golden(manifest: BundleManifest, answer: Answer, tolerance: float = GOLDEN_TOLERANCE) -> None:
    """Asks the golden queries again. Raises BundleRefused when an answer differs by more than near-ties may."""
    for golden in manifest.golden:
        found = tuple(answer(golden.owner, golden.text, len(golden.ids)))
        if not _same_answer(golden, found, tolerance):
            raise BundleRefused(
                f"{golden.text!r} gives {[i for i, _ in found]}, not {list(golden.ids)} as when it was built",
                where=f"{manifest.version}/taxonomies/{golden.owner}",
                fix="rebuild with `python -m training.bundle` and the packages that are installed here",
            )


def _same_answer(golden: GoldenQuery, found: Sequence[tuple[str, float]], tolerance: float) -> bool:
    if len(found) != len(golden.ids):
        return False
    scores = dict(found)
    last = min(scores.values(), default=0.0)
    # Near-ties may change places, and the last may make room for its equal.
    by_id = all(abs(scores.get(i, last) - s) <= tolerance for i, s in zip(golden.ids, golden.scores, strict=True))
    by_rank = all(abs(s - e) <= tolerance for (_, s), e in zip(found, golden.scores, strict=True))
    return by_id and by_rank


def _walk(folder: Path, prefix: str = "") -> Iterator[str]:
    """Paths of all files below `folder`. Raises BundleRefused for links and for what is neither file nor folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield from _walk(Path(entry.path), f"{prefix}{entry.name}/")
            elif stat.S_ISREG(mode):
                yield f"{prefix}{entry.name}"
            else:
                raise refused(Path(entry.path), "is a link or a special file")


def _describe(folder: Path, path: str) -> BundleFile:
    # Opened without following links: one may have been put there since the folder was listed.
    try:
        descriptor = os.open(folder / path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return BundleFile(path, os.fstat(descriptor).st_size, digest)
    except OSError as error:
        raise refused(folder / path, f"cannot be read: {error.strerror}") from error


def _compare(path: Path, listed: BundleFile, found: BundleFile) -> None:
    if found.size != listed.size:
        raise refused(path, f"has {found.size} bytes, not {listed.size}")
    if found.sha256 != listed.sha256:
        raise refused(path, "was altered: its SHA-256 does not fit the manifest")


def _listed(models: Path, name: str, current: bool) -> BundleVersion:
    try:
        manifest = read_manifest(models / name)
    except BundleRefused as error:
        return BundleVersion(name, None, current, error.what)
    return BundleVersion(name, manifest.created_at, current, manifest.note)


def _package_versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
