"""Figures of chances and their intervals over learners."""

from __future__ import annotations

import numpy as np
import pytest

from credpath.recommender.csr import Doubles
from training.completion_metrics import Drawn
from training.mastery_metrics import FIGURES, LearnerBootstrap, differences, figures, intervals
from training.responses import Answers


@pytest.fixture(scope="module")
def drawn() -> tuple[Doubles, Answers, np.ndarray]:  # type: ignore[type-arg]
    dice = np.random.default_rng(5)
    learner = np.repeat(np.arange(200), 20).astype(np.int32)
    ability = dice.normal(0, 1, 200)[learner]
    chance = 1 / (1 + np.exp(-ability - dice.normal(0, 0.5, 4_000)))
    return chance, (dice.uniform(size=4_000) < chance).astype(np.int8), learner


def test_figures_of_four_answers_are_those_counted_by_hand() -> None:
    found = figures(np.array([0.9, 0.6, 0.4, 0.2]), np.array([1, 0, 1, 0], np.int8))
    assert found["auc"] == pytest.approx(0.75)
    assert found["accuracy"] == pytest.approx(0.5)
    assert found["ece"] == pytest.approx((0.1 + 0.6 + 0.6 + 0.2) / 4)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.4, 0.8]).mean())


def test_resampled_figures_are_those_of_the_rows_drawn(drawn: tuple[Doubles, Answers, np.ndarray]) -> None:  # type: ignore[type-arg]
    chance, correct, learner = drawn
    samples = LearnerBootstrap(learner, seed=3, resamples=4).samples(chance, correct)
    dice = np.random.default_rng([3, 0])
    for at in range(4):
        rows = np.concatenate([np.flatnonzero(learner == who) for who in dice.integers(0, 200, 200)])
        expected = figures(chance[rows], correct[rows])
        for name in FIGURES:
            assert samples[name][at] == pytest.approx(expected[name], abs=1e-4)


def test_intervals_hold_the_figure_and_are_wider_with_fewer_learners(
    drawn: tuple[Doubles, Answers, np.ndarray],  # type: ignore[type-arg]
) -> None:
    chance, correct, learner = drawn
    few = learner < 40
    wide = []
    for rows in (learner >= 0, few):
        samples = LearnerBootstrap(learner[rows], seed=1, resamples=200).samples(chance[rows], correct[rows])
        found = intervals(figures(chance[rows], correct[rows]), samples)
        assert all(one.low <= one.value <= one.high for one in found.values())
        wide.append(found["auc"].high - found["auc"].low)
    assert wide[0] < wide[1]


def test_a_difference_to_itself_is_nothing_and_to_a_worse_model_is_sure(
    drawn: tuple[Doubles, Answers, np.ndarray],  # type: ignore[type-arg]
) -> None:
    chance, correct, learner = drawn
    worse = 0.5 + 0.3 * (np.random.default_rng(1).permutation(chance) - 0.5)
    bootstrap = LearnerBootstrap(learner, seed=1, resamples=100)
    ours, theirs = bootstrap.samples(chance, correct), bootstrap.samples(worse, correct)
    same = differences(figures(chance, correct), figures(chance, correct), ours, ours)
    assert all((one.low, one.value, one.high) == (0, 0, 0) for one in same.values())
    assert differences(figures(chance, correct), figures(worse, correct), ours, theirs)["auc"].low > 0.1


def test_one_kind_of_answer_alone_has_an_auc_of_a_half() -> None:
    learner, right = np.arange(4, dtype=np.int32), np.ones(4, np.int8)
    chance = np.array([0.1, 0.2, 0.3, 0.4])
    assert LearnerBootstrap(learner, 1, 3).samples(chance, right)["auc"].tolist() == [0.5] * 3
    assert figures(chance, right)["auc"] == Drawn(chance, right == 1).auc(np.ones(4)) == 0.5
