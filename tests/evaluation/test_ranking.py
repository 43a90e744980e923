from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.evaluation.ranking import coverage, full_ranks, hr_at, mrr, ndcg_at, popularity_lift, recall_at


def test_every_credential_competes_and_equal_scores_stand_in_row_order() -> None:
    scores = np.array([[0.1, 0.9, 0.5, 0.5], [0.1, 0.9, 0.5, 0.5], [0.0, 0.0, 0.0, 0.0]])
    assert full_ranks(scores, np.array([2, 3, 0])).tolist() == [2.0, 3.0, 1.0]


def test_what_may_not_be_recommended_does_not_compete() -> None:
    scores = np.array([[0.1, 0.9, 0.5], [0.1, 0.9, 0.5]])
    masked = np.array([[False, True, False], [False, False, True]])
    assert full_ranks(scores, np.array([2, 2]), masked).tolist() == [1.0, np.inf]


def test_a_score_of_minus_infinity_is_not_found_and_nan_is_refused() -> None:
    assert full_ranks(np.array([[-np.inf, 1.0]]), np.array([0])).tolist() == [np.inf]
    with pytest.raises(InvalidInput, match="not a number"):
        full_ranks(np.array([[np.nan, 1.0]]), np.array([1]))


@given(st.integers(1, 30), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_ranks_agree_with_sorting(size: int, seed: int) -> None:
    scores = np.random.default_rng(seed).integers(0, 6, size=(1, size)).astype(float)
    order = np.argsort(-scores[0], kind="stable")
    for place, row in enumerate(order.tolist(), start=1):
        assert full_ranks(scores, np.array([row]))[0] == place


def test_metrics_of_one_relevant_credential_each() -> None:
    ranks = np.array([1.0, 2.0, 11.0, np.inf])
    assert hr_at(ranks, 10).tolist() == [1, 1, 0, 0]
    assert mrr(ranks).tolist() == pytest.approx([1, 1 / 2, 1 / 11, 0])
    assert ndcg_at(ranks, 10).tolist() == pytest.approx([1, 1 / np.log2(3), 0, 0])


def test_metrics_of_several_graded_credentials_a_learner() -> None:
    ranks, owners = np.array([1.0, 3.0, 7.0, 2.0]), np.array([0, 0, 1, 2])
    grades = np.array([1.0, 3.0, 2.0, 0.0])
    assert hr_at(ranks, 3, owners).tolist() == [1, 0, 1]
    assert recall_at(ranks, 2, owners).tolist() == [0.5, 0.0, 1.0]
    assert mrr(ranks, owners).tolist() == pytest.approx([1, 1 / 7, 1 / 2])
    first = (1 + 7 / 2) / (7 + 1 / np.log2(3))  # grade 3 should lead, grade 1 follow
    assert ndcg_at(ranks, 5, grades, owners).tolist() == pytest.approx([first, 0.0, 0.0])


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=25))
@settings(max_examples=60, deadline=None)
def test_gain_lies_within_0_and_1_and_the_ideal_order_earns_1(rows: list[tuple[int, int, int]]) -> None:
    once = list({(rank, owner): (rank, grade, owner) for rank, grade, owner in rows}.values())
    ranks, grades, owners = (np.array(column) for column in zip(*once, strict=True))
    found = ndcg_at(ranks.astype(float), 10, grades.astype(float), owners)
    assert ((found >= 0) & (found <= 1 + 1e-9)).all()
    order = np.lexsort((-grades, owners))
    ideal = np.arange(len(order)) - np.searchsorted(owners[order], owners[order]) + 1.0
    best = ndcg_at(ideal, 40, grades[order].astype(float), owners[order])
    worthy = np.bincount(owners, weights=grades) > 0
    assert best[worthy] == pytest.approx(1.0)


def test_coverage_counts_what_anybody_is_shown() -> None:
    assert coverage(np.array([[0, 1], [1, -1]]), catalogue=8) == 0.25
    assert coverage(np.zeros((0, 5), dtype=np.int64), catalogue=8) == 0.0


def test_popularity_lift_compares_with_what_learners_take() -> None:
    popularity = np.array([8.0, 2.0, 1.0])
    assert popularity_lift(np.array([[0], [0]]), np.array([1, 1]), popularity) == pytest.approx(3.0)
    assert popularity_lift(np.array([[1, -1]]), np.array([1]), popularity) == 0.0
    assert popularity_lift(np.zeros((0, 1), dtype=np.int64), np.array([1]), popularity) == 0.0
