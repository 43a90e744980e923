"""From catalogue rows to a searchable index: links, vectors, postings; what is unchanged is never done again.

A bundle encodes a catalogue whole (`index_catalogue`). While serving, each record is encoded alone (`encode_alone`) and
the catalogue is indexed with what there is by then (`index_known`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path

import numpy as np
import orjson

from credpath.domain.catalogue import Credential, SkillLink
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.encoding import Encoder, FloatArray
from credpath.recommender.linking import credential_text, link_catalogue, text_digest
from credpath.recommender.skill_index import SkillIndex

Links = Mapping[str, tuple[SkillLink, ...]]
PARTIAL = "~"  # in a version, before how many are encoded


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

    `digests`: credential_id -> digest of the words that its links and its vector come from, for those that are encoded.
    `partial`: some are not yet, and the version says so, for nothing replays what it answered. `popularity`: what the
    tenant's outcomes said when the bundle was built. It stays until the next bundle, so that bundle and catalogue
    version together tell what was recommended, and a log replays.
    """

    index: CatalogueIndex
    links: Links
    digests: Mapping[str, str]
    taxonomy_version: str
    popularity: Mapping[str, float] = field(default_factory=dict)
    partial: bool = False

    def is_of(self, version: str) -> bool:
        """Whether it holds the records of a catalogue's version, encoded or not."""
        return self.index.version.partition(PARTIAL)[0] == version.partition(PARTIAL)[0]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What is costly to make of one credential."""

    vector: FloatArray
    links: tuple[SkillLink, ...]


class Unread:
    """An encoder to which no text means anything: what it is asked for is linked by words alone."""

    name = "unread"

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Zero rows, which are near to nothing."""
        return np.zeros((len(texts), self.dimensions), dtype=np.float32)


class _Alone:
    """An encoder that is asked for one text at a time."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimensions = encoder.name, encoder.dimensions

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return np.array([self._encoder.encode([text])[0] for text in texts], np.float32).reshape(-1, self.dimensions)


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
    earlier: Sequence[IndexedCatalogue] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> IndexedCatalogue:
    """Links, encodes and indexes a catalogue; unchanged credentials are taken from the first of `earlier` with them."""
    ordered = sorted(credentials, key=lambda c: c.credential_id)
    digests = {c.credential_id: content_digest(c) for c in ordered}
    known = _reusable(earlier, digests, taxonomy_version)
    fresh = [c for c in ordered if c.credential_id not in known]
    linked = link_catalogue(fresh, skills, encoder, progress)
    links = {c.credential_id: linked.get(c.credential_id) or known.get(c.credential_id, ()) for c in ordered}
    vectors = _vectors(ordered, digests, encoder, earlier)
    index = CatalogueIndex.build(ordered, links, vectors, skills, version, popularity)
    return IndexedCatalogue(index, links, digests, taxonomy_version, dict(popularity))


def encode_alone(credential: Credential, skills: SkillIndex, encoder: Encoder) -> Encoded:
    """Links and vector of one credential.

    A text encoded among others differs in its last bits from the same text alone (measured: 98 % of rows), so what is
    indexed while serving is encoded alone; then no other change of the same moment has a part in it.
    """
    links = link_catalogue([credential], skills, _Alone(encoder))[credential.credential_id]
    return Encoded(encoder.encode([credential_text(credential)])[0], links)


def not_encoded(credentials: Sequence[Credential], earlier: Sequence[IndexedCatalogue]) -> dict[str, Credential]:
    """digest -> credential, for those that none of `earlier` has."""
    digests = {content_digest(c): c for c in credentials}
    return {digest: c for digest, c in digests.items() if _source(earlier, c.credential_id, digest) is None}


def index_known(
    credentials: Sequence[Credential],
    skills: SkillIndex,
    dimensions: int,
    *,
    version: str,
    taxonomy_version: str,
    popularity: Mapping[str, float],
    earlier: Sequence[IndexedCatalogue],
    alone: Mapping[str, Encoded],
) -> IndexedCatalogue:
    """Indexes a catalogue and encodes nothing.

    `earlier`: by priority, linked with the same taxonomy. `alone`: by digest. A credential that neither has is linked
    by the words that it declares, and has a zero vector.
    """
    ordered = sorted(credentials, key=lambda c: c.credential_id)
    digests = {c.credential_id: content_digest(c) for c in ordered}
    found = {key: _encoded(earlier, key, digest) or alone.get(digest) for key, digest in digests.items()}
    known = {key: encoded for key, encoded in found.items() if encoded is not None}
    declaring = [c for c in ordered if c.outcomes and c.credential_id not in known]
    links = link_catalogue(declaring, skills, Unread(dimensions)) | {key: one.links for key, one in known.items()}
    vectors = np.zeros((len(ordered), dimensions), dtype=np.float32)
    for row, credential in enumerate(ordered):
        if credential.credential_id in known:
            vectors[row] = known[credential.credential_id].vector
    partial = len(known) < len(ordered)
    named = f"{version}{PARTIAL}{len(known)}" if partial else version
    index = CatalogueIndex.build(ordered, links, vectors, skills, named, popularity)
    kept = {key: digest for key, digest in digests.items() if key in known}
    return IndexedCatalogue(index, links, kept, taxonomy_version, dict(popularity), partial)


def _encoded(earlier: Sequence[IndexedCatalogue], credential_id: str, digest: str) -> Encoded | None:
    source = _source(earlier, credential_id, digest)
    if source is None:
        return None
    return Encoded(source.index.vectors[source.index.position[credential_id]], source.links[credential_id])


def _reusable(earlier: Sequence[IndexedCatalogue], digests: Mapping[str, str], taxonomy_version: str) -> Links:
    linked = [catalogue for catalogue in earlier if catalogue.taxonomy_version == taxonomy_version]
    sources = ((c, _source(linked, c, digest)) for c, digest in digests.items())
    return {c: source.links[c] for c, source in sources if source is not None}


def _source(earlier: Sequence[IndexedCatalogue], credential_id: str, digest: str) -> IndexedCatalogue | None:
    return next((catalogue for catalogue in earlier if catalogue.digests.get(credential_id) == digest), None)


def _vectors(
    ordered: Sequence[Credential],
    digests: Mapping[str, str],
    encoder: Encoder,
    earlier: Sequence[IndexedCatalogue],
) -> FloatArray:
    """(n, dimensions) in the order of `ordered`."""
    vectors = np.zeros((len(ordered), encoder.dimensions), dtype=np.float32)
    missing = []
    for row, credential in enumerate(ordered):
        key = credential.credential_id
        source = _source(earlier, key, digests[key])
        if source is None:
            missing.append(row)
        else:
            vectors[row] = source.index.vectors[source.index.position[key]]
    texts = [credential_text(ordered[row]) for row in missing]
    if missing:
        vectors[missing] = encoder.encode(texts)
    return vectors


def save_catalogue(catalogue: IndexedCatalogue, folder: Path) -> None:
    """Writes the index and `links.jsonl` into `folder`: a header line, then one line a credential."""
    catalogue.index.save(folder)
    header = {"taxonomy_version": catalogue.taxonomy_version, "popularity": dict(sorted(catalogue.popularity.items()))}
    lines = [orjson.dumps(header)]
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
    of_all = orjson.loads(header)
    index, links = CatalogueIndex.load(folder), PackedLinks(packed)
    return IndexedCatalogue(index, links, digests, of_all["taxonomy_version"], of_all.get("popularity", {}))
