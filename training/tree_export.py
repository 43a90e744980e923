"""LightGBM's trees as plain arrays that `credpath.recommender.goal_trees` evaluates with numpy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.goal_trees import ALL, MOST_LEAVES, NEVER_FAILS, Trees

Node = Mapping[str, Any]


def export_trees(model: Node) -> Trees:
    """`model`: `Booster.dump_model()` of numerical features without missing values, at most 16 leaves a tree."""
    flat = [_flatten(tree["tree_structure"]) for tree in model["tree_info"]]
    if any(len(values) > MOST_LEAVES for _, values in flat):
        raise InvalidInput(f"a tree has more than {MOST_LEAVES} leaves", where="num_leaves", fix="fit with fewer")
    nodes = max((len(tests) for tests, _ in flat), default=0)
    feature = np.zeros((len(flat), nodes), np.int32)
    threshold = np.full((len(flat), nodes), NEVER_FAILS, np.float32)
    kept = np.full((len(flat), nodes), ALL, np.uint16)
    value = np.zeros((len(flat), MOST_LEAVES), np.float32)
    for row, (tests, values) in enumerate(flat):
        value[row, : len(values)] = values
        for at, (number, limit, stay) in enumerate(tests):
            feature[row, at], threshold[row, at], kept[row, at] = number, _not_above(limit), stay
    return Trees(feature, threshold, kept, value)


def _not_above(threshold: float) -> np.float32:
    """The float32 at or below: float32 features then fall on the same side as with the float64 threshold."""
    rounded = np.float32(threshold)
    return np.nextafter(rounded, np.float32(-np.inf)) if float(rounded) > threshold else rounded


def _flatten(root: Node) -> tuple[list[tuple[int, float, int]], NDArray[np.float64]]:
    """(feature, threshold, leaves kept when the test fails) of each inner node, and the leaves from left to right."""
    tests: list[tuple[int, float, int]] = []
    values: list[float] = []

    def place(node: Node) -> None:
        if "left_child" not in node:
            values.append(float(node.get("leaf_value", 0.0)))
            return
        first = len(values)
        place(node["left_child"])
        struck = ((1 << len(values)) - 1) & ~((1 << first) - 1)
        tests.append((int(node["split_feature"]), float(node["threshold"]), ALL & ~struck))
        place(node["right_child"])

    place(root)
    return tests, np.array(values)
