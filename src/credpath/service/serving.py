"""What serves right now: one verified bundle, swapped whole, and each tenant's catalogue kept up with its rows.

The last good bundle keeps serving when CURRENT points at one that does not verify; `reasons` says why.
"""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from credpath.domain.catalogue import Credential
from credpath.errors import BundleRefused, NotReady
from credpath.recommender.bundle import current_version
from credpath.service.indexing import IndexedCatalogue, index_catalogue
from credpath.service.loading import LoadedBundle, LoadedTaxonomy, load_bundle
from credpath.service.tenants import PUBLIC
from credpath.store.credentials import catalogue_version, load_catalogue
from credpath.store.outcomes import popularity
from credpath.store.session import Database

log = structlog.get_logger(__name__)

# Up to this many credentials a changed catalogue is indexed before the answer, so that what was just written
# is recommended; a larger one is indexed beside the running requests, which meanwhile see the earlier state.
INLINE_CREDENTIALS = 2_000


@dataclass(slots=True)
class Serving:
    """Holds the loaded bundle; all public methods may be called from any thread."""

    models: Path
    database: Database
    check_seconds: float = 1.0
    _bundle: LoadedBundle | None = None
    _refused: tuple[object, ...] = ()
    _reason: str = ""
    _fresh: dict[str, IndexedCatalogue] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None

    def open(self, *, watch: bool = True) -> None:
        """Loads what CURRENT names, if it verifies, and (with `watch`) follows CURRENT from then on."""
        self.check()
        if watch and self._watcher is None:
            self._watcher = threading.Thread(target=self._follow, name="bundle-watch", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        """Stops following CURRENT."""
        self._stop.set()
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
        while not self._stop.wait(self.check_seconds):
            self.check()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the server is not, or not fully, ready; empty when all is well."""
        if self._bundle is None and not self._reason:
            return ("no bundle yet: run `python -m training.bundle`",)
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
            raise NotReady(self._reason or "no bundle yet", fix="run `python -m training.bundle`, then ask again")
        return bundle

    @property
    def ready(self) -> bool:
        """Whether any bundle serves."""
        return self._bundle is not None

    def taxonomy(self, tenant: str) -> LoadedTaxonomy:
        """The tenant's own taxonomy, or the public one. Raises NotReady when the bundle has neither."""
        return taxonomy_of(self.bundle, tenant)

    def catalogue(self, tenant: str, version: str) -> IndexedCatalogue:
        """The tenant's catalogue as of `version`, its present version in the database (see INLINE_CREDENTIALS)."""
        known = self._known(tenant)
        if known is not None and known.index.version == version:
            return known
        lock = self._lock(tenant)
        if known is not None and len(known.index.ids) > INLINE_CREDENTIALS:
            if lock.acquire(blocking=False):
                threading.Thread(target=self._refresh_and_release, args=(tenant, lock), daemon=True).start()
            return known
        with lock:
            again = self._known(tenant)
            return again if again and again.index.version == version else self._refresh(tenant)

    def _known(self, tenant: str) -> IndexedCatalogue | None:
        return self._fresh.get(tenant) or self.bundle.catalogues.get(tenant)

    def _lock(self, tenant: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(tenant, threading.Lock())

    def _refresh_and_release(self, tenant: str, lock: threading.Lock) -> None:
        try:
            self._refresh(tenant)
        except Exception:
            log.exception("catalogue refresh failed", tenant=tenant)
        finally:
            lock.release()

    def _refresh(self, tenant: str) -> IndexedCatalogue:
        bundle = self.bundle
        fresh = index_present(self.database, tenant, bundle, self._fresh.get(tenant))
        if learned := bundle.learned.get(tenant):
            learned.bind(fresh.index)  # here, not in the request that first reads it
        if self._bundle is bundle:  # a swap in between makes this one stale
            self._fresh[tenant] = fresh
        return fresh


def _stamp(folder: Path) -> tuple[object, ...]:
    """Changes when a file of the folder does; costs no reading."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return (folder.name, *((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files))


def taxonomy_of(bundle: LoadedBundle, tenant: str) -> LoadedTaxonomy:
    """The tenant's own taxonomy, or the public one. Raises NotReady when the bundle has neither."""
    found = bundle.taxonomies.get(tenant) or bundle.taxonomies.get(PUBLIC)
    if found is None:
        raise NotReady("the bundle holds no taxonomy", fix="import one, then run `python -m training.bundle`")
    return found


def index_present(
    database: Database, tenant: str, bundle: LoadedBundle, fresh: IndexedCatalogue | None = None
) -> IndexedCatalogue:
    """The tenant's catalogue as it is now, indexed with what a bundle has.

    The bundle and the catalogue's version alone decide every bit of it, by whatever edits the catalogue came there;
    `fresh`, what this made before with the same bundle, only saves work.
    """
    built, taxonomy = bundle.catalogues.get(tenant), taxonomy_of(bundle, tenant)
    with database.read() as connection:
        credentials, version = load_catalogue(connection, tenant), catalogue_version(connection, tenant)
    return index_catalogue(
        credentials,
        taxonomy.skills,
        bundle.encoder,
        version=version,
        taxonomy_version=taxonomy.identity,
        popularity=built.popularity if built else {},
        earlier=[catalogue for catalogue in (built, fresh) if catalogue is not None],
        one_by_one=True,
    )


def read_catalogue(database: Database, tenant: str) -> tuple[tuple[Credential, ...], str, dict[str, float]]:
    """(credentials, version, popularity) of a tenant, from one read transaction."""
    with database.read() as connection:
        return (
            load_catalogue(connection, tenant),
            catalogue_version(connection, tenant),
            popularity(connection, tenant),
        )
