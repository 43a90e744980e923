"""A learned folder as a retraining would hand it over: a real ranker, of little wisdom, that any server loads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from credpath.recommender.features import COLUMN, FEATURES
from training.forest_export import export_forest


def learned_ranker(folder: Path, tenant: str, seed: int = 0) -> Path:
    """Trees that like what is popular and short, fitted on made-up rows."""
    import lightgbm

    dice = np.random.default_rng(seed)
    features = dice.random((400, len(FEATURES))).astype(np.float32)
    label = features[:, COLUMN["popularity"]] - features[:, COLUMN["hours"]] + 0.1 * dice.random(400)
    settings = {"objective": "regression", "verbosity": -1, "num_threads": 1, "seed": seed, "num_leaves": 8}
    booster = lightgbm.train(settings, lightgbm.Dataset(features, label), 10)
    export_forest(booster, FEATURES, folder / "ranker")
    card = {"tenant": tenant, "verdict": "promote", "metrics": {}, "feature_names": list(FEATURES)}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return folder
