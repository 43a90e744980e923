"""Calibration curves on margins whose flaw is known."""

from __future__ import annotations

import numpy as np
import pytest

from training.completion_curve import SHAPES, Scored, choose_shape, drift, fit_curve
from training.completion_logistic import sigmoid


def scored(
    count: int = 3_000, slope: float = 1.0, level: float = 0.0, levels: tuple[float, ...] = (0.0, 0.0), seed: int = 0
) -> Scored:
    """Margins whose true log odds are `slope` * margin + `level`, plus what each period adds."""
    dice = np.random.default_rng(seed)
    margins = dice.normal(scale=1.5, size=count)
    period = dice.integers(0, len(levels), count)
    truth = sigmoid(slope * margins + level + np.array(levels)[period])
    return Scored(margins, dice.uniform(size=count) < truth, np.arange(count), period)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_curve_rises_and_is_finite(shape: str) -> None:
    curve = fit_curve(shape, scored(slope=0.5, level=-1.0))
    assert (np.diff(curve.logits) >= 0).all()
    assert curve.logits[-1] > curve.logits[0]
    assert (curve.errors >= 0).all()


@pytest.mark.parametrize("shape", ["platt", "beta", "isotonic"])
def test_margins_that_were_twice_too_sure_are_put_right(shape: str) -> None:
    at = np.linspace(-2.0, 2.0, 9)
    stated = sigmoid(fit_curve(shape, scored(20_000, slope=0.5, level=0.4)).logit(at))
    np.testing.assert_allclose(stated, sigmoid(0.5 * at + 0.4), atol=0.05)


def test_a_level_that_was_off_is_shifted_alone() -> None:
    curve = fit_curve("shifted", scored(20_000, level=0.7))
    np.testing.assert_allclose(curve.logits - curve.margins, 0.7, atol=0.06)


@pytest.mark.parametrize("shape", ["platt", "beta"])
def test_margins_that_point_the_wrong_way_do_not_turn_the_curve(shape: str) -> None:
    curve = fit_curve(shape, scored(slope=-1.0))
    assert (np.diff(curve.logits) >= 0).all()


def test_periods_that_differ_widen_the_error() -> None:
    steady, moving = (fit_curve("platt", scored(levels=levels)) for levels in ((0.0,) * 4, (-0.6, 0.6, -0.6, 0.6)))
    assert np.median(moving.errors) > 0.4 > 0.2 > np.median(steady.errors)


def test_the_drift_is_the_variance_of_the_levels() -> None:
    several = scored(40_000, levels=(-0.5, 0.5, -0.5, 0.5))
    assert drift(fit_curve("platt", several), several) == pytest.approx(4 * 0.25 / 3, rel=0.25)


def test_one_period_shows_no_drift() -> None:
    alone = scored(500, levels=(0.0,))
    assert drift(fit_curve("platt", alone), alone) == 0.0


def test_margins_that_are_right_keep_the_simplest_shape() -> None:
    shape, losses = choose_shape(scored(seed=1), scored(seed=2), tuple(SHAPES))
    assert shape == "identity"
    assert set(losses) == set(SHAPES)


def test_margins_that_are_too_sure_take_a_shape_that_mends_it() -> None:
    shape, losses = choose_shape(scored(slope=0.4, seed=1), scored(slope=0.4, seed=2), tuple(SHAPES))
    assert shape in ("platt", "beta", "isotonic")
    assert losses[shape] < losses["identity"]
