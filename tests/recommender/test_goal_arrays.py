from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from credpath.recommender.goal_arrays import Bytes, unit_rows


@given(st.integers(0, 1000))
def test_unit_vectors_in_bytes_keep_their_cosines_to_a_hundredth(seed: int) -> None:
    dice = np.random.default_rng(seed)
    rows = unit_rows(dice.standard_normal((6, 48)).astype(np.float32))
    coded = Bytes.of(rows)
    everything = np.arange(6)
    assert np.abs(coded.dot(everything, rows[0]) - rows @ rows[0]).max() < 0.01
    assert np.allclose(coded.take(everything)[2], coded.row(2))


def test_a_zero_row_stays_zero_and_an_empty_table_is_allowed(tmp_path: Path) -> None:
    assert Bytes.of(np.zeros((2, 4), np.float32)).row(1).tolist() == [0, 0, 0, 0]
    assert unit_rows(np.zeros((1, 3), np.float32)).tolist() == [[0, 0, 0]]
    Bytes.of(np.zeros((0, 4), np.float32)).save(tmp_path, "empty")
    assert Bytes.load(tmp_path, "empty").dimensions == 4
