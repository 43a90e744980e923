"""Logistic regression against what its own equations say."""

from __future__ import annotations

import numpy as np
import pytest

from training.completion_logistic import Prepared, fit_line, fit_logistic, sigmoid


def rows(count: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    columns = np.column_stack([np.ones(count), dice.normal(size=(count, 2))])
    return columns, dice.uniform(size=count) < sigmoid(columns @ np.array([-0.5, 1.0, -2.0]))


def test_the_slope_of_the_penalised_likelihood_is_nothing_at_the_answer() -> None:
    columns, finished = rows()
    ridge = np.array([0.0, 2.0, 2.0])
    fitted = fit_logistic(columns, finished, ridge)
    slope = columns.T @ (finished - sigmoid(columns @ fitted.weights)) - ridge * fitted.weights
    np.testing.assert_allclose(slope, 0.0, atol=1e-6)


def test_the_truth_lies_within_two_and_a_half_errors() -> None:
    columns, finished = rows(4_000)
    fitted = fit_logistic(columns, finished, np.zeros(3))
    errors = np.sqrt(np.diag(fitted.covariance))
    assert (np.abs(fitted.weights - [-0.5, 1.0, -2.0]) < 2.5 * errors).all()


def test_rows_that_finish_without_exception_give_no_infinity() -> None:
    fitted = fit_logistic(np.column_stack([np.ones(20), np.arange(20.0)]), np.arange(20) > 9, np.zeros(2))
    assert np.isfinite(fitted.weights).all()
    assert np.isfinite(fitted.covariance).all()


def test_a_count_is_like_repeating_the_row() -> None:
    columns, finished = rows(60)
    counts = np.arange(60) % 3
    weighted = fit_logistic(columns, finished, np.full(3, 0.1), counts=counts.astype(float))
    repeated = fit_logistic(np.repeat(columns, counts, 0), np.repeat(finished, counts), np.full(3, 0.1))
    np.testing.assert_allclose(weighted.weights, repeated.weights, atol=1e-7)


def test_an_offset_that_is_right_leaves_nothing_to_add() -> None:
    columns, finished = rows(5_000)
    level = fit_logistic(np.ones((5_000, 1)), finished, np.zeros(1), columns @ np.array([-0.5, 1.0, -2.0]))
    assert abs(level.weights[0]) < 3 * np.sqrt(level.covariance[0, 0])


def test_rows_of_one_learner_that_are_alike_widen_the_error() -> None:
    columns, finished = rows(200)
    twice = np.repeat(columns, 2, 0), np.repeat(finished, 2)
    apart = fit_logistic(*twice, np.zeros(3))
    alike = fit_logistic(*twice, np.zeros(3), learners=np.repeat(np.arange(200), 2))
    assert alike.covariance[1, 1] == pytest.approx(2 * apart.covariance[1, 1])


def test_a_weight_of_the_wrong_sign_is_held_at_nothing() -> None:
    columns, finished = rows()
    features = columns[:, 1:].astype(np.float32)
    prepared = Prepared.of(features)
    free = fit_line(prepared, features, finished, 1.0)
    held = fit_line(prepared, features, finished, 1.0, np.array([0, 1]))
    assert free[2] < 0
    assert held[2] == 0.0
    assert held[1] > 0


def test_missing_values_are_flagged_and_count_as_the_middle() -> None:
    features = np.array([[1.0, 5.0], [3.0, np.nan], [5.0, 7.0]], np.float32)
    prepared = Prepared.of(features)
    np.testing.assert_allclose(prepared.middle, [3.0, 6.0])
    np.testing.assert_array_equal(prepared.flagged, [1])
    np.testing.assert_allclose(prepared.design(features)[1], [1.0, 0.0, 0.0, 1.0])


def test_a_column_without_spread_does_no_harm() -> None:
    features = np.column_stack([np.ones(50), np.arange(50)]).astype(np.float32)
    weights = fit_line(Prepared.of(features), features, np.arange(50) % 2 == 0, 1.0)
    assert np.isfinite(weights).all()
