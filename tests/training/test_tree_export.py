from __future__ import annotations

import json

import lightgbm
import numpy as np
import pytest

from credpath.recommender.goal_trees import Trees
from training.tree_export import export_trees


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_exported_trees_score_as_lightgbm_does(seed: int) -> None:
    dice = np.random.default_rng(seed)
    x = dice.standard_normal((400, 5)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    booster = lightgbm.train(
        {"objective": "lambdarank", "verbose": -1, "num_leaves": 9, "num_threads": 1, "min_data_in_leaf": 5},
        lightgbm.Dataset(x, y, group=[20] * 20),
        12,
    )
    trees = export_trees(booster.dump_model())
    assert np.allclose(trees.scores(x), booster.predict(x), atol=1e-5)
    again = Trees.from_dict(json.loads(json.dumps(trees.as_dict())))
    assert np.allclose(again.scores(x), booster.predict(x), atol=1e-3)


def test_no_tree_scores_nothing() -> None:
    assert export_trees({"tree_info": []}).scores(np.zeros((3, 2), np.float32)).tolist() == [0, 0, 0]


def test_a_tree_of_one_leaf_gives_its_value() -> None:
    trees = export_trees({"tree_info": [{"tree_structure": {"leaf_value": 0.5}}]})
    assert trees.scores(np.zeros((2, 2), np.float32)).tolist() == [0.5, 0.5]
