"""Intervals of means and of paired differences: percentile bootstrap, whole learners drawn with what they did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput

Doubles = NDArray[np.float64]
Labels = NDArray[Any]  # one id a row: strings or integers
RESAMPLES = 1_000
LEVEL = 0.95
BLOCK = 4_000_000  # draws held at once: 16 MB


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and where it lies: `low` and `high` at 95 % unless said otherwise."""

    value: float
    low: float
    high: float

    @property
    def finite(self) -> bool:
        """No part is infinite or not a number."""
        return all(map(math.isfinite, (self.value, self.low, self.high)))

    def as_dict(self) -> dict[str, float]:
        """For a report."""
        return {"value": self.value, "low": self.low, "high": self.high}

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


def bootstrap_mean(
    values: Doubles,
    seed: int,
    *,
    learners: Labels | None = None,
    weights: Doubles | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """The (weighted) mean of `values` (n,). Without `learners` every value is a learner of its own."""
    return bootstrap_means(
        {"mean": values}, seed, learners=learners, weights=weights, resamples=resamples, level=level
    )["mean"]


def bootstrap_difference(
    ours: Doubles,
    theirs: Doubles,
    seed: int,
    *,
    learners: Labels | None = None,
    weights: Doubles | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Mean of `ours - theirs`, both measured on the same rows (paired)."""
    if len(ours) != len(theirs):
        raise InvalidInput(f"{len(ours)} values against {len(theirs)}", where="bootstrap_difference", fix="pair them")
    difference = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    return bootstrap_mean(difference, seed, learners=learners, weights=weights, resamples=resamples, level=level)


def bootstrap_means(
    columns: Mapping[str, Doubles],
    seed: int,
    *,
    learners: Labels | None = None,
    weights: Doubles | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> dict[str, Interval]:
    """Every column's mean over the same resamples, so that many metrics cost little more than one.

    A learner is drawn with all of their rows, since rows of one person resemble each other; the mean is the sum
    over the weights drawn. One learner alone gives an interval without width. Raises InvalidInput on no rows, on
    columns of different lengths and on values that are not finite.
    """
    table = _table(columns, weights)
    sums = by_learner(table, learners)
    drawn = _resampled(sums, seed, resamples)
    tail = 50.0 * (1.0 - level)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = drawn[:, :-1] / drawn[:, -1:]
        centre = sums[:, :-1].sum(axis=0) / sums[:, -1].sum()
    lows, highs = np.nanpercentile(means, [tail, 100.0 - tail], axis=0)
    return {name: Interval(float(centre[at]), float(lows[at]), float(highs[at])) for at, name in enumerate(columns)}


def by_learner(rows: Doubles, learners: Labels | None) -> Doubles:
    """(learners, m) sums of the rows (n, m) of each learner, learners in sorted order."""
    if learners is None:
        return rows
    if len(learners) != len(rows):
        raise InvalidInput(f"{len(learners)} learners for {len(rows)} values", where="learners")
    who, owner = np.unique(np.asarray(learners), return_inverse=True)
    sums = np.empty((len(who), rows.shape[1]))
    for at in range(rows.shape[1]):
        sums[:, at] = np.bincount(owner, weights=rows[:, at], minlength=len(who))
    return sums


def _table(columns: Mapping[str, Doubles], weights: Doubles | None) -> Doubles:
    """(n, m + 1): weighted values, and the weights last."""
    lengths = {name: len(values) for name, values in columns.items()}
    count = next(iter(lengths.values()), 0)
    if not count or set(lengths.values()) != {count}:
        raise InvalidInput(f"nothing to draw from, or unequal lengths: {lengths}", where="bootstrap")
    weight = np.ones(count) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(weight) != count or (weight < 0).any() or not weight.sum() > 0:
        raise InvalidInput("weights must be one a value, not negative, and not all 0", where="bootstrap")
    table = np.column_stack([*(np.asarray(v, dtype=np.float64) * weight for v in columns.values()), weight])
    if not np.isfinite(table).all():
        broken = [name for name, values in columns.items() if not np.isfinite(values).all()]
        raise InvalidInput(f"values that are not finite in {', '.join(broken) or 'weights'}", where="bootstrap")
    return table


def _resampled(sums: Doubles, seed: int, resamples: int) -> Doubles:
    """(resamples, m) sums over as many learners as there are, drawn with replacement."""
    dice = np.random.default_rng(seed)
    count = len(sums)
    lines = [np.ascontiguousarray(column) for column in sums.T]
    found = np.empty((resamples, len(lines)))
    step = max(1, BLOCK // count)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        draw = dice.integers(0, count, size=(size, count), dtype=np.int32)
        for at, line in enumerate(lines):
            found[start : start + size, at] = line.take(draw).sum(axis=1)
    return found
