from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from credpath.recommender.csr import Lists, gather, group_by, offsets

LISTS = st.lists(st.lists(st.integers(0, 50), max_size=5), min_size=1, max_size=8)


@given(LISTS, st.data())
def test_gather_reads_the_chosen_rows_one_after_the_other(rows: list[list[int]], data: st.DataObject) -> None:
    packed = Lists.of(rows)
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=6))
    flat, owner = gather(packed.starts, np.array(chosen, dtype=np.int64))
    assert packed.values[flat].tolist() == [value for row in chosen for value in rows[row]]
    assert owner.tolist() == [at for at, row in enumerate(chosen) for _ in rows[row]]


@given(LISTS)
def test_packed_lists_read_back_as_they_were(rows: list[list[int]]) -> None:
    packed = Lists.of(rows)
    assert [packed[row].tolist() for row in range(len(rows))] == rows


@given(st.lists(st.integers(0, 6), max_size=20))
def test_grouping_keeps_the_order_within_each_key(keys: list[int]) -> None:
    order, starts = group_by(np.array(keys, dtype=np.int64), 7)
    groups = [order[starts[key] : starts[key + 1]].tolist() for key in range(7)]
    assert groups == [[at for at, value in enumerate(keys) if value == key] for key in range(7)]


def test_offsets_of_nothing_are_a_single_zero() -> None:
    assert offsets(np.zeros(0, dtype=np.int64)).tolist() == [0]
