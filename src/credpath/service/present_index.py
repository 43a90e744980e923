"""A tenant's catalogue as its rows are now, indexed with what a bundle has and what was encoded since it was built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import orjson

from credpath import __version__
from credpath.domain.catalogue import Credential, SkillLink
from credpath.errors import NotReady
from credpath.service.indexing import Encoded, IndexedCatalogue, encode_alone, index_known, not_encoded
from credpath.service.loading import LoadedBundle, LoadedTaxonomy
from credpath.service.tenants import PUBLIC
from credpath.store.credentials import catalogue_version, load_catalogue
from credpath.store.encoded import EncodedFile
from credpath.store.session import Database

ENCODED = "encoded.db"  # beside the bundles


def taxonomy_of(bundle: LoadedBundle, tenant: str) -> LoadedTaxonomy:
    """The tenant's own taxonomy, or the public one. Raises NotReady when the bundle has neither."""
    found = bundle.taxonomies.get(tenant) or bundle.taxonomies.get(PUBLIC)
    if found is None:
        raise NotReady("the bundle holds no taxonomy", fix="import one, then run `python -m training.bundle`")
    return found


@dataclass(frozen=True, slots=True)
class Present:
    """The rows of one moment, and one bundle to index them with.

    `lacking`: digest -> credential, for those that none of `earlier` has encoded.
    """

    bundle: LoadedBundle
    tenant: str
    credentials: Sequence[Credential]
    version: str
    earlier: Sequence[IndexedCatalogue]
    lacking: Mapping[str, Credential]

    def encode(self, digests: Sequence[str], breathe: Callable[[], None] = lambda: None) -> dict[str, Encoded]:
        """Some of `lacking`, each alone; `breathe` is called before each."""
        skills, made = taxonomy_of(self.bundle, self.tenant).skills, {}
        for digest in digests:
            breathe()
            made[digest] = encode_alone(self.lacking[digest], skills, self.bundle.encoder)
        return made

    def index(self, alone: Mapping[str, Encoded]) -> IndexedCatalogue:
        """Indexed with `alone` for what is lacking; partial where that is not all."""
        built, taxonomy = self.bundle.catalogues.get(self.tenant), taxonomy_of(self.bundle, self.tenant)
        return index_known(
            self.credentials,
            taxonomy.skills,
            self.bundle.encoder.dimensions,
            version=self.version,
            taxonomy_version=taxonomy.identity,
            popularity=built.popularity if built else {},
            earlier=self.earlier,
            alone=alone,
        )


def read_present(
    database: Database, tenant: str, bundle: LoadedBundle, fresh: IndexedCatalogue | None = None
) -> Present:
    """Reads the rows. `fresh`, what was made of them before with the same bundle, only saves work.

    A record that another tenant has in the bundle too, by id and by every word, is taken from there.
    """
    with database.read() as connection:
        credentials, version = load_catalogue(connection, tenant), catalogue_version(connection, tenant)
    identity = taxonomy_of(bundle, tenant).identity
    others = [catalogue for name, catalogue in sorted(bundle.catalogues.items()) if name != tenant]
    known = (bundle.catalogues.get(tenant), fresh, *others)
    earlier = [one for one in known if one is not None and one.taxonomy_version == identity]
    return Present(bundle, tenant, credentials, version, earlier, not_encoded(credentials, earlier))


def index_present(database: Database, tenant: str, bundle: LoadedBundle) -> IndexedCatalogue:
    """The whole catalogue, however long that takes.

    The bundle and the catalogue's version alone decide every bit of it, by whatever edits the catalogue came there.
    """
    present = read_present(database, tenant, bundle)
    return present.index(present.encode(tuple(present.lacking)))


class KeptEncodings:
    """What was encoded alone, kept for other processes, later starts and other bundles with the same encoder."""

    def __init__(self, models: Path) -> None:
        self._file = EncodedFile(models / ENCODED)

    def read(self, present: Present) -> dict[str, Encoded]:
        """By digest, what is kept of what is lacking."""
        width = present.bundle.encoder.dimensions * np.dtype("<f4").itemsize
        found = self._file.read(_made_by(present), present.lacking) if present.lacking else {}
        return {digest: _unpacked(content, width) for digest, content in found.items()}

    def write(self, present: Present, alone: Mapping[str, Encoded]) -> None:
        """Keeps what was encoded of `present`."""
        packed = {
            digest: one.vector.astype("<f4").tobytes() + orjson.dumps([astuple(link) for link in one.links])
            for digest, one in alone.items()
        }
        self._file.write(_made_by(present), packed)

    def clear(self) -> None:
        """Keeps nothing any more; what is needed is encoded again."""
        self._file.clear()


def _made_by(present: Present) -> str:
    bundle, taxonomy = present.bundle, taxonomy_of(present.bundle, present.tenant)
    return f"{__version__}/{bundle.encoder.name}/{bundle.encoder_digest}/{taxonomy.identity}"


def _unpacked(content: bytes, width: int) -> Encoded:
    links = tuple(SkillLink(*link) for link in orjson.loads(content[width:]))
    return Encoded(np.frombuffer(content[:width], dtype="<f4"), links)
