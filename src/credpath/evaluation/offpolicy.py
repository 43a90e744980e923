"""What a policy would have earned, from decisions that another one took and logged with exact propensities.

A bandit on slot 1, so the classical estimators suffice: inverse propensity scoring with clipping, its self-normalised
form (Swaminathan and Joachims 2015), the direct method, and doubly robust (Dudik, Langford and Li 2011). An estimate
without enough overlap is refused and carries no number.

Intervals linearise each estimator, sum its influence over each learner, and take Student's t with as many degrees of
freedom as decisions carry the variance. Few heavy decisions see too few rewards to know their own variance, so it is
raised toward the pooled one (after Smyth 2004), never lowered.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.evaluation.crossfit import cross_fit
from credpath.evaluation.intervals import Doubles, Labels, by_learner
from credpath.evaluation.logged import (
    TINY,
    Limits,
    Logged,
    Overlap,
    carried_by,
    effective_count,
    overlap,
    standard_error,
    support,
    weight_moments,
)

__all__ = [
    "Estimate", "Limits", "Logged", "Overlap", "cross_fit", "direct", "doubly_robust", "ips", "lift",
    "overlap", "snips", "student_quantile", "support", "weight_moments",
]  # fmt: skip

LIMITS = Limits()
LIFT_LIMITS = Limits(unsupported=0.5)
PRIOR_DECISIONS = 20.0  # how many decisions the pooled variance is worth
Z = 1.959963984540054
UNBALANCED = 4.0  # standard errors; they are measured on the very weights that may be missing


@dataclass(frozen=True, slots=True)
class Estimate:
    """A policy's value, or a lift, with its 95 % interval; all three None where `refused` says why not."""

    value: float | None
    low: float | None
    high: float | None
    overlap: Overlap
    refused: str = ""

    @property
    def effective_sample_size(self) -> float:
        """How many equally weighted decisions would tell as much."""
        return self.overlap.effective_sample_size

    def as_dict(self) -> dict[str, Any]:
        """For a report: JSON-ready, and no figure that is not finite."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "refused": self.refused,
            **asdict(self.overlap),
        }

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})" if self.value is not None else self.refused


@dataclass(frozen=True, slots=True)
class _Linear:
    """An estimator as a mean of `influence` (n,), of which `weight` times `residual` comes from rewards seen."""

    value: float
    influence: Doubles
    weight: Doubles
    residual: Doubles
    pooled: float  # variance of a residual over all decisions
    squares: float | None = None  # expected sum of squared weights; what came up where not known


def ips(logged: Logged, clip: float = 100.0, limits: Limits = LIMITS) -> Estimate:
    """Inverse propensity scoring with weights cut at `clip`.

    For rewards >= 0 cutting can only lose value: the interval's upper end is raised by what may be lost, the mean
    weight cut off times the largest reward, so it stays honest.
    """
    kept = np.minimum(logged.weights, clip)
    found = kept * logged.reward
    linear = _Linear(_mean(found), found, kept, logged.reward, _mean(logged.reward * logged.reward))
    estimate = _estimate(linear, logged, limits)
    if estimate.high is None:
        return estimate
    lost = (logged.weights - kept) * max(1.0, float(logged.reward.max()))
    return replace(estimate, high=estimate.high + _mean(lost) + Z * float(lost.std()) / len(lost) ** 0.5)


def snips(logged: Logged, limits: Limits = LIMITS) -> Estimate:
    """Self-normalised inverse propensity scoring: sum w r / sum w."""
    return _estimate(_snips(logged), logged, limits)


def direct(logged: Logged) -> Estimate:
    """The model's own expectation. Its interval knows of the sample, not of the model's error: never a criterion."""
    count, nothing = len(logged), np.zeros(len(logged))
    diagnostics = Overlap(count, float(count), float(count), 1.0, 0.0)
    if not count:
        return Estimate(None, None, None, diagnostics, diagnostics.refusal(LIMITS))
    linear = _Linear(_mean(logged.direct_target), logged.direct_target, nothing, nothing, 0.0)
    return Estimate(linear.value, *_ends(linear, logged.learners, float(count)), diagnostics)


def doubly_robust(logged: Logged, limits: Limits = LIMITS) -> Estimate:
    """The model's expectation, corrected by the weighted error it made on the actions shown."""
    return _estimate(_doubly_robust(logged), logged, limits)


