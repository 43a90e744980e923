from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import BundleRefused
from credpath.recommender.forest import ARRAYS, FACTS, SESSION, ForestRanker
from tests.recommender.forests import fit_some, some_rows
from training.forest_export import export_forest

NAMES = tuple(f"feature_{n}" for n in range(6))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("forest")
    booster, _ = fit_some()
    export_forest(booster, NAMES, made)
    return made


@pytest.fixture(scope="module")
def forest(folder: Path) -> ForestRanker:
    return ForestRanker.load(folder)


def test_no_rows_get_no_scores_and_no_contributions(forest: ForestRanker) -> None:
    assert forest.score(np.zeros((0, 6), dtype=np.float32)).shape == (0,)
    assert forest.contributions(np.zeros((0, 6), dtype=np.float32)).shape == (0, 6)


def test_a_row_gets_the_same_score_alone_in_company_and_again(forest: ForestRanker) -> None:
    rows = some_rows(90, 6, seed=5)
    scores = forest.score(rows)
    np.testing.assert_array_equal(forest.score(rows), scores)
    np.testing.assert_array_equal(forest.score(rows[::-1])[::-1], scores)
    np.testing.assert_array_equal([forest.score(row[None])[0] for row in rows], scores)


def test_contributions_sum_to_the_score_less_the_bias(forest: ForestRanker) -> None:
    rows = some_rows(150, 6, seed=6)
    parts = forest.contributions(rows)
    np.testing.assert_allclose(parts.sum(axis=1) + forest.bias, forest.score(rows), atol=1e-5)
    np.testing.assert_allclose(parts[7], forest.contributions(rows[7:8])[0], atol=1e-12)


def test_what_no_tree_asks_contributes_nothing(tmp_path: Path) -> None:
    booster, rows = fit_some(rounds=5, feature_contri=[1, 1, 1, 0, 0, 0])
    export_forest(booster, NAMES, tmp_path)
    parts = ForestRanker.load(tmp_path).contributions(rows[:20])
    assert not parts[:, 3:].any()
    assert parts[:, :3].any(axis=0).all()


def test_the_spread_says_how_far_scores_scatter(forest: ForestRanker, tmp_path: Path) -> None:
    booster, rows = fit_some()
    scores = forest.score(rows)
    assert scores.std() / 2 <= forest.spread <= 2 * scores.std()
    assert scores.mean() == pytest.approx(forest.bias, abs=0.05)
    export_forest(booster, NAMES, tmp_path, reference=rows)
    assert ForestRanker.load(tmp_path).spread == pytest.approx(scores.std(), rel=1e-4)


def test_another_format_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in (ARRAYS, SESSION):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    facts = json.loads((folder / FACTS).read_text()) | {"format": 99}
    (tmp_path / FACTS).write_text(json.dumps(facts))
    with pytest.raises(BundleRefused, match="format 99"):
        ForestRanker.load(tmp_path)


def test_scores_that_are_not_those_of_the_trees_are_refused(folder: Path, tmp_path: Path) -> None:
    other, _ = fit_some(rounds=7, learning_rate=0.5)
    export_forest(other, NAMES, tmp_path)
    (tmp_path / SESSION).write_bytes((folder / SESSION).read_bytes())
    with pytest.raises(BundleRefused, match="apart from its own trees"):
        ForestRanker.load(tmp_path)
