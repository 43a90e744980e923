"""What anybody would try first, tuned on the same periods: logistic regression, and LightGBM as it comes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from credpath.recommender.csr import Doubles, Floats, Offsets
from training.completion_logistic import Prepared, fit_line, sigmoid
from training.completion_periods import Fitting, held_out, loss, tune
from training.completion_table import CompletionTable
from training.completion_trees import ForestConfig, fit_bag

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
LEAVES = (8, 31)
TREES = (25, 50, 100, 200, 400)
# LightGBM's defaults but for what is tuned; none of our bags, lines, signs or calibration.
AS_IT_COMES = ForestConfig(
    strength=0.0, leaves=31, min_rows_in_leaf=20, l2=0.0, row_share=1.0, column_share=1.0, bags=1
)


def plain_logistic(past: CompletionTable, period: Offsets, asked: Floats) -> tuple[Doubles, dict[str, float]]:
    """(probabilities of the rows asked for, losses of each strength on periods held out in turn)."""
    sums = dict.fromkeys(STRENGTHS, 0.0)
    for chosen in np.unique(period).tolist():
        here, rest = held_out(past, period, chosen)
        for strength in STRENGTHS:
            margins = _margins(past.only(rest), past.features[here], strength)
            sums[strength] += loss(margins, past.finished[here]) / len(past.finished)
    best = min(sums, key=lambda strength: sums[strength])
    losses = {f"strength {strength:g}": value for strength, value in sums.items()}
    return sigmoid(_margins(past, asked, best)), losses


def _margins(known: CompletionTable, asked: Floats, strength: float) -> Doubles:
    prepared = Prepared.of(known.features)
    return np.asarray(prepared.design(asked) @ fit_line(prepared, known.features, known.finished, strength))


def tune_forest(past: CompletionTable, period: Offsets, threads: int) -> tuple[ForestConfig, dict[str, float]]:
    """The leaves and trees of plain LightGBM that lose least on periods held out in turn, and all losses."""
    losses: dict[str, float] = {}
    tuned: dict[float, ForestConfig] = {}
    for leaves in LEAVES:
        start = replace(AS_IT_COMES, leaves=leaves, threads=threads)
        config, found = tune(past, period, Fitting(start, (0.0,), TREES, monotone={}))
        losses |= {f"{leaves} leaves, {name}": value for name, value in found.items()}
        tuned.setdefault(min(found.values()), config)
    return tuned[min(tuned)], losses


def plain_forest(past: CompletionTable, asked: Floats, config: ForestConfig, seed: int) -> Doubles:
    """Probabilities of the rows asked for."""
    bag = fit_bag(past.rows, past.names, replace(config, seed=seed), {})
    return sigmoid(bag.mean_margin(asked))
