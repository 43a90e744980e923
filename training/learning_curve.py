"""How much more data would bring: the same fit on growing shares of the rows, judged on the same tuning part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from credpath.evaluation.intervals import bootstrap_mean
from credpath.recommender.feature_names import MONOTONE
from training.plots import Curve
from training.ranker import RankerTable, fit_ranker
from training.retrain_config import RetrainConfig
from training.slate_metrics import grouped_ndcg
from training.teaching import Rows, Settings, held_back, pick_groups, teaching_table

SHARES = (0.1, 0.25, 0.5, 1.0)
TREES = 120  # enough to see the slope; the shape of the curve is the point, not its height


def learning_curve(rows: Rows, settings: Settings, config: RetrainConfig) -> Curve | None:
    """NDCG@10 on the tuning part against the share of the earlier rows; None where the smallest share has no reward."""
    cut, held = held_back(rows, config)
    whole = teaching_table(rows, settings, before=cut)
    dice = np.random.default_rng(config.seed).permutation(len(whole.groups))
    ranker = replace(settings.ranker, trees=min(TREES, settings.ranker.trees))
    places, intervals = [], []
    for share in SHARES:
        some = pick_groups(whole, np.sort(dice[: max(1, round(share * len(dice)))]))
        if not some.labels.any():
            continue
        reached = _ndcg(fit_ranker(some, None, ranker, MONOTONE).predict(held.features), held)
        places.append(share)
        intervals.append(bootstrap_mean(reached, config.seed))
    return Curve("challenger", places, intervals) if places else None


def _ndcg(scores: np.ndarray, held: RankerTable) -> np.ndarray:
    found = grouped_ndcg(scores, held.labels, held.groups, 10)
    return found[np.isfinite(found)]
