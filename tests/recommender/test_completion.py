"""The probability of finishing as serving computes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import BundleRefused, InvalidInput
from credpath.recommender.completion import (
    CARD,
    Completion,
    Curve,
    Lines,
    chances,
    design,
    forest_folders,
    save_parts,
)
from credpath.recommender.csr import Doubles, Floats
from credpath.recommender.features import COLUMN, FEATURES
from training.forest_export import export_forest

STRAIGHT = Curve(np.array([-9.0, 9.0]), np.array([-9.0, 9.0]), np.zeros(2))
NAMES = ("readiness", "weeks")
NONE_FLAGGED = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Adds:
    """A forest that says the same of everybody."""

    amount: float

    def score(self, features: Floats) -> Doubles:
        return np.full(len(features), self.amount)


def lines(weights: list[list[float]], flagged: list[int] | None = None) -> Lines:
    return Lines(np.zeros(2), np.ones(2), np.array(flagged or [], np.int64), np.array(weights))


def model(*amounts: float, curve: Curve = STRAIGHT) -> Completion:
    return Completion(NAMES, lines([[0.0, 1.0, 0.0]] * len(amounts)), tuple(map(Adds, amounts)), curve, 0.0)


def test_the_margins_of_line_and_forest_add_up() -> None:
    stated = model(0.5, 1.5).chances(np.array([[2.0, 7.0]], np.float32))
    assert stated[0, 0] == pytest.approx(1 / (1 + np.exp(-3.0)))


def test_its_own_columns_are_picked_from_all_features() -> None:
    features = np.full((3, len(FEATURES)), 99.0, np.float32)
    features[:, COLUMN["readiness"]] = [0.0, 0.5, 1.0]
    features[:, COLUMN["weeks"]] = 0.0
    fitted = model(0.0)
    own = features[:, [COLUMN[name] for name in NAMES]]
    np.testing.assert_array_equal(fitted.predict(features), fitted.chances(own))
    assert (np.diff(fitted.predict(features)[:, 0]) > 0).all()


def test_no_rows_give_no_chances() -> None:
    assert model(0.0).predict(np.zeros((0, len(FEATURES)), np.float32)).shape == (0, 3)


@settings(deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=7), st.floats(0, 5), st.floats(0, 3))
def test_the_probability_lies_within_its_interval(margins: list[float], spread: float, error: float) -> None:
    curve = Curve(np.array([-9.0, 0.0, 9.0]), np.array([-4.0, 0.0, 2.0]), np.full(3, error))
    [[probability, low, high]] = chances(np.array(margins)[:, None], curve, spread)
    assert 0.0 <= low <= probability <= high <= 1.0


def test_a_bag_that_disagrees_is_less_sure() -> None:
    at_one, apart = (model(*amounts).chances(np.zeros((1, 2), np.float32))[0] for amounts in ((1, 1, 1), (0, 1, 2)))
    assert at_one[0] == pytest.approx(apart[0])
    assert apart[2] - apart[1] > at_one[2] - at_one[1]


def test_the_error_of_the_curve_widens_the_interval() -> None:
    unsure = Curve(STRAIGHT.margins, STRAIGHT.logits, np.full(2, 0.5))
    sure, wide = (model(0.0, curve=curve).chances(np.zeros((1, 2), np.float32))[0] for curve in (STRAIGHT, unsure))
    assert sure[1] == pytest.approx(sure[2])
    assert wide[2] == pytest.approx(1 / (1 + np.exp(-1.96 * 0.5)))


def test_a_value_far_out_counts_as_less_far() -> None:
    far = design(np.array([[1e9, -1e9]], np.float32), np.zeros(2), np.ones(2), NONE_FLAGGED)
    np.testing.assert_array_equal(far, [[1.0, 4.0, -4.0]])


def test_a_missing_value_has_a_weight_of_its_own() -> None:
    holding = lines([[0.0, 1.0, 0.0, 0.25]], flagged=[0])
    margins = holding.margins(np.array([[np.nan, 0.0], [0.0, 0.0]], np.float32))
    np.testing.assert_allclose(margins, [[0.25, 0.0]])


@pytest.mark.parametrize(
    ("margins", "logits", "errors"),
    [
        ([], [], []),
        ([0.0, 0.0], [0.0, 1.0], [0.0, 0.0]),
        ([0.0, 1.0], [1.0, 0.0], [0.0, 0.0]),
        ([0.0, 1.0], [0.0, 1.0], [0.0, -1.0]),
        ([0.0, 1.0], [0.0, float("nan")], [0.0, 0.0]),
        ([0.0, 1.0], [0.0], [0.0]),
    ],
)
def test_a_curve_that_is_none_is_refused(margins: list[float], logits: list[float], errors: list[float]) -> None:
    with pytest.raises(InvalidInput):
        Curve(np.array(margins), np.array(logits), np.array(errors))


def written(folder: Path, names: tuple[str, ...] = NAMES) -> Completion:
    """A model on disk; and the same before it was written."""
    dice = np.random.default_rng(0)
    features = dice.normal(size=(300, 2)).astype(np.float32)
    finished = features[:, 0] + dice.normal(size=300) > 0
    settings = {"objective": "binary", "num_leaves": 4, "verbosity": -1, "num_threads": 1, "deterministic": True}
    booster = lightgbm.train(settings, lightgbm.Dataset(features, label=finished.astype(float)), 5)
    save_parts(folder, names, lines([[0.1, 0.2, 0.3]]), STRAIGHT, 0.2, {"rows": 300})
    for place in forest_folders(folder, 1):
        export_forest(booster, names, place)
    return Completion(names, lines([[0.1, 0.2, 0.3]]), (Boosted(booster),), STRAIGHT, 0.2, {"rows": 300})


@dataclass(frozen=True)
class Boosted:
    """LightGBM itself, which serving does without."""

    booster: lightgbm.Booster

    def score(self, features: Floats) -> Doubles:
        return np.asarray(self.booster.predict(features, raw_score=True, num_threads=1))


def test_what_is_loaded_says_the_same_as_what_was_saved(tmp_path: Path) -> None:
    saved, asked = written(tmp_path), np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)
    loaded = Completion.load(tmp_path)
    np.testing.assert_allclose(loaded.chances(asked), saved.chances(asked), atol=1e-5)
    assert (loaded.names, loaded.usual_spread, loaded.facts) == (saved.names, 0.2, {"rows": 300})


def test_equal_models_are_equal_bytes(tmp_path: Path) -> None:
    written(tmp_path / "one"), written(tmp_path / "two")
    files = {f.relative_to(tmp_path / "one") for f in (tmp_path / "one").rglob("*") if f.is_file()}
    assert len(files) > 3
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_another_format_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    card = json.loads((tmp_path / CARD).read_text(encoding="utf-8"))
    (tmp_path / CARD).write_text(json.dumps(card | {"format": 2}), encoding="utf-8")
    with pytest.raises(BundleRefused, match="format 2"):
        Completion.load(tmp_path)


def test_a_feature_that_is_not_computed_any_more_is_refused(tmp_path: Path) -> None:
    written(tmp_path, ("readiness", "star_sign"))
    with pytest.raises(BundleRefused, match="star_sign"):
        Completion.load(tmp_path)
