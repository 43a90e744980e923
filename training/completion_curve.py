"""Calibration curves for margins, fitted on periods that the margins' own forests had not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.completion import Curve
from credpath.recommender.csr import Doubles, Mask
from training.completion_logistic import Labels, fit_logistic, sigmoid

KNOTS = 81
MARGIN = 1.0  # the curve goes so far beyond the margins that it was fitted on
FREE = 1e-6
LOWEST_SLOPE = 0.05  # a curve never falls, nor makes everybody alike: the gate judges such a model
BLOCKS = 40  # of equal count, before isotonic regression pools them


@dataclass(frozen=True, slots=True)
class Scored:
    """Out-of-period margins (n,) with what happened, of whom, and when (a whole number that rises with time)."""

    margins: Doubles
    finished: Mask
    learners: Labels
    period: NDArray[np.int64]

    def only(self, rows: Mask) -> Scored:
        """The rows where the mask is true."""
        return Scored(self.margins[rows], self.finished[rows], self.learners[rows], self.period[rows])


Shape = Callable[[Scored, Doubles], tuple[Doubles, Doubles]]


def identity(scored: Scored, at: Doubles) -> tuple[Doubles, Doubles]:
    """The margins as they are; their error is that of the straight line."""
    return at.copy(), platt(scored, at)[1]


def shifted(scored: Scored, at: Doubles) -> tuple[Doubles, Doubles]:
    """The margins and one constant: only the level was off."""
    ones = np.ones((len(scored.margins), 1))
    fitted = fit_logistic(ones, scored.finished, np.array([FREE]), scored.margins, scored.learners)
    return at + fitted.weights[0], platt(scored, at)[1]


def platt(scored: Scored, at: Doubles) -> tuple[Doubles, Doubles]:
    """A straight line in log odds (Platt 1999)."""
    design = _line(scored.margins)
    fitted = fit_logistic(design, scored.finished, np.full(2, FREE), None, scored.learners)
    slope = max(float(fitted.weights[1]), LOWEST_SLOPE)
    return fitted.weights[0] + slope * at, fitted.error(_line(at))


def beta(scored: Scored, at: Doubles) -> tuple[Doubles, Doubles]:
    """Beta calibration (Kull, Silva Filho and Flach 2017): both tails have a slope of their own, neither falling."""
    design = _tails(scored.margins)
    fitted = fit_logistic(design, scored.finished, np.full(3, FREE), None, scored.learners)
    if min(fitted.weights[1:]) < LOWEST_SLOPE:
        return platt(scored, at)
    return fitted.logit(_tails(at)), fitted.error(_tails(at))


def isotonic(scored: Scored, at: Doubles) -> tuple[Doubles, Doubles]:
    """A staircase of pooled blocks, joined by lines; each block's share is taken with one more of each kind."""
    order = np.argsort(scored.margins, kind="stable")
    pooled: list[tuple[float, float, float]] = []  # rows, their margins' sum, how many finished
    for block in np.array_split(order, min(BLOCKS, len(order))):
        pooled.append((float(len(block)), float(scored.margins[block].sum()), float(scored.finished[block].sum())))
        while len(pooled) > 1 and _share(pooled[-2]) >= _share(pooled[-1]):
            last = pooled.pop()
            before = pooled.pop()
            pooled.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    rows, sums, hits = np.array(pooled).T
    share = (hits + 1.0) / (rows + 2.0)
    logits = np.maximum.accumulate(np.log(share / (1.0 - share)))
    errors = 1.0 / np.sqrt(rows * share * (1.0 - share))
    return np.interp(at, sums / rows, logits), np.interp(at, sums / rows, errors)


def _share(block: tuple[float, float, float]) -> float:
    return block[2] / block[0]


def _line(margins: Doubles) -> Doubles:
    return np.column_stack([np.ones(len(margins)), margins])


def _tails(margins: Doubles) -> Doubles:
    """1, log p and -log(1 - p): both rise with the margin."""
    chance = np.clip(sigmoid(margins), 1e-6, 1 - 1e-6)
    return np.column_stack([np.ones(len(margins)), np.log(chance), -np.log(1.0 - chance)])


# Simplest first: a later one has to earn its place.
SHAPES: dict[str, Shape] = {
    "identity": identity, "shifted": shifted, "platt": platt, "beta": beta, "isotonic": isotonic,
}  # fmt: skip


def fit_curve(shape: str, scored: Scored) -> Curve:
    """The curve of that shape, with the drift between periods in its errors."""
    low, high = float(scored.margins.min()) - MARGIN, float(scored.margins.max()) + MARGIN
    at = np.linspace(low, high, KNOTS)
    logits, errors = SHAPES[shape](scored, at)
    steady = Curve(at, np.maximum.accumulate(logits), errors)
    return Curve(at, steady.logits, np.sqrt(errors**2 + drift(steady, scored)))


def drift(curve: Curve, scored: Scored) -> float:
    """Variance of the level (log odds) from period to period, beyond what chance alone would show.

    The next period differs by as much, whatever the number of rows, so intervals must hold it.
    """
    levels, noise = [], []
    for period in np.unique(scored.period):
        here = scored.only(scored.period == period)
        ones = np.ones((len(here.margins), 1))
        level = fit_logistic(ones, here.finished, np.array([FREE]), curve.logit(here.margins), here.learners)
        levels.append(float(level.weights[0]))
        noise.append(float(level.covariance[0, 0]))
    if len(levels) < 2:
        return 0.0
    return max(0.0, float(np.square(levels).sum() / (len(levels) - 1) - np.mean(noise)))


def choose_shape(scored: Scored, latest: Scored, shapes: tuple[str, ...]) -> tuple[str, dict[str, float]]:
    """The simplest shape within one standard error of the lowest log loss on `latest`, fitted on `scored` alone."""
    losses = {shape: _losses(fit_curve(shape, scored).logit(latest.margins), latest.finished) for shape in shapes}
    means = {shape: float(loss.mean()) for shape, loss in losses.items()}
    best = min(means, key=lambda shape: means[shape])
    for shape in shapes:
        gap = losses[shape] - losses[best]
        if float(gap.mean()) <= float(gap.std()) / np.sqrt(len(gap)):
            return shape, means
    return best, means


def _losses(logits: Doubles, finished: Mask) -> Doubles:
    """(n,) negative log likelihood."""
    return np.asarray(np.logaddexp(0.0, np.where(finished, -logits, logits)))
