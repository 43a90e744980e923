"""What each contender would have earned in the first place, from decisions logged with exact propensities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.offpolicy import (
    LIMITS,
    Estimate,
    Limits,
    Logged,
    cross_fit,
    direct,
    doubly_robust,
    ips,
    lift,
    snips,
)
from credpath.recommender.csr import Doubles, Floats
from training.policy_rows import PolicyRows


@dataclass(frozen=True, slots=True)
class RewardConfig:
    """The direct method's model: gradient-boosted regression of slot-1 rewards on features, cross-fitted by learner.

    Below `least_rows` it is the mean: a forest of so few rewards would only add noise to the estimate.
    """

    trees: int = 120
    leaves: int = 15
    learning_rate: float = 0.07
    min_rows_in_leaf: int = 40
    least_rows: int = 300
    folds: int = 5
    seed: int = 0
    threads: int = 1


def logged_of(rows: PolicyRows, config: RewardConfig, floor: float = LIMITS.propensity) -> dict[str, Logged]:
    """target -> the decisions seen from it, with cross-fitted expectations. `floor`: propensity that is explored."""
    expected = predicted_rewards(rows, config)
    found = {}
    for name, chances in rows.chances.items():
        found[name] = Logged(
            reward=rows.reward,
            propensity=rows.propensity,
            target=chances[rows.shown],
            direct_logged=expected[rows.shown],
            direct_target=rows.expected(name, expected),
            learners=rows.learners,
            chosen=rows.favourite(name),
            **_overlap_of(rows, name, floor),
        )
    return found


def _overlap_of(rows: PolicyRows, name: str, floor: float) -> dict[str, Doubles]:
    """What could have come up, where the logging policy is known: the weights that did look best by chance."""
    if rows.logged_chances is None:
        return {}
    explored = rows.logged_chances >= floor
    weight = np.where(explored, rows.chances[name] / np.maximum(rows.logged_chances, floor), 0.0)
    return {
        "supported": rows.expected(name, explored.astype(np.float64)),
        "moments": np.column_stack([rows.expected(name, weight), rows.expected(name, weight**3)]),
    }


def predicted_rewards(rows: PolicyRows, config: RewardConfig) -> Doubles:
    """(rows,) the reward that each row would bring, by a model that saw nothing of its learner."""
    if len(set(rows.learners.tolist())) < 2:
        return np.full(len(rows.features), rows.reward.mean() if len(rows) else 0.0)
    sizes = np.diff(rows.starts)
    widest = int(sizes.max())

    def fit(some: NDArray[np.int64]) -> Callable[[Floats], Doubles]:
        return _fit_rewards(rows.features[rows.shown[some]], rows.reward[some], config)

    def predict(model: Callable[[Floats], Doubles], some: NDArray[np.int64]) -> Doubles:
        lines = np.zeros((len(some), widest))
        inside = np.arange(widest)[None, :] < sizes[some][:, None]
        flat = (rows.starts[some][:, None] + np.arange(widest))[inside]
        lines[inside] = model(rows.features[flat])
        return lines

    lines = cross_fit(rows.learners, fit, predict, config.folds, config.seed)
    return lines[np.arange(widest)[None, :] < sizes[:, None]]


def _fit_rewards(features: Floats, reward: Doubles, config: RewardConfig) -> Callable[[Floats], Doubles]:
    import lightgbm

    average = float(reward.mean()) if len(reward) else 0.0
    if len(reward) < config.least_rows or reward.min() == reward.max():
        return lambda asked: np.full(len(asked), average)
    settings = {
        "objective": "regression", "num_leaves": config.leaves, "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.min_rows_in_leaf, "lambda_l2": 5.0, "feature_fraction": 0.7,
        "deterministic": True, "force_row_wise": True, "seed": config.seed, "num_threads": config.threads,
        "verbosity": -1,
    }  # fmt: skip
    booster = lightgbm.train(settings, lightgbm.Dataset(features, label=reward), config.trees)
    low, high = float(reward.min()), float(reward.max())
    return lambda asked: np.clip(np.asarray(booster.predict(asked), dtype=np.float64), low, high)


ESTIMATORS: Mapping[str, Callable[[Logged, Limits], Estimate]] = {
    "doubly_robust": doubly_robust,
    "snips": snips,
    "ips": lambda logged, limits: ips(logged, limits=limits),
    "direct": lambda logged, _: direct(logged),
}


@dataclass(frozen=True, slots=True)
class PolicyValues:
    """target -> estimator -> estimate; other target -> estimator -> the first target's lift over it."""

    decisions: int
    left_out: Mapping[str, int]
    values: Mapping[str, Mapping[str, Estimate]]
    lifts: Mapping[str, Mapping[str, Estimate]]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for the card and the run."""
        return {
            "decisions": self.decisions,
            "left_out": dict(self.left_out),
            "values": {t: {name: e.as_dict() for name, e in by.items()} for t, by in self.values.items()},
            "lifts": {t: {name: e.as_dict() for name, e in by.items()} for t, by in self.lifts.items()},
        }


def value_policies(rows: PolicyRows, config: RewardConfig | None = None, limits: Limits = LIMITS) -> PolicyValues:
    """Every target's value, and the lift of the first one over each other, paired on the same decisions."""
    logged = logged_of(rows, config or RewardConfig(), limits.propensity)
    first, *others = logged
    return PolicyValues(
        decisions=len(rows),
        left_out=rows.left_out,
        values={name: {e: how(seen, limits) for e, how in ESTIMATORS.items()} for name, seen in logged.items()},
        lifts={
            name: {how: lift(logged[first], logged[name], how, limits) for how in ("doubly_robust", "snips")}
            for name in others
        },
    )