def lift(
    challenger: Logged, champion: Logged, estimator: str = "doubly_robust", limits: Limits = LIFT_LIMITS
) -> Estimate:
    """Value of the challenger's target less that of the champion's, on the same decisions ("doubly_robust", "snips").

    Compare like with like: both greedy, or both exploring alike. A greedy challenger against the plain mean reward of
    an exploring champion would win by what exploration costs. Where both choose the same, nothing is added to the
    variance. Decisions where either would show what was never explored (known before the action) earn no credit:
    a predicted loss there counts, a predicted gain does not. Their share is `overlap.unsupported`.
    """
    _check_paired(challenger, champion)
    known = _supported_by_both(challenger, champion)
    ours, theirs = challenger.only(known), champion.only(known)
    moments = _moments_apart(ours, theirs)
    both = _overlap_of_two(ours, theirs, 1.0 - float(known.mean()) if len(known) else 1.0, moments)
    if sentence := both.refusal(limits) or ("" if moments is not None else _imbalance(ours, theirs)):
        return Estimate(None, None, None, both, sentence)
    linear = {"doubly_robust": _doubly_robust, "snips": _snips}[estimator]
    apart = _apart(linear(ours), linear(theirs), moments)
    joined = _spread(apart, known, challenger.direct_target - champion.direct_target)
    return Estimate(joined.value, *_ends(joined, challenger.learners, both.carried_by), both)


def _apart(one: _Linear, other: _Linear, moments: Doubles | None) -> _Linear:
    return _Linear(
        one.value - other.value, one.influence - other.influence, one.weight - other.weight,
        (one.residual + other.residual) / 2.0, (one.pooled + other.pooled) / 2.0,
        None if moments is None else float(moments[:, 0].sum()),
    )  # fmt: skip


def _spread(part: _Linear, known: NDArray[np.bool_], predicted: Doubles) -> _Linear:
    """The lift over all decisions from that over the explored ones; the others bring what was predicted, if a loss."""
    if known.all():
        return part
    everywhere = np.where(known, 0.0, predicted if predicted[~known].mean() < 0 else 0.0)
    weight, residual = np.zeros(len(known)), np.zeros(len(known))
    everywhere[known], weight[known], residual[known] = part.influence, part.weight, part.residual
    return _Linear(_mean(everywhere), everywhere, weight, residual, part.pooled, part.squares)


def _check_paired(one: Logged, other: Logged) -> None:
    if len(one) != len(other) or not (
        np.array_equal(one.reward, other.reward) and np.array_equal(one.propensity, other.propensity)
    ):
        raise InvalidInput("the two targets are not seen on the same decisions", where="lift", fix="pair them")


def _imbalance(ours: Logged, theirs: Logged) -> str:
    """Both targets' weights have the same mean; where theirs differ plainly, too few heavy actions came up."""
    apart = ours.weights - theirs.weights
    short = float(apart.mean())
    if abs(short) <= UNBALANCED * standard_error(apart):
        return ""
    return (
        f"the weights of the two targets do not balance (means differ by {short:+.3f}): what one of them would show "
        "was too seldom logged; log more decisions, or explore more"
    )


def _supported_by_both(one: Logged, other: Logged) -> NDArray[np.bool_]:
    known = np.ones(len(one), dtype=np.bool_)
    for logged in (one, other):
        if logged.supported is not None:
            known &= logged.supported > 0.5
    return known


