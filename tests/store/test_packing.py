from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.store.packing import (
    pack_matrix,
    pack_record,
    pack_scores,
    pick_rows,
    schema_id,
    unpack_matrix,
    unpack_record,
    unpack_scores,
)


@given(st.integers(0, 7), st.integers(0, 9), st.randoms(use_true_random=False))
def test_a_matrix_comes_back_bit_by_bit(rows: int, columns: int, dice: random.Random) -> None:
    cells = dice.randbytes(4 * rows * columns)
    assert unpack_matrix(pack_matrix(cells, columns), columns) == cells


def test_values_that_are_no_ordinary_numbers_come_back_too() -> None:
    cells = np.array([[np.nan, -0.0], [np.inf, 1e-45]], "<f4").tobytes()
    assert unpack_matrix(pack_matrix(cells, 2), 2) == cells


def test_rows_are_picked_in_the_order_asked_for() -> None:
    cells = np.arange(8, dtype="<f4").tobytes()
    assert np.frombuffer(pick_rows(cells, 2, [3, 0]), "<f4").tolist() == [6.0, 7.0, 0.0, 1.0]


def test_scores_keep_every_bit() -> None:
    scores = (0.1 + 0.2, -1e-300, 0.0)
    assert unpack_scores(pack_scores(scores)) == scores
    assert unpack_scores(pack_scores(())) == ()


def test_a_record_comes_back() -> None:
    assert unpack_record(pack_record({"b": [1, 0.1], "a": {"x": None}})) == {"a": {"x": None}, "b": [1, 0.1]}


def test_names_in_another_order_are_another_schema() -> None:
    assert schema_id(("a", "b")) == schema_id(("a", "b"))
    assert len({schema_id(("a", "b")), schema_id(("b", "a")), schema_id(("ab",)), schema_id(())}) == 4


def test_a_matrix_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        pack_matrix(bytes(12), 2)
