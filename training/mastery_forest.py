"""The forest of mastery: LightGBM over the columns that serving reads, constrained to move the right way."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from credpath.recommender.csr import Doubles, Floats, Mask
from credpath.recommender.forest import ForestRanker
from credpath.recommender.mastery_features import FALLING, NAMES, RISING, columns, neutral
from training.forest_export import export_forest
from training.mastery_stream import Walked
from training.responses import Answers

SKILL_EASINESS = "skill_easiness"
PATIENCE = 25
ALONE_BELOW = 20_000  # answers, below which a second thread takes longer to wait for than it saves
NEWTON = 25


@dataclass(frozen=True, slots=True)
class ForestSettings:
    """`neutral_share`: of the answers, so many teach the estimate of a skill rather than of an answer to an item.

    `most_rows`: of answers that are drawn for fitting. `monotone` False is for comparison only, never served.
    """

    trees: int = 500
    learning_rate: float = 0.06
    leaves: int = 31
    least_in_leaf: int = 100
    neutral_share: float = 0.25
    most_rows: int = 500_000
    threads: int = 2
    monotone: bool = True


@dataclass(frozen=True, slots=True)
class FittedForest:
    """`forest` as it serves, and how its log-odds become stated ones: slope * log-odds + intercept."""

    forest: ForestRanker
    slope: float
    intercept: float
    folder: tempfile.TemporaryDirectory[str]

    def chance(self, stood: Doubles, asked: Doubles) -> Doubles:
        """(n,) stated chances."""
        return stated(self.forest.score(columns(stood, asked)), self.slope, self.intercept)


def stated(logit: Doubles, slope: float, intercept: float) -> Doubles:
    """Chances from log-odds."""
    chance: Doubles = 1.0 / (1.0 + np.exp(-(slope * logit + intercept)))
    return chance


def partly_neutral(walked: Walked, share: float, seed: int) -> Floats:
    """(n, len(NAMES)): `share` of the rows, drawn by the seed, ask of a typical item of their skill."""
    drawn = np.random.default_rng(seed).random(len(walked.stood)) < share
    stood, asked = walked.stood.copy(), walked.asked.copy()
    if drawn.any():
        stood[drawn], asked[drawn] = neutral(stood[drawn], asked[drawn, 1])
    return columns(stood, asked)


def fit_forest(walked: Walked, correct: Answers, held: Mask, settings: ForestSettings, seed: int) -> FittedForest:
    """Fits on the answers outside `held` (n,), stops and calibrates on those inside."""
    import lightgbm

    table = partly_neutral(walked, settings.neutral_share, seed)
    fit_rows = _drawn(np.flatnonzero(~held), settings.most_rows, seed)
    held_rows = _drawn(np.flatnonzero(held), settings.most_rows // 4, seed)
    names = [f"c{place}" for place in range(len(NAMES))]
    fit = lightgbm.Dataset(table[fit_rows], correct[fit_rows], feature_name=names)
    valid = lightgbm.Dataset(table[held_rows], correct[held_rows], reference=fit)
    booster = lightgbm.train(
        _parameters(settings, seed, len(fit_rows)), fit, settings.trees, valid_sets=[valid],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )  # fmt: skip
    folder = tempfile.TemporaryDirectory(prefix="mastery-")
    export_forest(_cut(booster), NAMES, Path(folder.name), "mastery", table[held_rows[:5_000]])
    forest = ForestRanker.load(Path(folder.name))
    slope, intercept = calibrate(forest.score(table[held_rows]), correct[held_rows])
    return FittedForest(forest, slope, intercept, folder)


def _cut(booster: Any) -> Any:
    """Only the trees up to the best one: the exporter takes all that there are."""
    import lightgbm

    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=booster.best_iteration))


def _drawn(rows: Any, most: int, seed: int) -> Any:
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).permutation(rows)[:most])


def _parameters(settings: ForestSettings, seed: int, rows: int) -> dict[str, Any]:
    # too few rows for one split: every tree is a leaf, and of one row a part of .7 is none, which LightGBM refuses
    splits = rows >= 2 * settings.least_in_leaf
    signs = [1 if name in RISING else -1 if name in FALLING else 0 for name in NAMES]
    return {
        "objective": "binary", "learning_rate": settings.learning_rate, "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.least_in_leaf, "lambda_l2": 10.0, "feature_fraction": 0.5,
        "bagging_fraction": 0.7, "bagging_freq": int(splits), "max_bin": 127, "verbose": -1, "seed": seed,
        "num_threads": settings.threads if rows >= ALONE_BELOW else 1, "deterministic": True, "force_row_wise": True,
        "monotone_constraints": signs if settings.monotone else [0] * len(NAMES),
        "monotone_constraints_method": "basic",
    }  # fmt: skip


def calibrate(logit: Doubles, correct: Answers) -> tuple[float, float]:
    """(slope, intercept) of the logistic regression of the answers on the forest's log-odds (Platt, 1999).

    The slope is held above 0.2, so that what the forest orders is never turned round.
    """
    slope, intercept = fit_logistic(np.stack([logit, np.ones(len(logit))], axis=1), correct).tolist()
    return max(0.2, slope), intercept


def fit_logistic(design: Doubles, correct: Answers) -> Doubles:
    """(columns,) weights by Newton's method, drawn gently toward 1 for the first column and 0 for the others."""
    usual: Doubles = np.eye(design.shape[1])[0]
    weights, loss = usual, _loss(design, correct, usual, usual)
    for _ in range(NEWTON):
        chance = 1.0 / (1.0 + np.exp(-(design @ weights).clip(-30.0, 30.0)))
        information = (design * (chance * (1.0 - chance))[:, None]).T @ design + np.eye(len(usual))
        step = np.linalg.solve(information, design.T @ (correct - chance) - (weights - usual))
        # from far away a whole step overshoots: the curve is flat there
        tried = [(_loss(design, correct, weights + part * step, usual), part) for part in (1.0, 0.3, 0.1, 0.03)]
        least, part = min(tried)
        if least >= loss:
            break
        weights, loss = weights + part * step, least
    return weights


def _loss(design: Doubles, correct: Answers, weights: Doubles, usual: Doubles) -> float:
    logit = design @ weights
    return float((np.logaddexp(0.0, logit) - correct * logit).sum() + ((weights - usual) ** 2).sum() / 2.0)
