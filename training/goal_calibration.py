"""Turns ranking scores into chances that hold: a softmax temperature by likelihood, then isotonic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.encoding import FloatArray
from credpath.recommender.goal_weights import Calibration

TEMPERATURES = np.geomspace(0.1, 5.0, 60)
SHOWN = 5  # the places whose confidence people see, and so the ones that are calibrated
KNOTS = 24
RARELY_FARTHER = 0.01  # so many real titles may lie farther from every label than what still counts as close


def calibrate(
    scores: Sequence[FloatArray], right: Sequence[NDArray[np.bool_]], closeness: Sequence[FloatArray]
) -> Calibration:
    """From held-out questions: scores and right (Q, K) of folds whose trees had not seen them."""
    all_scores, all_right = np.concatenate(scores), np.concatenate(right)
    temperature = float(min(TEMPERATURES, key=lambda t: _loss(all_scores, all_right, float(t))))
    shares = softmax(all_scores, temperature)
    top = np.argsort(-shares, axis=1, kind="stable")[:, :SHOWN]
    x = np.take_along_axis(shares, top, axis=1).ravel()
    y = np.take_along_axis(all_right, top, axis=1).ravel()
    knots, chances = isotonic(x, y.astype(np.float64), KNOTS)
    closest = float(np.quantile(np.concatenate(closeness), RARELY_FARTHER))
    return Calibration(round(temperature, 4), knots, chances, round(closest, 4))


def softmax(scores: FloatArray, temperature: float) -> FloatArray:
    """(Q, K) shares, each row summing to 1."""
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _loss(scores: FloatArray, right: NDArray[np.bool_], temperature: float) -> float:
    """Mean negative log likelihood over the questions whose answer is among the candidates."""
    answered = right.any(axis=1)
    shares = softmax(scores[answered], temperature)
    return float(-np.log(np.maximum(shares[right[answered]], 1e-12)).mean())


def isotonic(
    x: NDArray[np.floating], y: NDArray[np.floating], knots: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """A non-decreasing curve through bins of equal size (pool adjacent violators), as at most `knots` points."""
    order = np.argsort(x, kind="stable")
    bins = [part for part in np.array_split(order, knots) if len(part)]
    blocks: list[tuple[float, float, float]] = []  # mean x, mean y, weight
    for part in bins:
        blocks.append((float(x[part].mean()), float(y[part].mean()), float(len(part))))
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            (x1, y1, w1), (x2, y2, w2) = blocks[-2:]
            total = w1 + w2
            blocks[-2:] = [((x1 * w1 + x2 * w2) / total, (y1 * w1 + y2 * w2) / total, total)]
    return tuple(round(b[0], 6) for b in blocks), tuple(round(b[1], 6) for b in blocks)
