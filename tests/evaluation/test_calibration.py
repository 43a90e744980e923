from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.evaluation.calibration import (
    brier,
    calibration_error,
    error_by_chance,
    expected_error,
    reliability,
    wilson,
)


def test_confidence_that_holds_has_no_calibration_error() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert calibration_error(np.full(10, 0.8), right) == pytest.approx(0.0)
    assert calibration_error(np.full(10, 0.3), right) == pytest.approx(0.5)


def test_bins_of_equal_mass_see_what_bins_of_equal_width_mix() -> None:
    stated = np.repeat([0.01, 0.09], 500)
    happened = np.concatenate([np.arange(500) < 45, np.arange(500) < 5])  # the wrong way round
    assert calibration_error(stated, happened) == pytest.approx(0.0)
    assert calibration_error(stated, happened, equal="mass") == pytest.approx(0.08)


def test_equal_predictions_stay_in_one_bin_of_equal_mass() -> None:
    curve = reliability(np.full(100, 0.2), np.arange(100) < 20, bins=5, equal="mass")
    assert [(b.count, b.happened) for b in curve] == [(100, 0.2)]


def test_the_reliability_curve_counts_every_prediction_once() -> None:
    stated = np.random.default_rng(0).random(1_000)
    for equal in ("width", "mass"):
        curve = reliability(stated, stated > 0.5, bins=10, equal=equal)
        assert sum(b.count for b in curve) == 1_000
        assert [b.stated for b in curve] == sorted(b.stated for b in curve)
        assert all(b.low <= b.happened <= b.high for b in curve)


def test_wilson_is_the_textbook_interval() -> None:
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert wilson(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-3)


def test_right_probabilities_show_about_the_error_that_chance_explains() -> None:
    dice = np.random.default_rng(0)
    stated = dice.random(300)
    curves = [reliability(stated, dice.random(300) < stated, equal="mass") for _ in range(200)]
    assert np.mean([expected_error(curve) for curve in curves]) == pytest.approx(error_by_chance(curves[0]), rel=0.1)
    assert error_by_chance(()) == 0.0


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier(np.array([0.0, 0.5, 1.0]), np.array([False, True, True])) == pytest.approx(0.25 / 3)
    assert brier(np.zeros(0), np.zeros(0, dtype=bool)) == 0.0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50), st.sampled_from(["width", "mass"]))
@settings(max_examples=60, deadline=None)
def test_calibration_error_lies_within_0_and_1(rows: list[tuple[float, bool]], equal: str) -> None:
    stated, happened = (np.array(column) for column in zip(*rows, strict=True))
    assert 0.0 <= calibration_error(stated, happened, equal=equal) <= 1.0  # type: ignore[arg-type]


@pytest.mark.parametrize("stated", [[-0.1, 0.5], [0.5, 1.1], [0.5, float("nan")], [0.5]])
def test_what_is_no_probability_is_refused(stated: list[float]) -> None:
    with pytest.raises(InvalidInput):
        calibration_error(np.array(stated), np.array([True, False]))
