"""Candidates: a few hundred eligible credentials, each for a reason that stays with it as a feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import Closing
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from credpath.recommender.filters import Eligibility
from credpath.recommender.standing import Standing

RETRIEVERS = ("gap", "pace", "goal_text", "unlock", "popular", "co_completion")
DEPTH = {"gap": 80, "pace": 80, "goal_text": 80, "unlock": 40, "popular": 40, "co_completion": 60}
# Learned retrievers find what follows, whatever the goal: room for both, so that neither pushes the other out.
MAX_CANDIDATES = 320
MAX_WITHOUT_LEARNED = 200
# Reciprocal rank fusion: 1 / (60 + rank), the constant of Cormack, Clarke and Buettcher (SIGIR 2009).
FUSION = 60.0
# How much of a locked credential's worth its soft preparation is credited with, against a hard prerequisite.
SOFT = 0.3
# Hours after which the closed gap counts half, for the retriever that looks for quick steps.
QUICK_HOURS = 40.0
TINY = 1e-12  # instead of a division by nothing


@dataclass(frozen=True, slots=True)
class Worth:
    """(n,) what each credential brings: by itself, by what it opens (hard), by what it prepares for (soft)."""

    closes: Doubles
    unlocks: Doubles
    prepares: Doubles


@dataclass(frozen=True, slots=True)
class Candidates:
    """`rows` ascending. `ranks` (k, RETRIEVERS): 1 / (1 + rank), 0 where that retriever did not find it.

    `degraded`: no retriever found anything, so these are merely what is popular, with learners of the same goal where
    that is known.
    """

    rows: Offsets
    ranks: Floats
    degraded: bool


def assess_worth(index: CatalogueIndex, standing: Standing, eligibility: Eligibility, closed: Closing) -> Worth:
    """Own worth of every credential, and the best worth that lies behind it."""
    closes = closed.of_row
    unlocks = index.graph.leads_to(standing.held, eligibility.possible, closes * eligibility.locked)
    later = closes * (eligibility.locked | eligibility.eligible)
    prepares = index.preparations.leads_to(later, standing.held, standing.support, index.taught, index.postings)
    return Worth(closes, unlocks, SOFT * prepares)


def retrieve(
    index: CatalogueIndex,
    eligibility: Eligibility,
    worth: Worth,
    goal_vector: Floats | None,
    co_completion: Floats | None,
    learned: Sequence[Offsets] = (),
    goal_shares: Floats | None = None,
    wanted: Sequence[int] = (),
) -> Candidates:
    """At most MAX_CANDIDATES eligible rows. Empty only when nothing is eligible. `wanted` rows are always among them.

    `learned`: eligible rows that each learned retriever found, best first; without any, up to MAX_WITHOUT_LEARNED.
    `goal_shares` (n,): how often learners with this goal finished each, None where unknown.
    """
    allowed, columns = eligibility.eligible, index.columns
    helpful = (allowed & (worth.closes > 0)).nonzero()[0]
    closes = worth.closes[helpful]
    found = [
        _best(helpful, closes, DEPTH["gap"]),
        _best(helpful, closes / (1.0 + columns.hours[helpful] / QUICK_HOURS), DEPTH["pace"]),
        near_goal(index, goal_vector, allowed, DEPTH["goal_text"]),
        _positive(allowed, np.maximum(worth.unlocks, worth.prepares), DEPTH["unlock"]),
        _best(helpful, columns.popularity[helpful] * np.sqrt(closes), DEPTH["popular"]),
        _positive(allowed, co_completion, DEPTH["co_completion"]),
        *learned,
    ]
    sure = np.array([row for row in wanted if allowed[row]], dtype=np.int64)
    candidates = _union([*found, sure], MAX_CANDIDATES if any(map(len, learned)) else MAX_WITHOUT_LEARNED, sure)
    if len(candidates.rows):
        return candidates
    fitting, liked = allowed.nonzero()[0], columns.popularity + columns.quality
    if goal_shares is not None:
        liked = liked + goal_shares / max(TINY, float(goal_shares.max(initial=0.0)))
    rows = np.sort(_best(fitting, liked[fitting], MAX_WITHOUT_LEARNED))
    return Candidates(rows, np.zeros((len(rows), len(RETRIEVERS)), dtype=np.float32), degraded=True)


def _best(rows: Offsets, values: Doubles | Floats, depth: int) -> Offsets:
    """The rows with the highest values, best first, ties by row."""
    if len(rows) > depth:
        floor = np.partition(values, len(values) - depth)[len(values) - depth]
        strong = values >= floor
        rows, values = rows[strong], values[strong]
    return rows[(-values).argsort(kind="stable")[:depth]]


def _positive(allowed: Mask, scores: Doubles | Floats | None, depth: int) -> Offsets:
    """The best allowed rows with a positive score; none without scores."""
    if scores is None:
        return np.zeros(0, dtype=np.int64)
    rows = (allowed & (scores > 0)).nonzero()[0]
    return _best(rows, scores[rows], depth)


def near_goal(index: CatalogueIndex, goal_vector: Floats | None, allowed: Mask, depth: int) -> Offsets:
    """Rows whose text lies nearest to the goal's, by exact search among the allowed ones."""
    if goal_vector is None or not len(index.ids) or not allowed.any():
        return np.zeros(0, dtype=np.int64)
    # More than one thread a request is slower under load, and the setting belongs to the calling thread.
    faiss.omp_set_num_threads(1)
    query = np.ascontiguousarray(goal_vector, dtype=np.float32).reshape(1, -1)
    similarity, rows = index.search.search(query, min(depth, len(index.ids)), params=_only(allowed))
    rows = rows[0][(rows[0] >= 0) & (similarity[0] > 0)]
    return np.asarray(rows, dtype=np.int64)


