"""Ranking quality under full ranking: every credential of the catalogue competes, none is sampled away.

A *rank* is 1 for the best; infinite for a credential that was not found at all. Every function returns one value a
learner, so that intervals can be drawn over learners. `owners` (R,) says whose rank each is, 0..learners-1; without
it every rank belongs to a learner of its own, with one relevant credential each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput

Doubles = NDArray[np.float64]
Owners = NDArray[np.signedinteger[Any]]
Rows = NDArray[np.signedinteger[Any]]


def full_ranks(
    scores: NDArray[np.float32] | Doubles, relevant: Rows, masked: NDArray[np.bool_] | None = None
) -> Doubles:
    """(g,) rank of the credential `relevant[i]` among all n by `scores` (g, n); equal scores stand in row order.

    `masked` (g, n): credentials that may not be recommended, such as the history; a relevant one that is masked has
    an infinite rank, and so has one with a score of minus infinity. Raises InvalidInput on a score that is no number.
    """
    if np.isnan(scores).any():
        raise InvalidInput("a score is not a number", where="full_ranks", fix="look at the model that scored")
    lines = np.arange(len(scores))
    own = scores[lines, relevant][:, None]
    earlier = np.arange(scores.shape[1])[None, :] < np.asarray(relevant)[:, None]
    ahead = (scores > own) | ((scores == own) & earlier)
    if masked is not None:
        ahead &= ~masked
    ranks = 1.0 + ahead.sum(axis=1)
    lost = own[:, 0] == -np.inf
    if masked is not None:
        lost |= masked[lines, relevant]
    return np.where(lost, np.inf, ranks)


def hr_at(ranks: Doubles, k: int, owners: Owners | None = None) -> Doubles:
    """Hit rate: 1 where any relevant credential stands within the first `k`."""
    hits = (np.asarray(ranks) <= k).astype(np.float64)
    return hits if owners is None else _largest(hits, owners)


def recall_at(ranks: Doubles, k: int, owners: Owners | None = None) -> Doubles:
    """Share of a learner's relevant credentials within the first `k`."""
    hits = (np.asarray(ranks) <= k).astype(np.float64)
    return hits if owners is None else _sums(hits, owners) / np.maximum(1.0, _sums(np.ones(len(hits)), owners))


def mrr(ranks: Doubles, owners: Owners | None = None) -> Doubles:
    """1 / rank of the first relevant credential; 0 where none was found."""
    reciprocal = 1.0 / np.asarray(ranks, dtype=np.float64)
    return reciprocal if owners is None else _largest(reciprocal, owners)


def ndcg_at(ranks: Doubles, k: int, grades: Doubles | None = None, owners: Owners | None = None) -> Doubles:
    """Normalised discounted cumulative gain at `k`, gain 2^grade - 1, discount log2(1 + rank) (Burges et al. 2005).

    `grades` (R,) >= 0, 1 where absent. A learner with no grade above 0 gets 0.
    """
    gains = np.ones(len(ranks)) if grades is None else np.exp2(np.asarray(grades, dtype=np.float64)) - 1.0
    found = gains * discount(ranks, k)
    if owners is None:
        return np.divide(found, gains, out=np.zeros(len(ranks)), where=gains > 0)
    best = _sums(gains * discount(_ideal_ranks(gains, owners), k), owners)
    return np.divide(_sums(found, owners), best, out=np.zeros(len(best)), where=best > 0)


def discount(ranks: Doubles, k: int) -> Doubles:
    """1 / log2(1 + rank) within the first `k`, 0 beyond."""
    ranks = np.asarray(ranks, dtype=np.float64)
    return np.where(ranks <= k, 1.0 / np.log2(1.0 + np.maximum(1.0, ranks)), 0.0)


def _ideal_ranks(gains: Doubles, owners: Owners) -> Doubles:
    """Where each relevant credential would stand if its learner's were ordered by gain."""
    order = np.lexsort((-gains, owners))
    sorted_owners = owners[order]
    starts = np.searchsorted(sorted_owners, sorted_owners, side="left")
    ranks = np.empty(len(gains))
    ranks[order] = 1.0 + np.arange(len(gains)) - starts
    return ranks


def _learners(owners: Owners) -> int:
    return int(owners.max()) + 1 if len(owners) else 0


def _sums(values: Doubles, owners: Owners) -> Doubles:
    return np.asarray(np.bincount(owners, weights=values, minlength=_learners(owners)), dtype=np.float64)


def _largest(values: Doubles, owners: Owners) -> Doubles:
    best = np.zeros(_learners(owners))
    np.maximum.at(best, owners, values)
    return best


def coverage(lists: Rows, catalogue: int) -> float:
    """Share of the catalogue that is recommended to anybody. `lists` (g, k) rows; -1 stands for an empty place."""
    shown = np.unique(lists[lists >= 0])
    return len(shown) / catalogue if catalogue else 0.0


def popularity_lift(lists: Rows, taken: Rows, popularity: Doubles) -> float:
    """How much more popular what is recommended is than what the same learners took up by themselves.

    0: equally popular; 1: twice as popular (Abdollahpouri et al. 2021). `lists` (g, k) and `taken` (T,) are rows of
    `popularity` (n,) >= 0, which must be counted on the training part. 0 where nothing can be compared.
    """
    shown = lists[lists >= 0]
    if not len(shown) or not len(taken):
        return 0.0
    usual = float(popularity[taken].mean())
    return float(popularity[shown].mean()) / usual - 1.0 if usual > 0 else 0.0
