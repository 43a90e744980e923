"""Small boosters fitted here and now, and a world that serves with one: for tests of what is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from credpath.recommender.forest import ForestRanker
from training.forest_export import export_forest

QUIET = {"verbose": -1, "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": 1}


def some_rows(count: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """Every third column takes few values, so that features lie exactly on thresholds."""
    rows = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    rows[:, ::3] = np.round(rows[:, ::3], 1)
    return rows


def fit(rows: NDArray[np.float32], labels: NDArray[Any], rounds: int = 20, **more: Any) -> lightgbm.Booster:
    """A booster; lambdarank over groups of ten rows unless another objective is given."""
    parameters = {"objective": "lambdarank", "num_leaves": 31, "min_data_in_leaf": 5, **QUIET, **more}
    groups = [10] * (len(rows) // 10) if parameters["objective"] == "lambdarank" else None
    return lightgbm.train(parameters, lightgbm.Dataset(rows, labels, group=groups), rounds)


def fit_some(width: int = 6, rounds: int = 20, **more: Any) -> tuple[lightgbm.Booster, NDArray[np.float32]]:
    """A booster of a ranking task with some truth in it, and its rows."""
    rows = some_rows(2_000, width)
    truth = rows[:, 0] + rows[:, 1] * rows[:, 2] + 0.3 * np.random.default_rng(1).normal(size=len(rows))
    labels = np.clip(np.round(truth + 1), 0, 4).astype(int)
    return fit(rows, labels, rounds, **more), rows


def forest_over(
    names: Sequence[str], worth: Mapping[str, float], folder: Path, monotone: Mapping[str, int] | None = None
) -> ForestRanker:
    """A forest over the columns `names` that has learned a weighted sum of some of them."""
    rows = np.random.default_rng(2).random((3_000, len(names)), dtype=np.float32)
    truth = sum(weight * rows[:, names.index(name)] for name, weight in worth.items())
    labels = np.digitize(truth, np.quantile(truth, [0.2, 0.4, 0.6, 0.8]))
    signs = [(monotone or {}).get(name, 0) for name in names]
    booster = fit(rows, labels, 30, monotone_constraints=signs, learning_rate=0.2)
    export_forest(booster, names, folder)
    return ForestRanker.load(folder)
