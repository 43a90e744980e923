"""Logged decisions seen from a target policy: weights, how far the two policies overlap, and when that is too little.

The next credential (slot 1) is the action, and its logged propensity is exact. A *target* is another policy, such as
"always the challenger's first choice", whose value is wanted without letting it serve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.evaluation.intervals import Doubles, Labels

LEAST_PROPENSITY = 1e-3
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Logged:
    """n decisions, rows in parallel.

    `reward` of what was shown first, `propensity` with which it was, `target`: probability with which the target
    would show the same. `direct_logged`, `direct_target`: predicted reward of the shown action and of the target
    (its expectation over actions), by a model that did not see the row (`cross_fit`). `learners`: whose decision it
    was; without, every decision is taken for an independent one. `supported` (0..1): the part of the target's
    probability on actions whose logged propensity is at least the floor; estimated from the weights where absent.
    `moments` (n, 2): expected second and fourth power of the weight, given what was known before the action
    (`weight_moments`). With them, overlap is judged by what could have come up; without, by the weights that did,
    which look best just when the rare heavy ones are missing. `chosen`: what a target with one choice would show.
    """

    reward: Doubles
    propensity: Doubles
    target: Doubles
    direct_logged: Doubles
    direct_target: Doubles
    learners: Labels | None = None
    supported: Doubles | None = None
    moments: Doubles | None = None
    chosen: Labels | None = None

    def __post_init__(self) -> None:
        for name in ("reward", "propensity", "target", "direct_logged", "direct_target", "supported", "moments"):
            values = getattr(self, name)
            if values is not None and (len(values) != len(self.reward) or not np.isfinite(values).all()):
                raise InvalidInput(f"{name} is not one finite number a decision", where="logged decisions")
        for labels in (self.learners, self.chosen):
            if labels is not None and len(labels) != len(self.reward):
                raise InvalidInput("learners or choices are not one a decision", where="logged decisions")
        if len(self.reward) and not (self.propensity.min() > 0 and self.propensity.max() <= 1 + 1e-9):
            raise InvalidInput(
                "a propensity lies outside 0..1", where="logged decisions", fix="leave out what was not logged exactly"
            )
        if len(self.reward) and (self.target.min() < 0 or self.target.max() > 1 + 1e-9):
            raise InvalidInput("a target probability lies outside 0..1", where="logged decisions")

    def __len__(self) -> int:
        return len(self.reward)

    @property
    def weights(self) -> Doubles:
        """(n,) target over logged probability of the action that was shown; mean 1 where the target is supported."""
        return np.asarray(self.target / self.propensity, dtype=np.float64)

    @classmethod
    def first_choices(
        cls,
        reward: Doubles,
        propensity: Doubles,
        shown: Labels,
        chosen: Labels,
        chosen_propensity: Doubles,
        direct_shown: Doubles,
        direct_chosen: Doubles,
        learners: Labels | None = None,
        floor: float = LEAST_PROPENSITY,
    ) -> Logged:
        """A target that always shows its first choice.

        `shown`, `chosen` (n,): what was logged first and what the target would show. `chosen_propensity`: what the
        logging policy gave the latter, 0 where it could never be shown.
        """
        target = (np.asarray(shown) == np.asarray(chosen)).astype(np.float64)
        known = np.asarray(chosen_propensity) >= floor
        power = np.where(known, 1.0 / np.maximum(chosen_propensity, floor), 0.0)
        moments = np.column_stack([power, power**3])
        return cls(
            reward, propensity, target, direct_shown, direct_chosen, learners, known.astype(np.float64), moments, chosen
        )

    def only(self, rows: NDArray[np.bool_]) -> Logged:
        """Some of the decisions. Choose them by what was known before the action, never by the action or reward."""
        kept = {name: values[rows] for name in self.__dataclass_fields__ if (values := getattr(self, name)) is not None}
        return replace(self, **kept)


@dataclass(frozen=True, slots=True)
class Limits:
    """When an off-policy figure is refused. Below these, its 95 % interval was seen to cover less than 90 %.

    `effective`: least effective sample size. `carried`: fewest decisions that the variance may rest on.
    `unsupported`: largest share of the target's choices that were never explored; `propensity`: the lowest that counts
    as explored.
    """

    effective: float = 50.0
    carried: float = 10.0
    unsupported: float = 0.05
    propensity: float = LEAST_PROPENSITY


@dataclass(frozen=True, slots=True)
class Overlap:
    """How well logged decisions speak for a target.

    `effective_sample_size`: (sum w)^2 / sum w^2 (Kish 1965). `carried_by`: the same of w^2, about how many decisions
    the variance rests on. `largest_weight`. `unsupported`: share of the target's probability on actions that the log
    shows too rarely or never.
    """

    decisions: int
    effective_sample_size: float
    carried_by: float
    largest_weight: float
    unsupported: float

    def refusal(self, limits: Limits) -> str:
        """Why the log cannot tell the target's value, as a sentence; empty when it can."""
        if not self.decisions:
            return "there is no logged decision to judge by: log impressions with exploration first"
        if self.unsupported > limits.unsupported:
            return (
                f"{self.unsupported:.1%} of the target's choices were never or hardly explored, over "
                f"{limits.unsupported:.1%}: explore wider, or judge a target that keeps to what was explored"
            )
        if self.effective_sample_size < limits.effective:
            return (
                f"the effective sample size is {self.effective_sample_size:.0f} of {self.decisions} decisions, under "
                f"{limits.effective:.0f}: log more decisions, or explore more"
            )
        if self.carried_by < limits.carried:
            return (
                f"the answer rests on about {self.carried_by:.0f} heavy decisions, under {limits.carried:.0f}: "
                "log more decisions, or explore more"
            )
        return ""


