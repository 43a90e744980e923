"""Gradient-boosted trees as serving evaluates them: by onnxruntime, and by numpy where a score is explained.

`training.forest_export` writes a folder of forest.onnx (the scores), forest.npz (the same trees as arrays) and
forest.json (names). What a booster adds over its trees is a sum, so a ranker and a classifier's log-odds read alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from credpath.errors import BundleRefused
from credpath.recommender.csr import Doubles, Floats, Rows

SESSION, ARRAYS, FACTS = "forest.onnx", "forest.npz", "forest.json"
# Raised whenever what is written changes its meaning.
FORMAT = 1
# Rows that both ways of evaluation score when a forest is loaded, and how far float32 sums may lie apart.
PROBES, SAME_SCORE = 16, 1e-4
ROWS_AT_ONCE = 64  # of an explanation: bounds what (rows, trees) arrays take


@dataclass(frozen=True, slots=True)
class TreeArrays:
    """Nodes of T trees, one after the other. `left` and `right` are places of nodes; a leaf names itself.

    A value goes left when it is <= `threshold`. `expected`: the mean of the leaves below a node, weighted by how
    many training rows reached each; at a leaf its value. `roots` (T,).
    """

    feature: Rows
    threshold: Floats
    left: Rows
    right: Rows
    expected: Doubles
    roots: Rows

    def walk(self, features: Floats) -> tuple[Doubles, Doubles]:
        """((n,) scores, (n, F) what each feature moved the score by on the way from each root to its leaf).

        Path attribution (Saabas, 2014): a step from a node to its child adds expected(child) - expected(node) to
        the feature that was tested. A row sums to its score minus the expectation at the roots, exactly.
        """
        count, width = features.shape
        moved: Doubles = np.zeros(count * width)
        node = np.broadcast_to(self.roots, (count, len(self.roots))).copy()
        row = np.arange(count)[:, None]
        while True:
            tested = self.feature[node]
            further = np.where(features[row, tested] <= self.threshold[node], self.left[node], self.right[node])
            if np.array_equal(further, node):
                return self.expected[node].sum(axis=1), moved.reshape(count, width)
            change = self.expected[further] - self.expected[node]
            moved += np.bincount((row * width + tested).ravel(), weights=change.ravel(), minlength=count * width)
            node = further


@dataclass(frozen=True, slots=True)
class ForestRanker:
    """The learned ranker: higher is better. It reads the columns `names`, in that order.

    `bias`: the score of a row of which nothing is known. `spread`: about the standard deviation of its scores over
    the rows that it was fitted on, by which scores of different forests become comparable; 0 without any split.
    """

    name: str
    names: tuple[str, ...]
    bias: float
    spread: float
    trees: TreeArrays
    session: Any

    def score(self, features: Floats) -> Doubles:
        """(n, len(names)) finite -> (n,) sum of the leaves that are reached. n may be 0."""
        if not len(features):
            return np.zeros(0)
        columns = np.ascontiguousarray(features, dtype=np.float32)
        scores: Doubles = self.session.run(None, {"features": columns})[0].ravel().astype(np.float64)
        return scores

    def contributions(self, features: Floats) -> Doubles:
        """(n, len(names)) -> the same shape: how far each feature moved the score; a row sums to score - bias.

        By path attribution (`TreeArrays.walk`), for the few rows that are explained: 5 rows take about 3 ms.
        """
        columns = np.ascontiguousarray(features, dtype=np.float32)
        parts = [self.trees.walk(columns[at : at + ROWS_AT_ONCE])[1] for at in range(0, len(columns), ROWS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(columns.shape)

    @staticmethod
    def load(folder: Path) -> ForestRanker:
        """Reads what `training.forest_export` wrote; the caller has verified the files.

        Raises BundleRefused when onnxruntime as installed here does not score as the arrays say.
        """
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if facts.get("format") != FORMAT:
            what = f"a forest of format {facts.get('format')}, this release reads {FORMAT}"
            raise BundleRefused(what, where=str(folder / FACTS), fix="run `python -m training.retrain`")
        with np.load(folder / ARRAYS, allow_pickle=False) as packed:
            trees = TreeArrays(**{name: packed[name] for name in TreeArrays.__slots__})
        names = tuple(map(str, facts["names"]))
        loaded = ForestRanker(
            str(facts["name"]), names, *_moments(trees, facts), trees, _open_session(folder / SESSION)
        )
        _compare(loaded, folder)
        return loaded


def _moments(trees: TreeArrays, facts: Mapping[str, Any]) -> tuple[float, float]:
    return float(trees.expected[trees.roots].sum()), float(facts["spread"])


def probe_rows(trees: TreeArrays, width: int) -> Floats:
    """(PROBES, width) rows on both sides of the trees' own thresholds, and exactly on them; always the same."""
    dice = np.random.default_rng(0)
    rows = np.zeros((PROBES, width), dtype=np.float32)
    for column in range(width):
        cuts = np.unique(trees.threshold[(trees.feature == column) & (trees.left != np.arange(len(trees.left)))])
        if len(cuts):
            drawn = dice.choice(cuts, PROBES)
            beside = dice.choice((-np.inf, 0.0, np.inf), PROBES).astype(np.float32)
            rows[:, column] = np.where(beside == 0, drawn, np.nextafter(drawn, beside))
    return rows


def _compare(forest: ForestRanker, folder: Path) -> None:
    rows = probe_rows(forest.trees, len(forest.names))
    apart = np.abs(forest.score(rows) - forest.trees.walk(rows)[0])
    if not (apart <= SAME_SCORE * max(1.0, forest.spread)).all():
        reason = f"onnxruntime scores {folder.name} {apart.max():.3g} apart from its own trees"
        raise BundleRefused(reason, where=str(folder), fix="rebuild it with the packages that are installed here")


def _open_session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # more than one thread a request is slower under load
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
