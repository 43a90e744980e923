"""What serves right now: one verified bundle, swapped whole, and each tenant's catalogue kept up with its rows.

The last good bundle keeps serving when CURRENT points at one that does not verify; `reasons` says why.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from credpath.domain.catalogue import Credential
from credpath.errors import BundleRefused, NotReady
from credpath.recommender.bundle import current_version
from credpath.service.index_queue import IndexQueue
from credpath.service.indexing import PARTIAL, Encoded, IndexedCatalogue
from credpath.service.loading import LoadedBundle, LoadedTaxonomy, load_bundle
from credpath.service.present_index import KeptEncodings, Present, read_present, taxonomy_of
from credpath.store.credentials import catalogue_version, count_credentials, load_catalogue
from credpath.store.outcomes import popularity
from credpath.store.session import Database
from credpath.store.tenants import list_tenants

log = structlog.get_logger(__name__)

# A changed catalogue of up to so many credentials is indexed before the answer, and up to so many of them are encoded
# then (20 ms each), so that what was just written is recommended. The rest is done beside the running requests.
INLINE_CREDENTIALS, INLINE_ENCODED = 2_000, 32
# Encoded before the catalogue is indexed with them and the next tenant has its turn: so many, or an eighth of all.
TURN = 100
# For the request of the same tenant that indexes now.
PATIENCE_SECONDS = 2.0
NO_BUNDLE, BUILD = "no bundle yet", "run `python -m training.bundle`"


@dataclass(slots=True)
class Serving:
    """Holds the loaded bundle; all public methods may be called from any thread."""

    models: Path
    database: Database
    check_seconds: float = 1.0
    _bundle: LoadedBundle | None = None
    _refused: tuple[object, ...] = ()
    _reason: str = ""
    _fresh: dict[tuple[str, str], IndexedCatalogue] = field(default_factory=dict)  # by bundle's version and tenant
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None
    _queue: IndexQueue | None = None

    def open(self, *, watch: bool = True) -> None:
        """Loads what CURRENT names, if it verifies; with `watch` follows CURRENT from then on, and makes nobody wait.

        Without it, as in a command, a catalogue is indexed whole before it is used.
        """
        self.check()
        if watch and self._watcher is None:
            self._queue = IndexQueue(self._index_more)
            self._watcher = threading.Thread(target=self._follow, name="bundle-watch", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        """Stops following CURRENT, and indexing."""
        self._stop.set()
        if self._queue is not None:
            self._queue.close()
        if self._watcher is not None:
            self._watcher.join(timeout=5)

    def check(self) -> bool:
        """Swaps to the bundle that CURRENT names if it is another one and verifies; says whether it swapped."""
        with self._guard:
            try:
                version = current_version(self.models)
                if version is None or (self._bundle and version == self._bundle.version):
                    self._reason, self._refused = "", ()
                    return False
                stamp = _stamp(self.models / version)
                if stamp == self._refused:  # hashing the same bad files every second would starve requests
                    return False
                self._refused = stamp
                loaded = load_bundle(self.models / version)
            except (BundleRefused, OSError) as error:
                return self._refuse(error)
            self._bundle, self._fresh, self._refused, self._reason = loaded, {}, (), ""
            gc.collect()
            gc.freeze()  # a bundle is millions of objects that live as long; walking them again and again costs a fifth
            log.info("bundle serves", bundle_version=loaded.version)
            for tenant, learned in sorted(loaded.learned.items()):
                if learned.reasons:
                    log.error("a learned part does not serve", tenant=tenant, reasons=learned.reasons)
            return True

    def _refuse(self, error: Exception) -> bool:
        reason = f"bundle refused: {error}"
        if reason != self._reason:
            log.error("bundle refused", reason=str(error), still_serving=self._bundle and self._bundle.version)
        self._reason = reason
        return False

    def _follow(self) -> None:
        caught_up: LoadedBundle | None = None
        while True:
            if self._bundle is not caught_up:
                caught_up = self._bundle
                self._catch_up()
            if self._stop.wait(self.check_seconds):
                return
            self.check()

    def _catch_up(self) -> None:
        """Has those catalogues indexed that changed since the bundle was built, before anybody asks."""
        try:
            with self.database.read() as connection:
                present = {tenant: catalogue_version(connection, tenant) for tenant in list_tenants(connection)}
            for tenant, version in present.items():
                known = self._known(tenant)
                if self._queue and int(version, 16) and not (known and known.is_of(version)):
                    self._queue.add(tenant)
        except Exception:
            log.exception("catalogues not looked at")  # each is when it is asked for

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the server is not, or not fully, ready; empty when all is well."""
        if self._bundle is None and not self._reason:
            return (NO_BUNDLE,)
        return ((self._reason,) if self._reason else ()) + self._learned_reasons()

    def _learned_reasons(self) -> tuple[str, ...]:
        # Anybody may read these, so they name no tenant.
        learned = self._bundle.learned.values() if self._bundle else ()
        return tuple(sorted({reason for one in learned for reason in one.reasons}))

    @property
    def bundle(self) -> LoadedBundle:
        """The bundle that serves. Raises NotReady before the first one."""
        bundle = self._bundle
        if bundle is None:
            raise NotReady(self._reason or NO_BUNDLE, fix=f"{BUILD}, then ask again")
        return bundle

    @property
    def ready(self) -> bool:
        """Whether any bundle serves."""
        return self._bundle is not None

    def taxonomy(self, tenant: str) -> LoadedTaxonomy:
        """The tenant's own taxonomy, or the public one. Raises NotReady when the bundle has neither."""
        return taxonomy_of(self.bundle, tenant)

    def catalogue(self, tenant: str, version: str) -> IndexedCatalogue:
        """The tenant's catalogue as of `version`, its present version in the database.

        In a server, what there is at once (see INLINE_CREDENTIALS): partial until all is encoded, or as it was before.
        """
        known = self._known(tenant)
        if known is not None and known.is_of(version):
            if known.partial and self._queue:
                self._queue.add(tenant)
            return known
        if self._queue and self._is_large(tenant, known):
            self._queue.add(tenant)
            return self._meanwhile(tenant, known)
        lock = self._lock(tenant)
        if not lock.acquire(timeout=PATIENCE_SECONDS if self._queue else -1):
            return self._meanwhile(tenant, known)
        try:
            again = self._known(tenant)
            return again if again and again.is_of(version) else self._refresh(self.bundle, tenant)
        finally:
            lock.release()

    def _known(self, tenant: str) -> IndexedCatalogue | None:
        bundle = self.bundle
        return self._fresh.get((bundle.version, tenant)) or bundle.catalogues.get(tenant)

    def _is_large(self, tenant: str, known: IndexedCatalogue | None) -> bool:
        if known is not None and len(known.index.ids) > INLINE_CREDENTIALS:
            return True
        with self.database.read() as connection:
            return count_credentials(connection, tenant) > INLINE_CREDENTIALS

    def _meanwhile(self, tenant: str, known: IndexedCatalogue | None) -> IndexedCatalogue:
        if known is not None:
            return replace(known, partial=True)
        bundle = self.bundle
        nothing = Present(bundle, tenant, (), PARTIAL, (), {}).index({})
        return self._fresh.setdefault((bundle.version, tenant), replace(nothing, partial=True))

    def _lock(self, tenant: str) -> threading.Lock:
        return self._locks.setdefault(tenant, threading.Lock())

    def _refresh(
        self, bundle: LoadedBundle, tenant: str, made: Mapping[str, Encoded] | None = None
    ) -> IndexedCatalogue:
        """Indexes with what is encoded, `made` included; encodes the rest if it is little. For who holds the lock."""
        key, kept = (bundle.version, tenant), KeptEncodings(self.models)
        present = read_present(self.database, tenant, bundle, self._fresh.get(key))
        alone = {**kept.read(present), **(made or {})}
        left = tuple(digest for digest in present.lacking if digest not in alone)
        if not self._queue or len(left) <= INLINE_ENCODED:
            now = present.encode(left)
            kept.write(present, now)
            alone |= now
        fresh = present.index(alone)
        if learned := bundle.learned.get(tenant):
            learned.bind(fresh.index)  # here, not in the request that first reads it
        if self._bundle is bundle:  # a swap in between makes this one stale
            self._fresh[key] = fresh
        if fresh.partial and self._queue:
            self._queue.add(tenant)
        return fresh

    def _index_more(self, tenant: str) -> bool:
        """One turn of the queue: a first index of what is new, or of what more was encoded; whether any is left."""
        bundle = self.bundle
        present = read_present(self.database, tenant, bundle, self._fresh.get((bundle.version, tenant)))
        known = self._known(tenant)
        if known is None or not known.is_of(present.version):
            with self._lock(tenant):
                return self._refresh(bundle, tenant).partial
        made: dict[str, Encoded] = {}
        if self._queue:
            kept = KeptEncodings(self.models)
            # Strings hash to other numbers in each process, so several share the work.
            left = sorted(present.lacking.keys() - kept.read(present).keys(), key=hash)
            made = present.encode(left[: max(TURN, len(present.credentials) // 8)], self._queue.breathe)
            kept.write(present, made)
        with self._lock(tenant):
            return self._refresh(bundle, tenant, made).partial


def _stamp(folder: Path) -> tuple[object, ...]:
    """Changes when a file of the folder does; costs no reading."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return (folder.name, *((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files))


def read_catalogue(database: Database, tenant: str) -> tuple[tuple[Credential, ...], str, dict[str, float]]:
    """(credentials, version, popularity) of a tenant, from one read transaction."""
    with database.read() as connection:
        return (
            load_catalogue(connection, tenant),
            catalogue_version(connection, tenant),
            popularity(connection, tenant),
        )
