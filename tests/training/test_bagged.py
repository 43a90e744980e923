"""Several forests as one: the mean, for whoever scores and for whoever exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from credpath.recommender.forest import ForestRanker
from training.bagged import Bagged
from training.forest_export import export_forest
from training.ranker import RankerConfig, RankerTable, fit_ranker

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def table() -> RankerTable:
    rng = np.random.default_rng(3)
    features = rng.random((1200, 3)).astype(np.float32)
    labels = (features[:, 0] + 0.3 * features[:, 1] + 0.2 * rng.random(1200) > 1.0).astype(np.int8)
    return RankerTable(features, NAMES, np.full(60, 20), labels)


@pytest.fixture(scope="module")
def bagged(table: RankerTable) -> Bagged:
    found = fit_ranker(table, None, RankerConfig(trees=8, leaves=6, column_share=0.5, bags=3, seed=4))
    assert isinstance(found, Bagged)
    return found


def test_the_mean_of_forests_that_differ_is_what_counts(table: RankerTable, bagged: Bagged) -> None:
    each = [booster.predict(table.features) for booster in bagged.boosters]
    assert not np.allclose(each[0], each[1])
    assert bagged.predict(table.features) == pytest.approx(np.mean(each, axis=0))
    assert bagged.num_trees() == 24
    assert bagged.feature_name() == list(NAMES)
    assert bagged.feature_importance("gain").argmax() == 0


def test_the_first_of_them_is_the_forest_that_would_be_grown_alone(table: RankerTable, bagged: Bagged) -> None:
    alone = fit_ranker(table, None, RankerConfig(trees=8, leaves=6, column_share=0.5, seed=4))
    assert bagged.boosters[0].model_to_string() == alone.model_to_string()


def test_exported_it_scores_as_the_mean(table: RankerTable, bagged: Bagged, tmp_path: Path) -> None:
    export_forest(bagged, NAMES, tmp_path / "forest", reference=table.features)
    served = ForestRanker.load(tmp_path / "forest").score(table.features)
    assert served == pytest.approx(bagged.predict(table.features, raw_score=True), abs=1e-5)


def test_it_is_as_large_as_was_best_on_average(table: RankerTable) -> None:
    found = fit_ranker(table, table, RankerConfig(trees=40, leaves=6, early_stopping=5, bags=2))
    iterations = [booster.best_iteration for booster in found.boosters]
    assert found.best_iteration == round(sum(iterations) / 2)
