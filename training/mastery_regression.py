"""Logistic regression over sparse columns, some ten thousand of them."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from credpath.recommender.csr import Doubles
from training.completion_logistic import sigmoid

ROUNDS = 30
INNER = 40  # conjugate directions a round
ENOUGH = 1e-7  # gain of the next round, a row, below which the search ends
SHARP = 0.05  # how far the inner residual is brought down


def fit_sparse(
    columns: sparse.csr_matrix,
    correct: Doubles,
    ridge: float,
    offset: Doubles | float = 0.0,
    start: Doubles | None = None,
) -> Doubles:
    """(k,) weights of maximum likelihood less ridge / 2 * weights^2; `offset`: log odds given beforehand.

    Newton's method with steps by conjugate gradients, scaled by the diagonal (Lin, Weng and Keerthi 2008): columns
    of rare items and of counts differ in curvature by thousands.
    """
    turned, squares = columns.T.tocsr(), columns.multiply(columns).T.tocsr()
    weights = np.zeros(columns.shape[1]) if start is None else start.copy()
    margin = columns @ weights + offset
    lost = _lost(margin, correct, ridge, weights)
    for _ in range(ROUNDS):
        chance = sigmoid(margin)
        downhill = turned @ (correct - chance) - ridge * weights
        step = _step(columns, turned, squares, chance * (1.0 - chance), ridge, downhill)
        if float(downhill @ step) < ENOUGH * len(correct):
            return weights
        along, length = columns @ step, 1.0
        # a full step nearly always; halved where the curve is far from its parabola
        while (
            tried := _lost(margin + length * along, correct, ridge, weights + length * step)
        ) > lost and length > ENOUGH:
            length /= 2.0
        weights, margin, lost = weights + length * step, margin + length * along, tried
    return weights


def _lost(margin: Doubles, correct: Doubles, ridge: float, weights: Doubles) -> float:
    tail = np.log1p(np.exp(-np.abs(margin))) + np.maximum(margin, 0.0)
    return float(tail.sum() - correct @ margin) + 0.5 * ridge * float(weights @ weights)


def _step(
    columns: sparse.csr_matrix, turned: sparse.csr_matrix, squares: sparse.csr_matrix,
    curvature: Doubles, ridge: float, downhill: Doubles,
) -> Doubles:  # fmt: skip
    """(k,) what solves (X' diag(curvature) X + ridge) step = downhill, about."""
    scale = 1.0 / (squares @ curvature + ridge + 1e-12)
    step, left = np.zeros_like(downhill), downhill.copy()
    toward = scaled = scale * left
    size = first = float(left @ scaled)
    for _ in range(INNER):
        if size <= SHARP * SHARP * first:
            break
        bent = turned @ (curvature * (columns @ toward)) + ridge * toward
        length = size / float(toward @ bent)
        step, left = step + length * toward, left - length * bent
        scaled = scale * left
        size, before = float(left @ scaled), size
        toward = scaled + size / before * toward
    return step