def _only(allowed: Mask) -> Any:
    """Search parameters that keep the filters inside the search, so that they hold and the depth is kept."""
    if allowed.all():
        return None
    bits: Any = np.packbits(allowed, bitorder="little")
    wrapped: Any = faiss  # its stubs describe the C++ signatures, not the ones that Python sees
    return wrapped.SearchParameters(sel=wrapped.IDSelectorBitmap(bits))


def _union(found: list[Offsets], most: int, sure: Offsets) -> Candidates:
    everything = np.concatenate(found)
    if not len(everything):
        return Candidates(everything, np.zeros((0, len(RETRIEVERS)), dtype=np.float32), degraded=False)
    retriever = np.repeat(np.arange(len(found)), [len(rows) for rows in found])
    rank = np.concatenate([np.arange(len(rows)) for rows in found])
    rows, line = np.unique(everything, return_inverse=True)
    if len(rows) > most:
        fused = np.bincount(line, weights=1.0 / (FUSION + rank))
        fused[np.isin(rows, sure)] = np.inf
        kept = np.sort(np.argsort(-fused, kind="stable")[:most])
        renumbered = np.full(len(rows), -1)
        renumbered[kept] = np.arange(len(kept))
        rows, line = rows[kept], renumbered[line]
        retriever, rank, line = retriever[line >= 0], rank[line >= 0], line[line >= 0]
    ranks = np.zeros((len(rows), len(found)), dtype=np.float32)
    ranks[line, retriever] = 1.0 / (1.0 + rank)
    return Candidates(rows, ranks[:, : len(RETRIEVERS)], degraded=False)


def goal_similarity(index: CatalogueIndex, goal_vector: Floats | None, rows: Offsets) -> Floats:
    """(len(rows),) cosine of each credential's text with the goal's; 0 without a goal or a vector."""
    if goal_vector is None:
        return np.zeros(len(rows), dtype=np.float32)
    return index.vectors[rows] @ np.asarray(goal_vector, dtype=np.float32).ravel()
