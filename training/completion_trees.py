"""The classifier under the calibration: a small bag of straight lines, each with a LightGBM forest grown on top.

The line carries what holds everywhere, so that the forest, which cannot look beyond the rows that it saw, only has
to add what a line misses. On periods that the fit had not seen this lost less than either alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from credpath.errors import InvalidInput
from credpath.recommender.completion import Completion, Curve, Lines, forest_folders, save_parts
from credpath.recommender.csr import Doubles, Floats, Mask
from training.completion_logistic import Labels, Prepared, fit_line, fit_logistic
from training.forest_export import export_forest


@dataclass(frozen=True, slots=True)
class ForestConfig:
    """How one line and one forest are fitted: small trees and few columns a tree, since results are noisy.

    `strength`: of the line, larger trusts the rows more; 0 leaves the line out but for its constant.
    `bags`: how many are fitted, each on learners drawn with replacement; one alone is fitted on all rows.
    """

    strength: float = 0.1
    trees: int = 100
    leaves: int = 8
    learning_rate: float = 0.05
    min_rows_in_leaf: int = 50
    l2: float = 10.0
    row_share: float = 0.8
    column_share: float = 0.25
    bags: int = 10
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        if not 2 <= self.leaves <= 64:
            raise InvalidInput(f"{self.leaves} leaves", where="completion.leaves", fix="2 to 64")
        if min(self.min_rows_in_leaf, self.bags, self.threads) < 1 or self.trees < 1 or self.strength < 0:
            raise InvalidInput(
                "a count is too low", where="completion", fix="trees, min_rows_in_leaf, bags, threads from 1"
            )
        if not (0 < self.learning_rate <= 1 and 0 < self.row_share <= 1 and 0 < self.column_share <= 1):
            raise InvalidInput("a share beyond 0..1", where="completion", fix="learning_rate, row_share, column_share")


@dataclass(frozen=True, slots=True)
class Bag:
    """Fitted lines and `lightgbm.Booster`s over the same columns."""

    names: tuple[str, ...]
    lines: Lines
    boosters: tuple[Any, ...]

    def margins(self, features: Floats, trees: int | None = None) -> Doubles:
        """(bags, n) log odds before calibration; by the first `trees` of each forest, or all."""
        grown = [
            booster.predict(features, raw_score=True, num_threads=1, num_iteration=trees) for booster in self.boosters
        ]
        return np.asarray(self.lines.margins(features) + np.stack(grown))

    def mean_margin(self, features: Floats) -> Doubles:
        """(n,)"""
        return np.asarray(self.margins(features).mean(axis=0))

    def usual_spread(self, features: Floats) -> float:
        """Root mean square deviation of the bag's margins from their mean."""
        if len(self.boosters) < 2:
            return 0.0
        return float(np.sqrt(self.margins(features).var(axis=0, ddof=1).mean()))


def save_bag(bag: Bag, curve: Curve, usual_spread: float, facts: Mapping[str, Any], folder: Path) -> Completion:
    """Writes what serving loads, and loads it."""
    save_parts(folder, bag.names, bag.lines, curve, usual_spread, facts)
    for booster, place in zip(bag.boosters, forest_folders(folder, len(bag.boosters)), strict=True):
        export_forest(booster, bag.names, place, name="completion")
    return Completion.load(folder)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to fit on: `features` (n, F), NaN where missing; whether each finished; whose it is."""

    features: Floats
    finished: Mask
    learners: Labels

    def only(self, chosen: Mask) -> Rows:
        """The rows where the mask is true."""
        return Rows(self.features[chosen], self.finished[chosen], self.learners[chosen])


def fit_bag(rows: Rows, names: tuple[str, ...], config: ForestConfig, monotone: Mapping[str, int]) -> Bag:
    """Same rows in the same order and the same seed: the same bag. Raises InvalidInput for results of one kind.

    `monotone`: 1 for a feature that never lowers the probability, -1 for one that never raises it.
    """
    if not rows.finished.any() or rows.finished.all():
        raise InvalidInput("all rows ended alike", where="completion", fix="log results of both kinds")
    signs = np.array([int(monotone.get(name, 0)) for name in names], np.int64)
    prepared = Prepared.of(rows.features)
    weights, boosters = [], []
    for at, counts in enumerate(_draws(rows.learners, config)):
        line = _line(prepared, rows, config, signs, counts)
        lines = Lines(prepared.middle, prepared.scale, prepared.flagged, line[None])
        weights.append(line)
        seeded = replace(config, seed=config.seed * 1_000 + at)
        boosters.append(_grow(rows, lines.margins(rows.features)[0], counts, seeded, signs))
    return Bag(names, Lines(prepared.middle, prepared.scale, prepared.flagged, np.stack(weights)), tuple(boosters))


def _draws(learners: Labels, config: ForestConfig) -> list[Doubles]:
    """For each bag (n,) how often its learner was drawn; a learner comes with all of their rows."""
    if config.bags == 1:
        return [np.ones(len(learners))]
    dice = np.random.default_rng(config.seed)
    who, owner = np.unique(learners, return_inverse=True)
    return [
        np.bincount(dice.integers(0, len(who), len(who)), minlength=len(who)).astype(float)[owner]
        for _ in range(config.bags)
    ]


def _line(prepared: Prepared, rows: Rows, config: ForestConfig, signs: Any, counts: Doubles) -> Doubles:
    if config.strength:
        return fit_line(prepared, rows.features, rows.finished, config.strength, signs, counts)
    level = fit_logistic(np.ones((len(counts), 1)), rows.finished, np.full(1, 1e-6), counts=counts)
    return np.concatenate([level.weights, np.zeros(len(prepared.middle) + len(prepared.flagged))])


def _grow(rows: Rows, start: Doubles, counts: Doubles, config: ForestConfig, signs: Any) -> Any:
    """A booster from the line's margins on; its own scores leave them out."""
    import lightgbm

    kept = counts > 0
    settings = {
        "objective": "binary", "num_leaves": config.leaves, "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.min_rows_in_leaf, "lambda_l2": config.l2, "boost_from_average": False,
        "feature_fraction": config.column_share, "bagging_fraction": config.row_share,
        "bagging_freq": int(config.row_share < 1), "monotone_constraints": signs.tolist(),
        "deterministic": True, "force_row_wise": True, "seed": config.seed, "num_threads": config.threads,
        "verbosity": -1,
    }  # fmt: skip
    data = lightgbm.Dataset(
        np.ascontiguousarray(rows.features[kept]), label=rows.finished[kept].astype(float), weight=counts[kept],
        init_score=start[kept], params={"verbosity": -1},
    )  # fmt: skip
    return lightgbm.train(settings, data, config.trees)
