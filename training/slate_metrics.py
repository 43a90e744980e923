"""How well scores order graded rows within their own group: one slate, or one learner's candidates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def grouped_ndcg(scores: NDArray[Any], gains: NDArray[Any], groups: NDArray[Any],
                 depth: int = 10) -> Numbers:  # fmt: skip
    """(groups,) NDCG at `depth`: gain / log2(1 + rank) over the best possible; NaN where a group has no gain at all.

    `groups`: sizes, in the order of the rows. Equal scores keep the order of rows.
    """
    owner = np.repeat(np.arange(len(groups)), groups)
    rank = places_in_groups(-np.asarray(scores, dtype=np.float64), groups)
    ideal = places_in_groups(-np.asarray(gains, dtype=np.float64), groups)
    reached = np.bincount(owner, gains * _discount(rank, depth), minlength=len(groups))
    possible = np.bincount(owner, gains * _discount(ideal, depth), minlength=len(groups))
    ndcg: Numbers = np.divide(reached, possible, out=np.full(len(groups), np.nan), where=possible > 0)
    return ndcg


def places_in_groups(values: NDArray[Any], groups: NDArray[Any]) -> NDArray[np.int64]:
    """(rows,) place of each row in its group by rising value, from 0; equal values keep the order of rows."""
    owner = np.repeat(np.arange(len(groups)), groups)
    order = np.lexsort((values, owner))
    places = np.empty(len(values), dtype=np.int64)
    places[order] = np.arange(len(values)) - np.repeat(np.cumsum(groups) - groups, groups)
    return places


def _discount(places: NDArray[np.int64], depth: int) -> Numbers:
    weights: Numbers = np.where(places < depth, 1.0 / np.log2(places + 2.0), 0.0)
    return weights
