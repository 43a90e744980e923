from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import BundleRefused, InvalidInput
from credpath.recommender.encoding import HashEncoder
from credpath.recommender.goal_index import GoalIndex
from credpath.recommender.goal_weights import GoalWeights, default_weights
from tests.training.goal_towns import large_taxonomy
from training.goal_calibration import calibrate, isotonic, softmax
from training.goal_folds import alternative_titles, deal, without
from training.goal_reranker import RankerConfig, fit_goal_weights
from training.goal_view import ViewConfig

ENCODER = HashEncoder(64)
SMALL = RankerConfig(folds=4, used=2, titles=240, rounds=12, threads=1)
VIEW = ViewConfig(dimensions=16, epochs=2, batch=256)
TAXONOMY = large_taxonomy()
HELD_OUT = deal(alternative_titles(TAXONOMY), 10, 7)[0]


@pytest.fixture(scope="module")
def weights() -> GoalWeights:
    return fit_goal_weights(without(TAXONOMY, HELD_OUT), ENCODER, 0, config=SMALL, view=VIEW)


def test_fitted_weights_find_titles_that_nobody_showed_them(weights: GoalWeights) -> None:
    index = GoalIndex.build(without(TAXONOMY, HELD_OUT), ENCODER, weights)
    found = [index.match(t.text, ENCODER, 5).matches for t in HELD_OUT]
    top_5 = [t.occupation_uri in {m.occupation_uri for m in ms} for t, ms in zip(HELD_OUT, found, strict=True)]
    assert np.mean(top_5) > 0.9


def test_the_same_seed_gives_the_same_weights(weights: GoalWeights, tmp_path: Path) -> None:
    again = fit_goal_weights(without(TAXONOMY, HELD_OUT), ENCODER, 0, config=SMALL, view=VIEW)
    assert again.trees.as_dict() == weights.trees.as_dict()
    assert again.calibration == weights.calibration
    assert np.array_equal(again.view.table.codes, weights.view.table.codes)


def test_saved_weights_are_the_same_and_say_what_they_were_fitted_on(weights: GoalWeights, tmp_path: Path) -> None:
    weights.save(tmp_path)
    loaded = GoalWeights.load(tmp_path)
    assert loaded.calibration == weights.calibration
    assert loaded.fitted_on["scheme"] == "towns"
    sample = np.random.default_rng(0).random((5, 60)).astype(np.float32)
    assert loaded.trees.scores(sample) == pytest.approx(weights.trees.scores(sample), abs=1e-4)


def test_weights_for_other_features_are_refused(weights: GoalWeights, tmp_path: Path) -> None:
    weights.save(tmp_path)
    file = tmp_path / "goal_weights.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"letters_1"', '"letters_0"'), encoding="utf-8")
    with pytest.raises(BundleRefused, match="other features"):
        GoalWeights.load(tmp_path)


def test_a_taxonomy_too_small_to_learn_from_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too few"):
        fit_goal_weights(replace(TAXONOMY, occupations=TAXONOMY.occupations[:400]), ENCODER)


def test_the_weights_of_the_package_say_where_they_come_from() -> None:
    assert default_weights().fitted_on["scheme"] == "esco"


def test_isotonic_points_never_fall() -> None:
    dice = np.random.default_rng(0)
    x = dice.random(500)
    xs, ys = isotonic(x, (dice.random(500) < x).astype(float), 20)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)


def test_calibrated_confidence_matches_how_often_it_is_right() -> None:
    dice = np.random.default_rng(1)
    scores = dice.standard_normal((4000, 12)).astype(np.float32)
    chances = softmax(2 * scores, 1.0)
    right = np.zeros(scores.shape, bool)
    right[np.arange(4000), [dice.choice(12, p=row / row.sum()) for row in chances.astype(float)]] = True
    calibration = calibrate([scores], [right], [np.full(4000, 0.8, np.float32)])
    assert calibration.temperature == pytest.approx(0.5, rel=0.15)
    shown = [calibration.confidence(calibration.softmax(row), 0.9).max() for row in scores]
    hits = right[np.arange(4000), scores.argmax(axis=1)]
    assert np.mean(shown) == pytest.approx(hits.mean(), abs=0.03)
    assert calibration.confidence(calibration.softmax(scores[0]), 0.0).max() == 0.0
