from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from credpath.recommender.encoding import HashEncoder
from credpath.recommender.goal_arrays import Bytes
from credpath.recommender.goal_view import GoalView, term_key, view_terms

WIDTH = 8


@pytest.fixture(scope="module")
def view() -> GoalView:
    dice = np.random.default_rng(1)
    keys = np.array(sorted({term_key(t) for t in view_terms("data analyst")}), np.uint32)
    table = dice.standard_normal((len(keys), WIDTH)).astype(np.float32)
    return GoalView(keys, Bytes.of(table), dice.standard_normal((WIDTH, 32)).astype(np.float32), np.ones(1, np.float32))


def test_terms_are_words_pairs_the_last_word_and_letters() -> None:
    terms = list(view_terms("Data analysts"))
    assert {"w:data", "w:analyst", "b:data analyst", "h:analyst", "c:<da", "c:yst>"} <= set(terms)
    assert "h:data" not in terms


def test_rows_have_unit_length(view: GoalView) -> None:
    texts = ["data analyst", "analyst", "zzz"]
    rows = view.encode(texts, HashEncoder(32).encode(texts))
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_vectors_of_another_width_are_left_out(view: GoalView) -> None:
    rows = view.encode(["data", "zzz"], HashEncoder(16).encode(["data", "zzz"]))
    assert np.linalg.norm(rows[0]) == pytest.approx(1.0, abs=1e-5)
    assert rows[1].tolist() == [0.0] * WIDTH


def test_a_view_that_knows_no_term_still_encodes() -> None:
    empty = GoalView(
        np.zeros(0, np.uint32),
        Bytes.of(np.zeros((0, 4), np.float32)),
        np.zeros((4, 32), np.float32),
        np.ones(1, np.float32),
    )
    assert empty.encode(["data"], HashEncoder(32).encode(["data"])).shape == (1, 4)


def test_a_saved_view_encodes_the_same(view: GoalView, tmp_path: Path) -> None:
    view.save(tmp_path)
    vectors = HashEncoder(32).encode(["data analyst"])
    loaded = GoalView.load(tmp_path)
    assert loaded.encode(["data analyst"], vectors).tolist() == view.encode(["data analyst"], vectors).tolist()
