"""Gradient-boosted trees from plain arrays: what `training.goal_reranker` exported, evaluated by numpy alone.

The method is QuickScorer (Lucchese et al., SIGIR 2015): every node whose test fails strikes out the leaves of its
left branch, and the first leaf that is left is the one reached. No tree is walked, so numpy does it in few steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.encoding import FloatArray

MOST_LEAVES = 16  # a leaf is a bit of 16
ALL = (1 << MOST_LEAVES) - 1
NEVER_FAILS = 3.0e38  # threshold of the nodes that fill up a tree; JSON has no infinity


@cache
def _first_leaf() -> NDArray[np.int32]:
    """(65536,): position of the lowest set bit."""
    table = np.zeros(ALL + 1, np.int32)
    for bit in reversed(range(MOST_LEAVES)):
        table[1 << bit :: 1 << (bit + 1)] = bit
    return table


@dataclass(frozen=True, slots=True)
class Trees:
    """T trees of m nodes and at most 16 leaves, leaves numbered from left to right.

    feature (T, m) int32, threshold (T, m) float32: a value goes left when it is <= threshold; kept (T, m) uint16:
    the leaves that stay when it goes right; value (T, leaves) float32.
    """

    feature: NDArray[np.int32]
    threshold: FloatArray
    kept: NDArray[np.uint16]
    value: FloatArray

    def scores(self, features: FloatArray) -> FloatArray:
        """(n,) sum of the reached leaves' values for each of n rows."""
        count = len(self.value)
        if not count or not len(features):
            return np.zeros(len(features), np.float32)
        columns = np.ascontiguousarray(features.T, np.float32)
        left = np.full((count, len(features)), ALL, np.uint16)
        for node in range(self.feature.shape[1]):
            fails = columns[self.feature[:, node]] > self.threshold[:, node, None]
            left &= np.where(fails, self.kept[:, node, None], np.uint16(ALL))
        reached = _first_leaf()[left] + (np.arange(count, dtype=np.int32) * self.value.shape[1])[:, None]
        total: FloatArray = self.value.ravel()[reached].sum(axis=0)
        return total

    def as_dict(self) -> dict[str, Any]:
        """Plain lists, for JSON."""
        return {
            "feature": self.feature.tolist(),
            "threshold": [[float(f"{v:.9g}") for v in row] for row in self.threshold],
            "kept": self.kept.tolist(),
            "value": [[float(f"{v:.6g}") for v in row] for row in self.value],
        }

    @staticmethod
    def from_dict(record: Mapping[str, Any]) -> Trees:
        """Reads what `as_dict` gave."""
        return Trees(
            np.array(record["feature"], np.int32),
            np.array(record["threshold"], np.float32),
            np.array(record["kept"], np.uint16),
            np.array(record["value"], np.float32),
        )
