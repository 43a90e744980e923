from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.slate_metrics import grouped_ndcg, places_in_groups


def test_the_best_order_of_a_group_has_an_ndcg_of_one() -> None:
    gains = np.array([0, 3, 1, 0, 0, 2])
    assert grouped_ndcg(gains.astype(float), gains, np.array([3, 3])).tolist() == [1.0, 1.0]


def test_a_single_hit_in_third_place_counts_half() -> None:
    assert grouped_ndcg(np.array([3.0, 2.0, 1.0]), np.array([0, 0, 4]), np.array([3]))[0] == pytest.approx(0.5)


def test_what_lies_below_the_depth_counts_nothing() -> None:
    assert grouped_ndcg(np.array([3.0, 2.0, 1.0]), np.array([0, 0, 4]), np.array([3]), depth=2)[0] == 0.0


def test_a_group_without_any_gain_has_no_ndcg() -> None:
    assert np.isnan(grouped_ndcg(np.array([1.0, 2.0]), np.array([0, 0]), np.array([2]))[0])


def test_equal_scores_keep_the_order_of_rows() -> None:
    assert places_in_groups(np.zeros(5), np.array([2, 3])).tolist() == [0, 1, 0, 1, 2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 4)), min_size=1, max_size=8), max_size=6))
def test_ndcg_lies_between_zero_and_one_and_each_group_stands_alone(groups: list[list[tuple[float, int]]]) -> None:
    rows = [pair for group in groups for pair in group]
    scores, gains = np.array([s for s, _ in rows]), np.array([g for _, g in rows])
    whole = grouped_ndcg(scores, gains, np.array([len(g) for g in groups], dtype=int), 3)
    assert ((whole >= 0) & (whole <= 1 + 1e-12) | np.isnan(whole)).all()
    for at, group in enumerate(groups):
        s, g = (np.array(column) for column in zip(*group, strict=True))
        assert grouped_ndcg(s, g, np.array([len(group)]), 3)[0] == pytest.approx(whole[at], nan_ok=True)
