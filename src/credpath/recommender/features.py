"""What the ranker sees of each candidate: computed here once, for serving, for the log and for training."""

from __future__ import annotations

import numpy as np

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.columns import ASSUMED
from credpath.recommender.csr import Floats, Offsets
from credpath.recommender.feature_names import COLUMN, FEATURES, LEARNED_FEATURES, MEANING, MONOTONE, POSITION
from credpath.recommender.filters import prices
from credpath.recommender.learner_features import (
    UNKNOWN_LEVEL_FIT,
    Columns,
    learner_columns,
    level_fit,
    standing_columns,
)
from credpath.recommender.retrieval import RETRIEVERS, goal_similarity
from credpath.recommender.situation import Situation

__all__ = [
    "COLUMN", "FEATURES", "LEARNED_FEATURES", "LIMIT", "MEANING", "MONOTONE", "POSITION", "UNKNOWN_LEVEL_FIT",
    "Situation", "as_mapping", "candidate_ids", "feature_matrix", "features_at", "level_fit",
]  # fmt: skip

TINY = 1e-12  # instead of a division by nothing
LIMIT = 1e9  # keeps a record with absurd hours from drowning everything in float32
_LEARNED = slice(COLUMN[LEARNED_FEATURES[0]], COLUMN[LEARNED_FEATURES[-1]] + 1)


def feature_matrix(situation: Situation) -> Floats:
    """(candidates, features) float32, finite always; columns as in FEATURES."""
    columns = {**_gap_columns(situation), **learner_columns(situation), **_static_columns(situation)}
    candidates = situation.candidates
    columns |= {f"found_by_{name}": candidates.ranks[:, at] for at, name in enumerate(RETRIEVERS)}
    lines = np.zeros((len(FEATURES), len(candidates.rows)), dtype=np.float32)
    for name, values in columns.items():
        lines[COLUMN[name]] = values
    if situation.learned is not None:
        lines[_LEARNED] = situation.learned.columns(candidates.rows).T
    return _bounded(lines)


def features_at(situation: Situation, usual: Floats) -> Floats:
    """The matrix where only mastery differs from what `usual` (candidates, features) was made for: far cheaper.

    The retrievers' ranks, the recent trend and all that no level of mastery changes stay as they are in `usual`.
    """
    lines = usual.T.copy()
    for name, values in {**_gap_columns(situation), **standing_columns(situation)}.items():
        lines[COLUMN[name]] = values
    return _bounded(lines)


def _bounded(lines: Floats) -> Floats:
    """(features, candidates) -> (candidates, features), finite."""
    np.minimum(lines, LIMIT, out=lines)
    np.maximum(lines, -LIMIT, out=lines)
    if not np.isfinite(lines.sum()):
        lines[np.isnan(lines)] = 0.0
    return np.ascontiguousarray(lines.T)


def _gap_columns(s: Situation) -> Columns:
    rows, left = s.candidates.rows, s.gap.total
    closes = s.worth.closes[rows]
    share = closes / left if left > 0 else closes
    related = (s.amounts * (s.via >= 0)).sum(axis=1)
    missing = max(1, int((s.gap.gap > 0).sum()))
    return {
        "gap_closed": closes,
        "gap_share": share,
        "gap_share_per_10_hours": 10.0 * share / np.maximum(1.0, s.index.columns.hours[rows]),
        "gap_skills": (s.amounts > 0).sum(axis=1) / missing,
        "related_share": related / np.maximum(closes, TINY),
        "unlock_share": s.worth.unlocks[rows] / left if left > 0 else 0.0,
        "prepares_share": s.worth.prepares[rows] / left if left > 0 else 0.0,
        "goal_match": goal_similarity(s.index, s.goal_vector, rows),
        "goal_known": 0.0 if s.goal_vector is None else 1.0,
        "goal_gap": left,
        "progress": s.gap.progress,
    }


def _static_columns(s: Situation) -> Columns:
    columns, rows = s.index.columns, s.candidates.rows
    cost, _ = prices(s.index, "USD", s.rates, rows)
    hours, unknown = columns.hours[rows], np.isnan(cost)
    return {
        "quality": columns.quality[rows],
        "popularity": columns.popularity[rows],
        "co_completion": 0.0 if s.co_completion is None else s.co_completion[rows],
        "hours": hours,
        "hours_known": 1.0 - columns.hours_source[rows] / ASSUMED,
        "weeks": hours / s.hours_per_week,
        "cost_usd": np.where(unknown, 0.0, cost),
        "cost_known": ~unknown * 1.0,
        "eu_complete": columns.eu[rows],
    }


def as_mapping(values: Floats) -> dict[str, float]:
    """One candidate's features by name."""
    return dict(zip(FEATURES, values.tolist(), strict=True))


def candidate_ids(index: CatalogueIndex, rows: Offsets) -> tuple[str, ...]:
    """Ids of candidate rows."""
    return tuple(map(index.ids.__getitem__, rows.tolist()))
