"""Logistic regression by Newton's method: the calibration's building block and the benchmark's plain baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.completion import design
from credpath.recommender.csr import Doubles, Floats, Mask

Labels = NDArray[np.str_] | NDArray[np.int64]
EDGE = 30.0  # log odds beyond which a probability is 0 or 1

ROUNDS = 50
ENOUGH = 1e-9  # a step shorter than this ends the search


def sigmoid(margins: NDArray[np.floating]) -> Doubles:
    """Probability from log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(margins, np.float64).clip(-EDGE, EDGE))))


@dataclass(frozen=True, slots=True)
class Logistic:
    """`weights` (k,) of the columns of the design; `covariance` (k, k) robust to rows of one learner being alike."""

    weights: Doubles
    covariance: Doubles

    def logit(self, columns: Doubles) -> Doubles:
        """(n,) log odds."""
        return np.asarray(columns @ self.weights)

    def error(self, columns: Doubles) -> Doubles:
        """(n,) standard error of the log odds."""
        variance = np.einsum("ij,jk,ik->i", columns, self.covariance, columns)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def fit_logistic(
    columns: Doubles,
    finished: Mask,
    ridge: Doubles,
    offset: Doubles | None = None,
    learners: Labels | None = None,
    counts: Doubles | None = None,
) -> Logistic:
    """Maximum likelihood less ridge / 2 * weights^2; `ridge` (k,) 0 for a free column.

    `offset` (n,): log odds given beforehand; `counts` (n,): how often each row counts.
    """
    often = np.ones(len(columns)) if counts is None else counts
    known = np.zeros(len(columns)) if offset is None else offset
    weights = np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        chance = sigmoid(known + columns @ weights)
        step = np.linalg.solve(
            _curvature(columns, often * chance * (1.0 - chance), ridge),
            columns.T @ (often * (finished - chance)) - ridge * weights,
        )
        # A long step overshoots where chances are near 0 or 1; the likelihood is concave, so a shorter one will do.
        weights = weights + step / max(1.0, float(np.abs(step).max()) / 4.0)
        if float(np.abs(step).max()) < ENOUGH:
            break
    chance = sigmoid(known + columns @ weights)
    inverse = np.linalg.inv(_curvature(columns, often * chance * (1.0 - chance), ridge))
    pulls = _by_learner(columns * (often * (finished - chance))[:, None], learners)
    return Logistic(weights, inverse @ (pulls.T @ pulls) @ inverse)


def _curvature(columns: Doubles, weight: Doubles, ridge: Doubles) -> Doubles:
    return np.asarray(columns.T @ (columns * weight[:, None]) + np.diag(ridge + 1e-9))


def _by_learner(rows: Doubles, learners: Labels | None) -> Doubles:
    if learners is None:
        return rows
    _, owner = np.unique(learners, return_inverse=True)
    sums = np.zeros((int(owner.max()) + 1, rows.shape[1]))
    np.add.at(sums, owner, rows)
    return sums


@dataclass(frozen=True, slots=True)
class Prepared:
    """How raw columns become those of a linear model, as `credpath.recommender.completion.design` does it."""

    middle: Doubles
    scale: Doubles
    flagged: NDArray[np.int64]

    @staticmethod
    def of(features: Floats) -> Prepared:
        """What the training rows say; NaN is missing."""
        missing = np.isnan(features)
        count = np.maximum((~missing).sum(axis=0), 1)
        filled = np.where(missing, 0.0, features).astype(np.float64)
        middle = filled.sum(axis=0) / count
        spread = np.sqrt((np.where(missing, 0.0, filled - middle) ** 2).sum(axis=0) / count)
        return Prepared(middle, np.where(spread > 1e-9, spread, 1.0), np.flatnonzero(missing.any(axis=0)))

    def design(self, features: Floats) -> Doubles:
        """(n, 1 + F + flagged)."""
        return design(features, self.middle, self.scale, self.flagged)


def fit_line(
    prepared: Prepared,
    features: Floats,
    finished: Mask,
    strength: float,
    signs: NDArray[np.int64] | None = None,
    counts: Doubles | None = None,
) -> Doubles:
    """(1 + F + flagged,) weights, penalised by 1 / `strength` but for the constant.

    `signs` (F,): 1 where a weight may not be negative, -1 where not positive, 0 free; a weight that would be is
    held at 0 and the rest fitted again. `counts` (n,): how often each row counts.
    """
    columns = prepared.design(features)
    ridge = np.full(columns.shape[1], 1.0 / strength)
    ridge[0] = 0.0
    bound = (
        np.zeros(columns.shape[1]) if signs is None else np.concatenate([[0], signs, np.zeros(len(prepared.flagged))])
    )
    kept = np.ones(columns.shape[1], bool)
    while True:
        weights = np.zeros(columns.shape[1])
        weights[kept] = fit_logistic(columns[:, kept], finished, ridge[kept], counts=counts).weights
        wrong = weights * bound < 0
        if not wrong.any():
            return weights
        kept &= ~wrong
