"""Explain a recommendation from what was logged, by running the ranker again on the logged features."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from credpath.domain.outcomes import Impression
from credpath.domain.paths import RecommendedItem
from credpath.errors import BundleRefused, NotFound
from credpath.recommender.bundle import verify
from credpath.recommender.features import FEATURES
from credpath.recommender.learned import Learned, load_learned
from credpath.recommender.ranking import Ranker, RulesRanker
from credpath.recommender.recommend import ON_PATH
from credpath.service.context import Context
from credpath.service.loading import LEARNED
from credpath.service.shown import items_shown
from credpath.store.impressions import get_impression

SAME_SCORE = 1e-5  # float32 features were logged; scores are sums of tens of terms


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one feature moved the score of one credential, and the feature's logged value."""

    feature: str
    value: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`replayed`: the ranker that answered gives the logged features the logged scores; else it is gone or changed."""

    impression: Impression
    items: tuple[RecommendedItem, ...]
    replayed: bool
    contributions: dict[str, tuple[Contribution, ...]]


def explain(context: Context, tenant: str, impression_id: str) -> Explanation:
    """The shown items with each feature's part in the score. Raises NotFound."""
    with context.database.read() as connection:
        found = get_impression(connection, tenant, impression_id)
    if found is None:
        raise unknown_impression(impression_id)
    items = items_shown(found)
    if found.feature_names != FEATURES:
        return Explanation(found, items, False, {})
    features = np.frombuffer(found.features, dtype="<f4").reshape(len(found.candidates), len(FEATURES))
    ranker = _ranker(context, tenant, found)
    if ranker is None:
        return Explanation(found, items, False, {})
    scores = ranker.score(features)
    replayed = bool(np.allclose(scores, np.array(found.scores), atol=SAME_SCORE))
    row_of = {c: row for row, c in enumerate(found.candidates)}
    shown = {i.credential_id: row_of[i.credential_id] for i in items if i.credential_id in row_of}
    rows = features[list(shown.values())]
    parts = ranker.contributions(rows)
    contributions = {c: _largest(values, moved) for c, values, moved in zip(shown, rows, parts, strict=True)}
    return Explanation(found, items, replayed, contributions)


def unknown_impression(impression_id: str) -> NotFound:
    """What is raised for an impression that is not, or no longer, stored."""
    fix = "give the impression_id of a recommendation; a learner's go when the learner is forgotten"
    return NotFound(f"no impression {impression_id!r}", where="impression_id", fix=fix)


def _ranker(context: Context, tenant: str, found: Impression) -> Ranker | None:
    """The one that the policy is named with; None for a learned one of a bundle that is not, or not whole, on disk."""
    if "/" not in found.policy.removeprefix(f"{ON_PATH}/"):
        return RulesRanker()
    serving, version = context.serving, found.bundle_version
    serves = serving.ready and serving.bundle.version == version
    learned = serving.bundle.learned.get(tenant) if serves else _learned_before(serving.models / version, tenant)
    return learned.ranker if learned else None


def _learned_before(bundle: Path, tenant: str) -> Learned | None:
    """What a bundle had learned that serves no longer: promoting another must not end the explanations."""
    learned = bundle / LEARNED / tenant
    if not learned.is_dir():
        return None
    try:
        verify(bundle)
        return load_learned(learned)
    except BundleRefused:
        return None


def _largest(values: np.ndarray, parts: np.ndarray) -> tuple[Contribution, ...]:
    order = sorted(range(len(FEATURES)), key=lambda j: (-abs(float(parts[j])), FEATURES[j]))
    return tuple(Contribution(FEATURES[j], float(values[j]), float(parts[j])) for j in order if parts[j])