def overlap(logged: Logged) -> Overlap:
    """The diagnostics of one target."""
    weights = logged.weights
    effective, carried = effective_count(weights), effective_count(weights**2)
    if logged.moments is not None:
        total = float(len(weights) if logged.supported is None else logged.supported.sum())
        effective = total * total / max(float(logged.moments[:, 0].sum()), TINY)
        carried = carried_by(logged.moments)
    return Overlap(len(weights), effective, carried, float(weights.max(initial=0.0)), unsupported_share(logged))


def carried_by(moments: Doubles) -> float:
    """About how many decisions a variance rests on, from expected second and fourth powers of the weights."""
    second, fourth = moments.sum(axis=0).tolist() if len(moments) else (0.0, 0.0)
    return second * second / fourth if fourth > TINY else 0.0


def unsupported_share(logged: Logged) -> float:
    """Stated by `supported`, or what the mean weight falls short of 1 beyond doubt (three standard errors), the larger.

    The mean catches the log in which the target's heavy actions simply never came up: its weights look even.
    """
    if not len(logged):
        return 1.0
    weights = logged.weights
    short = 1.0 - float(weights.mean()) - 3.0 * standard_error(weights) if logged.moments is None else 0.0
    stated = 0.0 if logged.supported is None else 1.0 - float(logged.supported.mean())
    return min(1.0, max(0.0, short, stated))


def standard_error(values: Doubles) -> float:
    """Of the mean, rows independent."""
    return float(values.std() / np.sqrt(max(1, len(values))))


def effective_count(weights: Doubles) -> float:
    """(sum w)^2 / sum w^2 of weights >= 0: n for equal weights, 1 where one outweighs all, 0 without any."""
    squares = float((weights * weights).sum())
    total = float(weights.sum())
    return total * total / squares if squares > TINY else 0.0


def support(target: Doubles, propensities: Doubles, floor: float = LEAST_PROPENSITY) -> Doubles:
    """(n,) part of each decision's target probability on actions that the log shows with at least `floor`.

    Both (n, actions), 0 where an action is not a candidate.
    """
    return np.asarray((target * (propensities >= floor)).sum(axis=1), dtype=np.float64)


def weight_moments(target: Doubles, propensities: Doubles, floor: float = LEAST_PROPENSITY) -> Doubles:
    """(n, 2) expected second and fourth power of the weights over explored actions; arguments as for `support`."""
    known = propensities >= floor
    ratio = np.divide(target, propensities, out=np.zeros(target.shape), where=known)
    return np.column_stack([(ratio**power * propensities).sum(axis=1) for power in (2, 4)])
