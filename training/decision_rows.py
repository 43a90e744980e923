"""Logged slates as rows for the ranker: given columns as logged, learned ones as models of the past would give them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from credpath.recommender.csr import Floats, Offsets, offsets
from credpath.recommender.feature_names import COLUMN, FEATURES, LEARNED_FEATURES, POSITION
from credpath.recommender.follow_arrays import Histories
from credpath.recommender.follow_features import FOLLOW_MEANING, follow_features
from credpath.recommender.follow_scores import scores_of
from credpath.recommender.learned import Learned
from credpath.recommender.learned_columns import LearnedIndex
from credpath.recommender.table_features import TABLE_FEATURES
from training.dataset import Decisions
from training.ranker import RankerTable
from training.steps import Stage

CELLS = 250_000  # of the widest array while columns are computed: more no longer fits into the processor's cache


def decision_table(stage: Stage, decisions: Decisions, learned: Learned) -> RankerTable:
    """One group a slate. Lines whose credential left the catalogue keep 0 in the learned columns.

    `learned`: fitted on nothing that happened once the first of these decisions was shown.
    """
    features = np.zeros((len(decisions.credentials), len(FEATURES)), dtype=np.float32)
    given = [COLUMN[name] for name in decisions.names]
    features[:, given] = decisions.features
    features[:, COLUMN[POSITION]] = decisions.position - 1
    columns = [COLUMN[name] for name in LEARNED_FEATURES]
    features[:, columns] = learned_columns(stage, decisions, learned)
    return RankerTable(features, FEATURES, decisions.sizes, decisions.label.astype(np.int64))


def learned_columns(stage: Stage, decisions: Decisions, learned: Learned) -> Floats:
    """(R, LEARNED_FEATURES) float32."""
    index = stage.catalogue.index
    bound = learned.bind(index)
    place = np.array([index.position.get(name, -1) for name in decisions.ids], dtype=np.int64)
    out = np.zeros((len(decisions.credentials), len(LEARNED_FEATURES)), dtype=np.float32)
    chunk = max(1, CELLS // (10 * max(1, len(index.ids))))
    for start in range(0, len(decisions), chunk):
        some = decisions.take(np.arange(start, min(start + chunk, len(decisions))))
        first = decisions.starts[start]
        span = slice(first, first + len(some.credentials))
        out[span, : len(FOLLOW_MEANING)] = _follow(bound, some, place)
        out[span, len(LEARNED_FEATURES) - len(TABLE_FEATURES) :] = _tables(bound, some, place)
    return out


def _follow(bound: LearnedIndex, some: Decisions, place: Offsets) -> Floats:
    rows = place[some.credentials]
    out = np.zeros((len(rows), len(FOLLOW_MEANING)), dtype=np.float32)
    if bound.followers is None:
        return out
    past, known = place[some.history], rows >= 0
    ragged = [past[a:b] for a, b in _spans(some.history_starts)]
    histories = Histories.of([steps[steps >= 0] for steps in ragged])
    arrays = bound.followers.arrays
    counts = np.bincount(some.owner[known], minlength=len(some))
    scores = scores_of(arrays, histories)
    out[known] = follow_features(arrays, histories, scores, rows[known], offsets(counts))
    return out


def _tables(bound: LearnedIndex, some: Decisions, place: Offsets) -> Floats:
    rows = place[some.credentials]
    out = np.zeros((len(rows), len(TABLE_FEATURES)), dtype=np.float32)
    if bound.tables is None:
        return out
    occupations = some.occupation.values
    spans = zip(_spans(some.starts), _spans(some.history_starts), strict=True)
    for at, ((first, last), (old, new)) in enumerate(spans):
        here = rows[first:last]
        known = here >= 0
        history = [some.ids[item] for item in some.history[old:new].tolist()]
        month = datetime.fromtimestamp(float(some.shown_at[at]), UTC).month
        out[first:last][known] = bound.tables.features(history, str(occupations[at]), month, here[known])
    return out


def _spans(starts: Offsets) -> Sequence[tuple[int, int]]:
    return list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
