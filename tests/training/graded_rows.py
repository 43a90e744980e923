"""Rows whose right order is known but for noise: what any fit of the ranker should find."""

from __future__ import annotations

import numpy as np

from training.ranker import RankerTable

NAMES = ("helps", "hurts", "one", "other", "noise")


def graded_table(groups: int, seed: int) -> RankerTable:
    """Groups of 5 to 30 rows; the grade rises with `helps` and `one * other`, falls with `hurts`."""
    dice = np.random.default_rng(seed)
    sizes = dice.integers(5, 30, groups)
    rows = int(sizes.sum())
    features = dice.normal(size=(rows, len(NAMES))).astype(np.float32)
    worth = 2 * features[:, 0] - features[:, 1] + features[:, 2] * features[:, 3] + dice.normal(size=rows)
    labels = np.clip(np.floor(worth), 0, 4).astype(np.int8)
    return RankerTable(features, NAMES, sizes, labels, np.ones(rows, dtype=np.float32))
