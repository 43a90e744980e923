"""Figures of completion probabilities against answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.evaluation.calibration import calibration_error
from training.completion_metrics import Drawn, chance_ece, difference, draws, judge

ONES = np.ones(4)


def test_auc_is_the_share_of_pairs_in_the_right_order_with_ties_by_half() -> None:
    drawn = Drawn(np.array([0.2, 0.5, 0.5, 0.9]), np.array([False, False, True, True]))
    assert drawn.auc(ONES) == pytest.approx((1 + 0.5 + 1 + 1) / 4)


def test_auc_is_a_half_where_all_ended_alike() -> None:
    assert Drawn(np.array([0.2, 0.7]), np.array([True, True])).auc(np.ones(2)) == 0.5


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=1, max_size=40))
def test_figures_agree_with_their_definitions(rows: list[tuple[float, bool]]) -> None:
    stated, finished = np.array([p for p, _ in rows]), np.array([y for _, y in rows])
    drawn, whole = Drawn(stated, finished), np.ones(len(rows))
    assert drawn.ece(whole) == pytest.approx(calibration_error(stated, finished))
    assert drawn.brier(whole) == pytest.approx(np.mean((stated - finished) ** 2))
    assert drawn.log_loss(whole) == pytest.approx(-np.mean(np.log(np.where(finished, stated, 1 - stated))))
    assert drawn.level(whole) == pytest.approx(np.mean(stated) - np.mean(finished))


def test_a_weight_counts_like_repeated_rows() -> None:
    stated, finished = np.array([0.2, 0.4, 0.6]), np.array([False, True, True])
    weighted, whole = Drawn(stated, finished), np.array([1.0, 3.0, 2.0])
    repeated = Drawn(np.repeat(stated, [1, 3, 2]), np.repeat(finished, [1, 3, 2]))
    for name in ("auc", "log_loss", "brier", "ece", "level"):
        assert getattr(weighted, name)(whole) == pytest.approx(getattr(repeated, name)(np.ones(6)))


def test_a_learner_is_drawn_with_all_rows() -> None:
    for weights in draws(np.array(["a", "b", "a", "c"]), seed=0, resamples=20):
        assert weights[0] == weights[2]
        assert weights[0] + weights[1] + weights[3] == 3


def test_intervals_hold_their_value_and_stay_the_same_for_a_seed() -> None:
    dice = np.random.default_rng(0)
    stated = dice.uniform(size=400)
    finished, who = dice.uniform(size=400) < stated, np.arange(400)
    found = judge(stated, finished, who, 3, 100)
    assert all(one.low <= one.high for one in found.values())
    assert found["auc"].low < found["auc"].value < found["auc"].high
    assert found == judge(stated, finished, who, 3, 100)


def test_a_model_differs_from_itself_by_nothing() -> None:
    stated, finished = np.linspace(0.1, 0.9, 50), np.arange(50) % 3 > 0
    gap = difference("log_loss", stated, stated, finished, np.arange(50), 0, 50)
    assert (gap.value, gap.low, gap.high) == (0.0, 0.0, 0.0)


def test_a_better_model_has_the_lower_log_loss_by_an_interval() -> None:
    dice = np.random.default_rng(1)
    truth = dice.uniform(size=600)
    finished = dice.uniform(size=600) < truth
    assert difference("log_loss", truth, np.full(600, 0.5), finished, np.arange(600), 0, 100).high < 0


def test_chance_alone_shows_some_calibration_error_and_less_with_more_rows() -> None:
    few, many = (chance_ece(np.linspace(0.01, 0.99, count), 0, 50) for count in (100, 10_000))
    assert 0.05 < few < 0.15
    assert many < 0.02
