"""Top-1, top-5 and mean reciprocal rank with bootstrap intervals, and the calibration of confidence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1_000
BINS = 10


def ranking_metrics(places: NDArray[np.float64], seed: int) -> dict[str, dict[str, float]]:
    """`places`: 1 for a first place, infinite for not found. {metric: value, low, high}, 95 % by bootstrap."""
    per_title = {"top_1": places <= 1, "top_5": places <= 5, "mrr": 1.0 / places}
    return {name: _interval(np.asarray(values, float), seed) for name, values in per_title.items()}


def _interval(values: NDArray[np.float64], seed: int) -> dict[str, float]:
    """Percentile bootstrap of the mean."""
    dice = np.random.default_rng(seed)
    means = [float(values[dice.integers(0, len(values), len(values))].mean()) for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return {"value": float(values.mean()), "low": float(low), "high": float(high)}


def calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    gaps = [
        float((bins == b).mean()) * abs(float(confidences[bins == b].mean()) - float(right[bins == b].mean()))
        for b in range(BINS)
        if (bins == b).any()
    ]
    return float(sum(gaps))
