from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.evaluation.intervals import Interval, bootstrap_difference, bootstrap_mean, bootstrap_means


def test_the_interval_of_a_mean_agrees_with_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(2.0, 3.0, size=4_000)
    found = bootstrap_mean(values, seed=1)
    error = values.std() / np.sqrt(len(values))
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_the_same_seed_gives_the_same_interval_whatever_the_order_of_rows() -> None:
    dice = np.random.default_rng(0)
    values, learners = dice.random(300), dice.integers(0, 40, size=300)
    shuffled = dice.permutation(300)
    one = bootstrap_mean(values, 7, learners=learners)
    other = bootstrap_mean(values[shuffled], 7, learners=learners[shuffled])
    assert other.low == pytest.approx(one.low, abs=1e-12)
    assert other.high == pytest.approx(one.high, abs=1e-12)
    assert bootstrap_mean(values, 8, learners=learners) != one


def test_rows_of_one_learner_count_as_one_draw() -> None:
    own = np.random.default_rng(0).random(50)
    repeated, learners = np.repeat(own, 20), np.repeat(np.arange(50), 20)
    clustered = bootstrap_mean(repeated, 0, learners=learners)
    single = bootstrap_mean(own, 0)
    independent = bootstrap_mean(repeated, 0)
    assert clustered.low == pytest.approx(single.low)
    assert clustered.high - clustered.low > 3 * (independent.high - independent.low)


def test_a_difference_is_paired() -> None:
    dice = np.random.default_rng(0)
    base = dice.normal(0.0, 10.0, size=500)
    found = bootstrap_difference(base + 0.1 + dice.normal(0.0, 0.1, size=500), base, seed=0)
    assert 0.08 < found.low < found.value < found.high < 0.12


def test_many_columns_share_their_resamples() -> None:
    values = np.random.default_rng(0).random(200)
    found = bootstrap_means({"once": values, "twice": 2.0 * values}, seed=3)
    assert found["twice"].low == pytest.approx(2.0 * found["once"].low)
    assert found["once"].high == pytest.approx(bootstrap_mean(values, 3).high)


def test_weights_make_a_weighted_mean() -> None:
    found = bootstrap_mean(np.array([0.0, 1.0]), 0, weights=np.array([1.0, 3.0]))
    assert found.value == pytest.approx(0.75)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_the_interval_lies_within_the_values(values: list[float], seed: int) -> None:
    found = bootstrap_mean(np.array(values), seed, resamples=50)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf]])
def test_nothing_and_what_is_not_finite_are_refused(values: list[float]) -> None:
    with pytest.raises(InvalidInput):
        bootstrap_mean(np.array(values), 0)


def test_rows_that_do_not_pair_are_refused() -> None:
    with pytest.raises(InvalidInput, match="against"):
        bootstrap_difference(np.ones(2), np.ones(3), 0)
    with pytest.raises(InvalidInput, match="learners"):
        bootstrap_mean(np.ones(2), 0, learners=np.array(["a"]))
    with pytest.raises(InvalidInput, match="weights"):
        bootstrap_mean(np.ones(2), 0, weights=np.zeros(2))


def test_an_interval_says_whether_it_is_finite_and_reads_as_text() -> None:
    assert str(Interval(0.5, 0.25, 0.75)) == "0.5000 (0.2500 to 0.7500)"
    assert not Interval(0.5, float("-inf"), 0.75).finite
    assert Interval(0.5, 0.25, 0.75).as_dict() == {"value": 0.5, "low": 0.25, "high": 0.75}
