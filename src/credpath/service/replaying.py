"""Replay logged decisions with the bundle that answered: the same list and the same features, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from credpath.domain.goals import CareerGoal
from credpath.domain.outcomes import Impression
from credpath.errors import BundleRefused, Conflict, NotFound
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.recommend import Recommendation
from credpath.recommender.recommend import recommend as rank_next
from credpath.service.context import Context
from credpath.service.explaining import unknown_impression
from credpath.service.loading import LoadedBundle, load_bundle
from credpath.service.logged_state import request_of, used_learned
from credpath.service.present_index import index_present, taxonomy_of
from credpath.store.credentials import catalogue_version
from credpath.store.impressions import get_impression


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was logged, and what the same question gives now."""

    logged: Impression
    recommendation: Recommendation

    @property
    def same(self) -> bool:
        """Whether nothing differs, to the last bit."""
        return not self.differences

    @property
    def differences(self) -> tuple[str, ...]:
        """Which parts differ, of slate, candidates, feature_names, features, scores, policy, propensity, filters."""
        logged, now = self.logged, self.recommendation
        pairs = {
            "slate": (logged.slate, tuple(item.credential_id for item in now.items)),
            "candidates": (logged.candidates, now.candidates),
            "feature_names": (logged.feature_names, tuple(now.feature_names)),
            "features": (logged.features, np.ascontiguousarray(now.features, dtype="<f4").tobytes()),
            "scores": (logged.scores, tuple(float(score) for score in now.scores)),
            "policy": (logged.policy, now.policy),
            "propensity": (logged.propensity, now.propensity),
            "filters": (dict(logged.filters), dict(now.filters)),
        }
        return tuple(name for name, (before, after) in pairs.items() if before != after)


def replay(context: Context, tenant: str, impression_id: str) -> Replayed:
    """One decision; for many, a `Replayer` reads each bundle once.

    Raises NotFound when the impression or its bundle is gone, Conflict when the catalogue has changed since.
    """
    return Replayer(context, tenant).replay(impression_id)


@dataclass(slots=True)
class Replayer:
    """Replays decisions of one tenant; keeps what it loaded for them."""

    context: Context
    tenant: str
    _bundles: dict[str, LoadedBundle] = field(default_factory=dict)
    _indexes: dict[tuple[str, str], CatalogueIndex] = field(default_factory=dict)

    def replay(self, impression_id: str) -> Replayed:
        """As `replay`."""
        with self.context.database.read() as connection:
            found = get_impression(connection, self.tenant, impression_id)
        if found is None:
            raise unknown_impression(impression_id)
        return self.replay_logged(found)

    def replay_logged(self, logged: Impression) -> Replayed:
        """As `replay`, of an impression that was read already."""
        if not logged.state:
            what = (
                f"impression {logged.impression_id!r} was logged by an earlier version, without what it was made from"
            )
            raise Conflict(what, where="impression_id", fix="choose a later one")
        bundle = self._bundle(logged)
        index = self._index(bundle, logged.catalogue_version)
        goal = self._goal(bundle, logged)
        vector = bundle.encoder.encode([goal.label or goal.text])[0] if goal.text or goal.label else None
        learned = bundle.learned.get(self.tenant) if used_learned(logged) else None
        return Replayed(logged, rank_next(index, request_of(logged, goal, vector), learned))

    def _goal(self, bundle: LoadedBundle, logged: Impression) -> CareerGoal:
        if not logged.occupation_uri:
            return CareerGoal(logged.goal_text)
        taxonomy = taxonomy_of(bundle, self.tenant)
        confidence = float(str(logged.state["confidence"]))
        return taxonomy.career_goal(logged.occupation_uri, logged.goal_text, confidence)

    def _bundle(self, logged: Impression) -> LoadedBundle:
        version, serving = logged.bundle_version, self.context.serving
        if serving.ready and serving.bundle.version == version:
            return serving.bundle
        if version not in self._bundles:
            if not (serving.models / version).is_dir():
                fix = "keep bundles for as long as decisions are to be replayed"
                raise NotFound(f"bundle {version} is not here any more", where="bundle_version", fix=fix)
            try:
                self._bundles[version] = load_bundle(serving.models / version)
            except BundleRefused as error:
                what, fix = f"bundle {version} cannot be loaded: {error}", "put its files back as they were built"
                raise Conflict(what, where="bundle_version", fix=fix) from error
        return self._bundles[version]

    def _index(self, bundle: LoadedBundle, version: str) -> CatalogueIndex:
        key = (bundle.version, version)
        if key not in self._indexes:
            self._indexes[key] = self._find_index(bundle, version)
        return self._indexes[key]

    def _find_index(self, bundle: LoadedBundle, version: str) -> CatalogueIndex:
        built = bundle.catalogues.get(self.tenant)
        if built is not None and built.index.version == version:
            return built.index
        with self.context.database.read() as connection:
            present = catalogue_version(connection, self.tenant)
        if present == version:
            fresh = index_present(self.context.database, self.tenant, bundle)
            if fresh.index.version == version:  # nobody changed it meanwhile
                return fresh.index
        what = f"the catalogue was at version {version} then and has changed since"
        raise Conflict(what, where="catalogue_version", fix="replay decisions made with the catalogue of a bundle")
