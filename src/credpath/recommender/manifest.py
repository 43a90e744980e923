"""The manifest of a bundle: what it says, how it is written, and what a damaged one is refused for.

The file is canonical JSON with a digest of itself, so one changed bit anywhere in it is seen. It is read
before anything else of the bundle and is bounded, since it is the one file that nothing vouches for.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from credpath.errors import BundleRefused

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST = 4 * 1024 * 1024
MAX_FILES = 10_000
REBUILD = "restore the bundle from a copy, promote another, or build one with `python -m training.bundle`"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file: its path below the bundle's folder with "/" between parts, bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class GoldenQuery:
    """What a text was answered with when the bundle was built. `owner` is the tenant or taxonomy owner asked."""

    owner: str
    text: str
    ids: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BundleManifest:
    """All that is known of a bundle without opening its files.

    `taxonomies`: owner -> version; `catalogues`: tenant -> version; `encoder`: the header of its encoder;
    `packages`: name -> version of what wrote the files; `note`: a sentence for `credpath models list`.
    """

    version: str
    created_at: datetime
    files: tuple[BundleFile, ...]
    encoder: Mapping[str, Any] = field(default_factory=dict)
    taxonomies: Mapping[str, str] = field(default_factory=dict)
    catalogues: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    golden: tuple[GoldenQuery, ...] = ()
    note: str = ""


def is_version(text: str) -> bool:
    """Whether the text can name a bundle: one path part that does not begin with a dot."""
    return bool(_VERSION.fullmatch(text))


def version_name(created_at: datetime, files: Sequence[BundleFile]) -> str:
    """Time and content, for example 20261121T093000Z-1f0c2a9b77de: sorts by time, equal content ends alike."""
    listing = "".join(f"{f.sha256} {f.path}\n" for f in files)
    digest = hashlib.sha256(listing.encode()).hexdigest()
    return f"{created_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest[:12]}"


def encode_manifest(manifest: BundleManifest) -> bytes:
    """The canonical bytes; equal manifests give equal bytes."""
    document = asdict(manifest)
    document["created_at"] = manifest.created_at.astimezone(UTC).isoformat()
    return _canonical({"format": FORMAT, **document})


def read_manifest(folder: Path) -> BundleManifest:
    """Parses and checks manifest.json alone. Raises BundleRefused, naming what is wrong with it."""
    path = folder / MANIFEST
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise refused(path, "is a link or a special file")
        with path.open("rb") as stream:
            content = stream.read(MAX_MANIFEST + 1)
    except OSError as error:
        raise refused(path, f"cannot be read: {error.strerror}") from error
    if len(content) > MAX_MANIFEST:
        raise refused(path, f"is over {MAX_MANIFEST} bytes")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refused(path, f"is not JSON: {error}") from error
    return _checked(path, document, content)


def refused(path: Path, what: str) -> BundleRefused:
    """The error that names a file of a bundle."""
    return BundleRefused(f"{path.name} {what}", where=str(path), fix=REBUILD)


def _canonical(document: Mapping[str, Any]) -> bytes:
    bare = {key: value for key, value in document.items() if key != "digest"}
    digest = hashlib.sha256(_dump(bare)).hexdigest()
    return _dump({**bare, "digest": digest})


def _dump(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def _checked(path: Path, document: Any, content: bytes) -> BundleManifest:
    if not isinstance(document, dict):
        raise refused(path, "is not a JSON object")
    if document.get("format") != FORMAT:
        raise refused(path, f"has format {document.get('format')!r}, this release reads {FORMAT}")
    try:
        intact = _canonical(document) == content
        manifest = _parse(document)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise refused(path, f"is damaged: {error!r}") from error
    if not intact:
        raise refused(path, "was altered: its digest does not fit")
    return manifest


def _parse(document: Mapping[str, Any]) -> BundleManifest:
    files = tuple(_file(entry) for entry in document["files"])
    if len(files) > MAX_FILES or len({f.path for f in files}) != len(files):
        raise ValueError("it lists too many files, or one twice")
    version = document["version"]
    if not is_version(version):
        raise ValueError(f"{version[:80]!r} is no version name")
    return BundleManifest(
        version=version,
        created_at=datetime.fromisoformat(document["created_at"]).astimezone(UTC),
        files=files,
        encoder=dict(document["encoder"]),
        taxonomies=_texts(document["taxonomies"]),
        catalogues=_texts(document["catalogues"]),
        packages=_texts(document["packages"]),
        golden=tuple(_golden(entry) for entry in document["golden"]),
        note=str(document["note"]),
    )


def _file(entry: Mapping[str, Any]) -> BundleFile:
    path, size, sha256 = entry["path"], entry["size"], entry["sha256"]
    if not all(_PART.fullmatch(part) for part in path.split("/")) or path == MANIFEST:
        raise ValueError(f"{path[:200]!r} is no path within a bundle")
    if not isinstance(size, int) or size < 0 or not _SHA256.fullmatch(sha256):
        raise ValueError(f"size or hash of {path} is malformed")
    return BundleFile(path, size, sha256)


def _golden(entry: Mapping[str, Any]) -> GoldenQuery:
    ids, scores = tuple(map(str, entry["ids"])), tuple(map(float, entry["scores"]))
    return GoldenQuery(str(entry["owner"]), str(entry["text"]), ids, scores)


def _texts(entries: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in entries.items()}