def _moments_apart(ours: Logged, theirs: Logged) -> Doubles | None:
    """Expected powers of the difference of two weights; None where the choices of both are not known."""
    if ours.moments is None or theirs.moments is None or ours.chosen is None or theirs.chosen is None:
        return None
    differ = np.asarray(ours.chosen) != np.asarray(theirs.chosen)
    return np.asarray((ours.moments + theirs.moments) * differ[:, None], dtype=np.float64)


def _overlap_of_two(ours: Logged, theirs: Logged, left_out: float, moments: Doubles | None) -> Overlap:
    mine, its = overlap(ours), overlap(theirs)
    apart = np.abs(ours.weights - theirs.weights)
    carried = effective_count(apart**2) if moments is None else carried_by(moments)
    same = not (apart.any() if moments is None else moments.any())
    return Overlap(
        decisions=len(ours),
        effective_sample_size=min(mine.effective_sample_size, its.effective_sample_size),
        carried_by=float(len(ours)) if same else carried,
        largest_weight=max(mine.largest_weight, its.largest_weight),
        unsupported=max(left_out, mine.unsupported, its.unsupported),
    )


def _snips(logged: Logged) -> _Linear:
    weights = logged.weights / max(_mean(logged.weights), TINY)
    value = _mean(weights * logged.reward)
    residual = logged.reward - value
    return _Linear(value, value + weights * residual, weights, residual, _variance(logged.reward), _squares(logged))


def _doubly_robust(logged: Logged) -> _Linear:
    residual = logged.reward - logged.direct_logged
    influence = logged.direct_target + logged.weights * residual
    return _Linear(_mean(influence), influence, logged.weights, residual, _mean(residual * residual), _squares(logged))


def _squares(logged: Logged) -> float | None:
    return None if logged.moments is None else float(logged.moments[:, 0].sum())


def _estimate(linear: _Linear, logged: Logged, limits: Limits) -> Estimate:
    """With the interval widened by what the choices that were never explored could earn: nothing, or everything."""
    diagnostics = overlap(logged)
    if sentence := diagnostics.refusal(limits):
        return Estimate(None, None, None, diagnostics, sentence)
    low, high = _ends(linear, logged.learners, diagnostics.carried_by)
    most = max(1.0, float(logged.reward.max()))
    down, up = (diagnostics.unsupported * max(0.0, part) for part in (linear.value, most - linear.value))
    return Estimate(linear.value, low - down, high + up, diagnostics)


def _mean(values: Doubles) -> float:
    return float(values.mean()) if len(values) else 0.0


def _variance(values: Doubles) -> float:
    return float(values.var()) if len(values) else 0.0


def _ends(linear: _Linear, learners: Labels | None, carried: float) -> tuple[float, float]:
    """The 95 % interval around the linearised value."""
    count = len(linear.influence)
    sums = by_learner((linear.influence - linear.influence.mean())[:, None], learners)[:, 0]
    clusters = len(sums)
    seen = float((sums * sums).sum()) / count**2 * clusters / max(1, clusters - 1)
    squares = linear.weight * linear.weight
    own = float((squares * linear.residual**2).sum())
    expected = float(squares.sum()) if linear.squares is None else linear.squares
    missing = max(0.0, expected * linear.pooled - own) / count**2
    freedom = max(1.0, min(carried, clusters - 1.0))
    spread = (seen + missing * PRIOR_DECISIONS / (PRIOR_DECISIONS + freedom)) ** 0.5
    half = student_quantile(freedom) * spread
    return linear.value - half, linear.value + half


def student_quantile(freedom: float) -> float:
    """97.5 % point of Student's t for `freedom` >= 1 (Cornish-Fisher; within 0.5 % from 3 degrees on)."""
    z, v = Z, max(freedom, 1.0)
    terms = (
        (z**3 + z) / 4.0,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96.0,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384.0,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160.0,
    )
    return float(z + sum(term / v ** (at + 1) for at, term in enumerate(terms)))
