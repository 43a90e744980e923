"""Learners whose true probability of finishing is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from training.completion_table import CompletionTable

NAMES = (
    "readiness", "unmet_preparation", "gap_share", "goal_match", "over_level", "novelty", "stack_progress",
    "popularity",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """`truth` (n,) probabilities; `finished` drawn from them; `period` of each row, rising with `time`."""

    features: Floats
    truth: Doubles
    finished: Mask
    period: Offsets

    def table(self, rows: Mask | slice = slice(None)) -> CompletionTable:
        count = len(self.truth)
        learners = np.array([f"learner-{at // 2}" for at in range(count)])
        return CompletionTable(
            self.features[rows], NAMES, self.finished[rows], np.arange(count, dtype=float)[rows], learners[rows],
            period=self.period[rows],
        )  # fmt: skip


def world(count: int, seed: int, periods: int = 4, told: float = 1.0, levels: tuple[float, ...] = ()) -> World:
    """`told`: how much the features say of it; `levels`: log odds that each period adds."""
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(count, len(NAMES))).astype(np.float32)
    period = np.sort(dice.integers(0, periods, count))
    added = np.array(levels or (0.0,) * periods)[period]
    signal = 0.9 * x[:, 0] - 0.7 * x[:, 1] + 0.6 * np.sin(2 * x[:, 2]) - 0.8 * (x[:, 4] > 0.7) + 0.3 * x[:, 5] * x[:, 6]
    truth = 1.0 / (1.0 + np.exp(-(told * signal + added)))
    return World(x, truth, dice.uniform(size=count) < truth, period)
