"""How good completion probabilities are: AUC, log loss, Brier score and calibration error, intervals by learner."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.intervals import Interval
from credpath.recommender.csr import Doubles, Mask, Offsets
from training.completion_logistic import Labels

RESAMPLES = 1_000
BINS = 10
SURE = 1e-7  # a probability of exactly 0 or 1 would cost infinitely much when it is wrong


class Drawn:
    """One set of predictions, sorted once, whose figures are then taken under many weightings of the rows."""

    def __init__(self, probability: NDArray[np.floating], finished: Mask) -> None:
        order = np.argsort(probability, kind="stable")
        self.order: Offsets = order
        self.stated = np.asarray(probability, np.float64)[order].clip(SURE, 1 - SURE)
        self.finished = finished[order].astype(np.float64)
        self.tied = np.unique(self.stated, return_inverse=True)[1]
        self.bins = np.minimum((self.stated * BINS).astype(np.int64), BINS - 1)
        self.losses = -np.log(np.where(finished[order], self.stated, 1.0 - self.stated))

    def auc(self, weights: Doubles) -> float:
        """Chance that one who finished was given more than one who did not; ties count half (Mann and Whitney)."""
        hits = np.bincount(self.tied, weights=weights * self.finished)
        misses = np.bincount(self.tied, weights=weights * (1.0 - self.finished))
        pairs = float(hits.sum() * misses.sum())
        below = np.cumsum(misses) - 0.5 * misses
        return float(hits @ below) / pairs if pairs else 0.5

    def log_loss(self, weights: Doubles) -> float:
        """Mean negative log likelihood."""
        return float(weights @ self.losses / weights.sum())

    def brier(self, weights: Doubles) -> float:
        """Mean squared distance from 0 or 1."""
        return float(weights @ np.square(self.stated - self.finished) / weights.sum())

    def ece(self, weights: Doubles) -> float:
        """Expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
        gaps = np.bincount(self.bins, weights=weights * (self.stated - self.finished), minlength=BINS)
        return float(np.abs(gaps).sum() / weights.sum())

    def level(self, weights: Doubles) -> float:
        """Mean probability less the share that finished."""
        return float(weights @ (self.stated - self.finished) / weights.sum())


FIGURES: dict[str, Callable[[Drawn, Doubles], float]] = {
    "auc": Drawn.auc, "log_loss": Drawn.log_loss, "brier": Drawn.brier, "ece": Drawn.ece, "level": Drawn.level,
}  # fmt: skip


def draws(learners: Labels, seed: int, resamples: int = RESAMPLES) -> list[NDArray[np.int16]]:
    """Bootstrap weights of the rows: a learner is drawn with all rows. The same for every model that is compared."""
    dice = np.random.default_rng(seed)
    who, owner = np.unique(learners, return_inverse=True)
    return [
        np.bincount(dice.integers(0, len(who), len(who)), minlength=len(who)).astype(np.int16)[owner]
        for _ in range(resamples)
    ]


def judge(
    probability: NDArray[np.floating], finished: Mask, learners: Labels, seed: int, resamples: int = RESAMPLES
) -> dict[str, Interval]:
    """Each figure of FIGURES with its 95 % percentile interval."""
    drawn = Drawn(probability, finished)
    whole = np.ones(len(finished))
    samples = [
        [figure(drawn, weights) for figure in FIGURES.values()]
        for weights in (one[drawn.order].astype(np.float64) for one in draws(learners, seed, resamples))
    ]
    lows, highs = np.percentile(np.array(samples), [2.5, 97.5], axis=0)
    return {
        name: Interval(figure(drawn, whole), float(lows[at]), float(highs[at]))
        for at, (name, figure) in enumerate(FIGURES.items())
    }


def difference(
    figure: str,
    ours: NDArray[np.floating],
    theirs: NDArray[np.floating],
    finished: Mask,
    learners: Labels,
    seed: int,
    resamples: int = RESAMPLES,
) -> Interval:
    """Our figure less theirs over the same resamples (paired)."""
    take, mine, other = FIGURES[figure], Drawn(ours, finished), Drawn(theirs, finished)
    gaps = [
        take(mine, one[mine.order].astype(np.float64)) - take(other, one[other.order].astype(np.float64))
        for one in draws(learners, seed, resamples)
    ]
    low, high = np.percentile(gaps, [2.5, 97.5])
    whole = np.ones(len(finished))
    return Interval(take(mine, whole) - take(other, whole), float(low), float(high))


def chance_ece(probability: NDArray[np.floating], seed: int, resamples: int = 200) -> float:
    """The calibration error that the same probabilities would show on average if every one of them were right.

    Results drawn from the stated probabilities themselves (Broecker and Smith 2007). With 300 rows it is about .06.
    """
    dice = np.random.default_rng(seed)
    stated = np.asarray(probability, np.float64)
    whole = np.ones(len(stated))
    return float(np.mean([Drawn(stated, dice.uniform(size=len(stated)) < stated).ece(whole) for _ in range(resamples)]))
