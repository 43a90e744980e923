"""From catalogue rows to a searchable index: links, vectors, postings; what is unchanged is never done again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import orjson

from credpath.domain.catalogue import Credential, SkillLink
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.encoding import Encoder, FloatArray
from credpath.recommender.linking import credential_text, link_catalogue, text_digest
from credpath.recommender.skill_index import SkillIndex

Links = Mapping[str, tuple[SkillLink, ...]]


class PackedLinks(Mapping[str, tuple[SkillLink, ...]]):
    """Links by credential, unpacked when asked for: as objects, those of a large catalogue outweigh its index."""

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        self._packed = packed

    def __getitem__(self, credential_id: str) -> tuple[SkillLink, ...]:
        return tuple(SkillLink(*link) for link in orjson.loads(self._packed[credential_id]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


@dataclass(frozen=True, slots=True)
class IndexedCatalogue:
    """A catalogue's index with what it was made from, so that the next one costs only what changed.

    `digests`: credential_id -> digest of the words that its links and its vector come from.
    """

    index: CatalogueIndex
    links: Links
    digests: Mapping[str, str]
    taxonomy_version: str


def content_digest(credential: Credential) -> str:
    """Changes exactly when a link or the vector of the credential could."""
    outcomes = [astuple(o) for o in credential.outcomes]
    return text_digest(json.dumps([credential_text(credential), credential.description, outcomes]))


def index_catalogue(
    credentials: Sequence[Credential],
    skills: SkillIndex,
    encoder: Encoder,
    *,
    version: str,
    taxonomy_version: str,
    popularity: Mapping[str, float],
    earlier: IndexedCatalogue | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> IndexedCatalogue:
    """Links, encodes and indexes a catalogue; reuses what `earlier` has for unchanged credentials."""
    ordered = sorted(credentials, key=lambda c: c.credential_id)
    digests = {c.credential_id: content_digest(c) for c in ordered}
    known = _reusable(earlier, digests, taxonomy_version)
    fresh = [c for c in ordered if c.credential_id not in known]
    linked = link_catalogue(fresh, skills, encoder, progress)
    links = {c.credential_id: linked.get(c.credential_id) or known.get(c.credential_id, ()) for c in ordered}
    vectors = _vectors(ordered, digests, encoder, earlier)
    index = CatalogueIndex.build(ordered, links, vectors, skills, version, popularity)
    return IndexedCatalogue(index, links, digests, taxonomy_version)


def _reusable(earlier: IndexedCatalogue | None, digests: Mapping[str, str], taxonomy_version: str) -> Links:
    if earlier is None or earlier.taxonomy_version != taxonomy_version:
        return {}
    return {c: earlier.links[c] for c, digest in digests.items() if earlier.digests.get(c) == digest}


def _vectors(
    ordered: Sequence[Credential], digests: Mapping[str, str], encoder: Encoder, earlier: IndexedCatalogue | None
) -> FloatArray:
    """(n, dimensions) in the order of `ordered`."""
    vectors = np.zeros((len(ordered), encoder.dimensions), dtype=np.float32)
    missing = []
    for row, credential in enumerate(ordered):
        at = earlier.index.position.get(credential.credential_id) if earlier else None
        if (
            earlier
            and at is not None
            and earlier.digests.get(credential.credential_id) == digests[credential.credential_id]
        ):
            vectors[row] = earlier.index.vectors[at]
        else:
            missing.append(row)
    if missing:
        vectors[missing] = encoder.encode([credential_text(ordered[row]) for row in missing])
    return vectors


def save_catalogue(catalogue: IndexedCatalogue, folder: Path) -> None:
    """Writes the index and `links.jsonl` into `folder`: a header line, then one line a credential."""
    catalogue.index.save(folder)
    lines = [orjson.dumps({"taxonomy_version": catalogue.taxonomy_version})]
    for credential_id, digest in sorted(catalogue.digests.items()):
        links = [astuple(link) for link in catalogue.links[credential_id]]
        lines.append(orjson.dumps([credential_id, digest, links]))
    (folder / "links.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def load_catalogue(folder: Path) -> IndexedCatalogue:
    """Reads what `save_catalogue` wrote; the caller has verified the files."""
    header, *lines = (folder / "links.jsonl").read_bytes().splitlines()
    digests, packed = {}, {}
    for line in lines:
        credential_id, digest, links = orjson.loads(line)
        digests[credential_id] = digest
        packed[credential_id] = orjson.dumps(links)
    version = orjson.loads(header)["taxonomy_version"]
    return IndexedCatalogue(CatalogueIndex.load(folder), PackedLinks(packed), digests, version)
