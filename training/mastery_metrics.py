"""How good the chances of answers are: AUC, log loss, calibration error, accuracy, with intervals over learners."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from credpath.evaluation.calibration import BINS, calibration_error
from credpath.evaluation.intervals import RESAMPLES, Interval
from credpath.recommender.csr import Doubles, Offsets, Rows, sums
from training.completion_metrics import SURE, Drawn
from training.responses import Answers

FIGURES = ("auc", "log_loss", "ece", "accuracy")
GRADES = 1_000  # groups of equal chances within which a resampled AUC counts pairs half; moves it by about 1e-6
BLOCK = 100  # resamples held at once

Figures = dict[str, float]
Samples = dict[str, Doubles]


def figures(chance: Doubles, correct: Answers) -> Figures:
    """Each of FIGURES; the calibration error over ten bins of equal width, as `evaluation.calibration` defines it."""
    drawn, whole = Drawn(chance, correct == 1), np.ones(len(correct))
    return {
        "auc": drawn.auc(whole),
        "log_loss": drawn.log_loss(whole),
        "ece": calibration_error(chance, correct == 1),
        "accuracy": float(((chance >= 0.5) == (correct == 1)).mean()),
    }


class LearnerBootstrap:
    """Learners drawn with replacement, each with all answers; the same draws for every model that is compared."""

    def __init__(self, learners: Rows, seed: int, resamples: int = RESAMPLES) -> None:
        self._count, self._owner = _codes(learners)
        self._seed = seed
        self._resamples = resamples

    def samples(self, chance: Doubles, correct: Answers) -> Samples:
        """(resamples,) each of FIGURES."""
        hits, misses = self._graded(chance, correct)
        width = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
        gaps = self._table(width, chance - correct, BINS)
        stated = np.where(correct == 1, chance, 1.0 - chance).clip(SURE, 1.0)
        right = (chance >= 0.5) == (correct == 1)
        means = np.stack([self._by_learner(v) for v in (-np.log(stated), right.astype(float), np.ones(len(right)))])
        found: list[Doubles] = []
        for start in range(0, self._resamples, BLOCK):
            often = self._draws(start, min(BLOCK, self._resamples - start))
            loss, accurate, total = means @ often
            error = np.abs(gaps @ often).sum(axis=0) / total
            found.append(np.stack([_auc(hits @ often, misses @ often), loss / total, error, accurate / total]))
        return dict(zip(FIGURES, np.concatenate(found, axis=1), strict=True))

    def _draws(self, start: int, size: int) -> Doubles:
        """(learners, size) how often each learner is drawn."""
        dice = np.random.default_rng([self._seed, start])
        drawn = [np.bincount(dice.integers(0, self._count, self._count), minlength=self._count) for _ in range(size)]
        return np.stack(drawn, axis=1).astype(np.float64)

    def _graded(self, chance: Doubles, correct: Answers) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """(grades, learners) right and wrong answers, grades of about equal size in the order of their chances."""
        _, tied, counts = np.unique(chance, return_inverse=True, return_counts=True)
        middle = (np.cumsum(counts) - counts / 2.0) / len(chance)
        grade = np.minimum((middle * GRADES).astype(np.int64), GRADES - 1)[tied]
        right = correct.astype(np.float64)
        return self._table(grade, right, GRADES), self._table(grade, 1.0 - right, GRADES)

    def _table(self, place: Offsets, values: Doubles, places: int) -> sparse.csr_matrix:
        return sparse.csr_matrix((values, (place, self._owner)), shape=(places, self._count))

    def _by_learner(self, values: Doubles) -> Doubles:
        return sums(self._owner, values, self._count)


def _codes(learners: Rows) -> tuple[int, Offsets]:
    present, owner = np.unique(learners, return_inverse=True)
    return len(present), owner


def _auc(hits: Doubles, misses: Doubles) -> Doubles:
    """(b,) from counts (grades, b) of either kind; .5 where one kind is absent."""
    below = np.cumsum(misses, axis=0) - 0.5 * misses
    pairs = hits.sum(axis=0) * misses.sum(axis=0)
    found: Doubles = np.divide((hits * below).sum(axis=0), pairs, out=np.full(len(pairs), 0.5), where=pairs > 0)
    return found


def intervals(values: Mapping[str, float], samples: Samples) -> dict[str, Interval]:
    """95 % percentile intervals of figures from their resamples."""
    found = {}
    for name, value in values.items():
        low, high = np.percentile(samples[name], [2.5, 97.5])
        found[name] = Interval(value, min(value, float(low)), max(value, float(high)))
    return found


def differences(ours: Figures, theirs: Figures, mine: Samples, other: Samples) -> dict[str, Interval]:
    """Our figures less theirs over the same draws of learners (paired)."""
    return intervals({k: ours[k] - theirs[k] for k in FIGURES}, {k: mine[k] - other[k] for k in FIGURES})
