from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.recommender.forest import ForestRanker
from tests.recommender.forests import QUIET, fit, fit_some, some_rows
from training.forest_export import export_forest

NAMES = [f"feature_{n}" for n in range(6)]


@pytest.mark.parametrize("leaves", [2, 31, 64])
def test_every_row_ranks_as_in_lightgbm(leaves: int, tmp_path: Path) -> None:
    booster, rows = fit_some(num_leaves=leaves, rounds=40)
    export_forest(booster, NAMES, tmp_path)
    forest = ForestRanker.load(tmp_path)
    for sample in (rows, some_rows(500, 6, seed=9), some_rows(200, 6, seed=10) * 100):
        ours, theirs = forest.score(sample), booster.predict(sample, num_threads=1)
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
        order = np.argsort(-ours, kind="stable")
        assert (np.diff(theirs[order]) <= 1e-5).all()  # float32 sums may only exchange what is as good as equal


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1_000), st.floats(-1e6, 1e6, width=32))
def test_a_value_on_a_threshold_falls_on_the_side_where_lightgbm_puts_it(seed: int, far: float) -> None:
    booster, forest = _fitted()
    cuts = np.unique(forest.trees.threshold)
    dice = np.random.default_rng(seed)
    rows = dice.choice(np.append(cuts, np.float32(far)), (30, 6)).astype(np.float32)
    for moved in (rows, np.nextafter(rows, np.float32(np.inf)), np.nextafter(rows, np.float32(-np.inf))):
        np.testing.assert_allclose(forest.score(moved), booster.predict(moved, num_threads=1), atol=1e-5)


@cache
def _fitted() -> tuple[lightgbm.Booster, ForestRanker]:
    booster, _ = fit_some()
    with TemporaryDirectory() as folder:
        export_forest(booster, NAMES, Path(folder))
        return booster, ForestRanker.load(Path(folder))


def test_a_classifier_exports_its_log_odds(tmp_path: Path) -> None:
    rows = some_rows(1_000, 6)
    booster = fit(rows, (rows[:, 0] > 0.3).astype(int), objective="binary")
    export_forest(booster, NAMES, tmp_path, name="completion")
    forest = ForestRanker.load(tmp_path)
    assert forest.name == "completion"
    np.testing.assert_allclose(forest.score(rows), booster.predict(rows, raw_score=True), atol=1e-5)


def test_a_forest_that_found_nothing_to_split_scores_all_alike(tmp_path: Path) -> None:
    rows = np.zeros((100, 6), dtype=np.float32)
    export_forest(fit(rows, np.arange(100) % 3, rounds=2), NAMES, tmp_path)
    forest = ForestRanker.load(tmp_path)
    assert len(set(forest.score(some_rows(20, 6)).tolist())) == 1
    assert forest.spread == 0.0


def test_equal_boosters_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_forest(fit_some()[0], NAMES, tmp_path / name)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_booster_that_survived_its_text_form_exports_the_same(tmp_path: Path) -> None:
    booster, rows = fit_some()
    export_forest(lightgbm.Booster(model_str=booster.model_to_string()), NAMES, tmp_path)
    np.testing.assert_allclose(ForestRanker.load(tmp_path).score(rows), booster.predict(rows), atol=1e-5)


@pytest.mark.parametrize("names", [NAMES[:5], [*NAMES[:5], "feature_0"]])
def test_names_that_do_not_fit_the_columns_are_refused(names: list[str], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="names for 6 columns"):
        export_forest(fit_some(rounds=2)[0], names, tmp_path)


def test_what_the_format_cannot_say_is_refused(tmp_path: Path) -> None:
    rows = np.abs(np.round(some_rows(1_000, 6)))
    labels = (rows[:, 0] == 1).astype(int)
    table = lightgbm.Dataset(rows, labels, categorical_feature=[0])
    booster = lightgbm.train({"objective": "binary", "min_data_per_group": 1, **QUIET}, table, 3)
    with pytest.raises(InvalidInput, match="categories"):
        export_forest(booster, NAMES, tmp_path)
