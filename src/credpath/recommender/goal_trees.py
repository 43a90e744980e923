"""Gradient-boosted trees from plain arrays: what `training.goal_reranker` exported, evaluated by numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.encoding import FloatArray


@dataclass(frozen=True, slots=True)
class Trees:
    """T trees of at most m nodes. A leaf is its own child, so `depth` steps from node 0 end on a leaf.

    feature, left, right (T, m) int32; threshold, value (T, m) float32. A value goes left when it is <= threshold.
    """

    feature: NDArray[np.int32]
    threshold: FloatArray
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: FloatArray
    depth: int

    def scores(self, features: FloatArray) -> FloatArray:
        """(n,) sum of the leaf values for each of n rows."""
        count, width = self.feature.shape
        if not count:
            return np.zeros(len(features), np.float32)
        base = (np.arange(count, dtype=np.int32) * width)[:, None]
        feature, threshold = self.feature.ravel(), self.threshold.ravel()
        left, right = (self.left + base).ravel(), (self.right + base).ravel()
        columns = np.ascontiguousarray(features.T, np.float32).ravel()
        rows = np.arange(len(features), dtype=np.int32)[None, :]
        node = np.repeat(base, len(features), axis=1)
        for _ in range(self.depth):
            seen = columns[feature[node] * np.int32(len(features)) + rows]
            node = np.where(seen <= threshold[node], left[node], right[node])
        total: FloatArray = self.value.ravel()[node].sum(axis=0)
        return total

    def as_dict(self) -> dict[str, Any]:
        """Plain lists, for JSON."""
        return {
            "depth": self.depth,
            "feature": self.feature.tolist(),
            "threshold": [[float(f"{v:.6g}") for v in row] for row in self.threshold],
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "value": [[float(f"{v:.6g}") for v in row] for row in self.value],
        }

    @staticmethod
    def from_dict(record: Mapping[str, Any]) -> Trees:
        """Reads what `as_dict` gave."""
        whole = {name: np.array(record[name], np.int32) for name in ("feature", "left", "right")}
        real = {name: np.array(record[name], np.float32) for name in ("threshold", "value")}
        return Trees(depth=int(record["depth"]), **whole, **real)
