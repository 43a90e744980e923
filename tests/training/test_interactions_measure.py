"""Ranks in the benchmark: among the whole catalogue, by every system."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.toy_logs import PLAIN, wanderers
from training.interactions_measure import METRICS, OURS, measure
from training.questions import Questions
from training.ranker import RankerConfig
from training.two_stage import Catalogue, TwoStage, TwoStageConfig, fit_two_stage

CONFIG = TwoStageConfig(
    questions=200, valid=50, serving_depth=2, item_models=PLAIN, ranker=RankerConfig(trees=5, leaves=8)
)


@pytest.fixture(scope="module")
def system() -> TwoStage:
    sequences = wanderers(items=60)
    return fit_two_stage(sequences, Catalogue((*sequences.ids, "z1", "z2")), CONFIG)


def test_what_is_no_candidate_stands_after_them_in_the_order_of_popularity(system: TwoStage) -> None:
    ids = (*system.co_completion.ids, "z1", "z2")
    followers = system.co_completion.bind(ids)
    history = np.array([4, 5, 6])
    others = np.setdiff1d(np.arange(len(ids)), history)
    popularity = np.bincount(wanderers(items=60).items, minlength=len(ids)).astype(np.float64)
    asked = Questions((history,) * len(others), others)
    found = measure(system, followers, asked, popularity, lambda _: None)
    ranks = found.by_system[OURS]
    assert sorted(ranks.tolist()) == list(range(1, len(others) + 1))
    left_out = np.isinf(found.retrieved)
    assert 0 < left_out.sum() < len(others)
    assert ranks[left_out].min() > ranks[~left_out].max()
    in_order = others[left_out][np.argsort(ranks[left_out])]
    assert in_order.tolist() == sorted(in_order.tolist(), key=lambda row: (-popularity[row], row))
    among = found.among_unseen[OURS][popularity[others] == 0]
    assert sorted(among.tolist()) == [1, 2]
    assert METRICS["mrr"](ranks).min() > 0
