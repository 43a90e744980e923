"""A LightGBM booster as the files that `credpath.recommender.forest` evaluates: onnx for scores, arrays for reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.forest import ARRAYS, FACTS, FORMAT, SAME_SCORE, SESSION, TreeArrays, probe_rows

Node = Mapping[str, Any]
ALMOST_ZERO = np.float32(1e-35)  # LightGBM's kZeroThreshold
REFERENCE = 50_000  # more rows tell no more of the spread
OPSET, ONNX_OPSET, IR_VERSION = 3, 17, 9  # ai.onnx.ml, onnx: old enough for any onnxruntime that installs


def export_forest(
    booster: Any,
    names: Sequence[str],
    folder: Path,
    name: str = "lambdarank",
    reference: NDArray[np.float32] | None = None,
) -> None:
    """Writes `booster` (a lightgbm.Booster over the columns `names`) into `folder`, which need not exist.

    `reference` (n, names): rows as it will score, by which its scores are scaled to those of the rules; without them
    their spread is guessed from the leaves.

    float32 features fall on the same side of every test as in LightGBM. Equal boosters give equal bytes. Raises
    InvalidInput for what the format cannot say (categories, zero as missing) and where the scores disagree.
    """
    model = booster.dump_model()
    if model["max_feature_idx"] + 1 != len(names) or len(set(names)) != len(names):
        counted = f"{len(names)} names for {model['max_feature_idx'] + 1} columns, or one twice"
        raise InvalidInput(counted, where="names", fix="name each column of the training table once")
    trees, spread = pack_trees([tree["tree_structure"] for tree in model["tree_info"]])
    _check(booster, trees, len(names))
    if reference is not None and len(reference):
        spread = float(np.std(booster.predict(reference[:REFERENCE], raw_score=True, num_threads=1)))
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"format": FORMAT, "name": name, "names": list(names), "spread": spread}
    (folder / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    np.savez(folder / ARRAYS, **{part: getattr(trees, part) for part in TreeArrays.__slots__})
    (folder / SESSION).write_bytes(_onnx(trees, len(names)))


def pack_trees(roots: Sequence[Node]) -> tuple[TreeArrays, float]:
    """(the trees as arrays, a guess of the standard deviation of their sum over the rows that they were fitted on).

    The sum of the trees' own deviations bounds it from above, that of independent trees from below as a rule: trees
    of a booster repeat each other in part. The guess is the geometric mean of both.
    """
    nodes: list[tuple[int, float, int, int, float]] = []
    placed = [_place(root, nodes) for root in roots] or [_place({"leaf_value": 0.0}, nodes)]
    feature, threshold, left, right, expected = zip(*nodes, strict=True)
    trees = TreeArrays(
        feature=np.array(feature, dtype=np.int32),
        threshold=_not_above(np.array(threshold)),
        left=np.array(left, dtype=np.int32),
        right=np.array(right, dtype=np.int32),
        expected=np.array(expected),
        roots=np.array([root for root, *_ in placed], dtype=np.int32),
    )
    variances = np.array([max(0.0, square - mean * mean) for _, _, mean, square in placed])
    return trees, float((np.sqrt(variances).sum() * np.sqrt(variances.sum())) ** 0.5)


def _place(node: Node, nodes: list[tuple[int, float, int, int, float]]) -> tuple[int, float, float, float]:
    """Appends a node and all below it; returns (its place, training rows, mean of its leaves, mean of squares)."""
    here = len(nodes)
    if "left_child" not in node:
        value = float(node.get("leaf_value", 0.0))
        nodes.append((0, 0.0, here, here, value))
        return here, max(1.0, float(node.get("leaf_count", 1))), value, value * value
    if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
        raise InvalidInput("the booster has categories or takes zero as missing", where="booster")
    nodes.append((0, 0.0, here, here, 0.0))
    left, rows, mean, square = _place(node["left_child"], nodes)
    right, more, other_mean, other_square = _place(node["right_child"], nodes)
    share = rows / (rows + more)
    mean, square = share * mean + (1 - share) * other_mean, share * square + (1 - share) * other_square
    nodes[here] = (int(node["split_feature"]), float(node["threshold"]), left, right, mean)
    return here, rows + more, mean, square


def _not_above(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The float32 at or below: float32 features then fall on the same side as with the float64 threshold.

    LightGBM takes what is as near to 0 as ALMOST_ZERO for 0, so the same distance below lies above the threshold.
    """
    rounded = thresholds.astype(np.float32)
    lower = (rounded > thresholds) | (rounded == -ALMOST_ZERO)
    return np.where(lower, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def _check(booster: Any, trees: TreeArrays, width: int) -> None:
    rows = probe_rows(trees, width)
    apart = np.abs(booster.predict(rows.astype(np.float64), raw_score=True, num_threads=1) - trees.walk(rows)[0])
    if not (apart <= SAME_SCORE).all():
        reason = f"the exported trees score {apart.max():.3g} apart from LightGBM"
        raise InvalidInput(reason, where="booster", fix="fit it with plain numerical features")


def _onnx(trees: TreeArrays, width: int) -> bytes:
    from onnx import TensorProto, helper

    tree, leaf = _tree_of_nodes(trees), trees.left == np.arange(len(trees.left))
    first = trees.roots[tree]
    ensemble = helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        ["scores"],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function="SUM",
        post_transform="NONE",
        nodes_treeids=tree.tolist(),
        nodes_nodeids=(np.arange(len(tree)) - first).tolist(),
        nodes_featureids=trees.feature.tolist(),
        nodes_modes=np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_values=trees.threshold.tolist(),
        nodes_truenodeids=np.where(leaf, 0, trees.left - first).tolist(),
        nodes_falsenodeids=np.where(leaf, 0, trees.right - first).tolist(),
        target_treeids=tree[leaf].tolist(),
        target_nodeids=(np.arange(len(tree)) - first)[leaf].tolist(),
        target_ids=[0] * int(leaf.sum()),
        target_weights=trees.expected[leaf].tolist(),
    )
    given = helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, width])
    made = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 1])
    graph = helper.make_graph([ensemble], "forest", [given], [made])
    opsets = [helper.make_opsetid("", ONNX_OPSET), helper.make_opsetid("ai.onnx.ml", OPSET)]
    packed: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION).SerializeToString()
    return packed


def _tree_of_nodes(trees: TreeArrays) -> NDArray[np.int64]:
    sizes = np.diff(np.append(trees.roots, len(trees.feature)))
    return np.arange(len(trees.roots)).repeat(sizes)
