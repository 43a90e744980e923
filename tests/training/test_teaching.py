from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.ranker import RankerTable
from training.teaching import Timed, pick_groups, thin


def a_table(sizes: list[int]) -> RankerTable:
    rows = sum(sizes)
    labels = np.zeros(rows, dtype=np.int64)
    labels[np.cumsum(sizes) - 1] = 4  # the last row of each group was taken up
    features = np.arange(rows, dtype=np.float32)[:, None]
    return RankerTable(features, ("row",), np.array(sizes), labels)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(1, 40), st.integers(0, 5))
def test_thinning_keeps_what_was_taken_up_and_no_more_than_asked(sizes: list[int], most: int, seed: int) -> None:
    table = a_table(sizes)
    thinned = thin(table, most, seed)
    assert thinned.groups.tolist() == [min(size, most) for size in sizes]
    assert int((thinned.labels == 4).sum()) == len(sizes)
    assert np.array_equal(thinned.features[:, 0], np.sort(thinned.features[:, 0]))


def test_thinning_twice_with_one_seed_draws_the_same_rows() -> None:
    table = a_table([20, 30])
    assert np.array_equal(thin(table, 7, 3).features, thin(table, 7, 3).features)
    assert not np.array_equal(thin(table, 7, 3).features, thin(table, 7, 4).features)


def test_picked_groups_come_whole_and_in_order() -> None:
    picked = pick_groups(a_table([2, 3, 1]), np.array([0, 2]))
    assert picked.groups.tolist() == [2, 1]
    assert picked.features[:, 0].tolist() == [0, 1, 5]


def test_a_span_takes_the_groups_within_it() -> None:
    timed = Timed(a_table([2, 3, 1]), np.array([10.0, 20.0, 30.0]))
    assert timed.only((timed.times >= 15) & (timed.times < 30)).features[:, 0].tolist() == [2, 3, 4]
