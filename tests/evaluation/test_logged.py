from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.evaluation.logged import Limits, Logged, effective_count, overlap, support, weight_moments


def log(propensity: list[float], target: list[float], **more: object) -> Logged:
    nothing = np.zeros(len(propensity))
    return Logged(nothing, np.array(propensity), np.array(target), nothing, nothing, **more)  # type: ignore[arg-type]


def test_weights_are_target_over_logged_probability() -> None:
    assert log([0.5, 0.25], [1.0, 0.0]).weights.tolist() == [2.0, 0.0]


@given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_effective_count_lies_within_0_and_n(weights: list[float]) -> None:
    assert 0.0 <= effective_count(np.array(weights)) <= len(weights) + 1e-6


def test_the_effective_count_of_equal_weights_is_their_number() -> None:
    assert effective_count(np.full(7, 3.0)) == pytest.approx(7.0)
    assert effective_count(np.array([1e6, 1.0, 1.0])) == pytest.approx(1.0, abs=1e-4)
    assert effective_count(np.zeros(3)) == 0.0


def test_overlap_tells_how_much_of_the_target_was_explored() -> None:
    found = overlap(log([0.5] * 4, [0.5] * 4, supported=np.array([1.0, 1.0, 0.0, 1.0])))
    assert (found.decisions, found.effective_sample_size, found.largest_weight) == (4, 4.0, 1.0)
    assert found.unsupported == 0.25


def test_a_target_that_never_came_up_is_seen_from_the_weights_alone() -> None:
    half = [1.0, 0.0] * 500
    assert overlap(log([1.0] * 1_000, half)).unsupported == pytest.approx(0.5, abs=0.05)
    assert overlap(log([0.5] * 1_000, half)).unsupported == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("propensity", "target", "said"),
    [
        ([], [], "no logged decision"),
        ([1.0] * 100, [0.0] * 100, "never or hardly explored"),
        ([0.9] * 30, [0.9] * 30, "effective sample size is 30 of 30"),
        ([0.9] * 2_000 + [0.01] * 8, [0.864] * 2_000 + [1.0] * 8, "heavy decisions"),
    ],
)
def test_too_little_overlap_is_refused_in_a_sentence(propensity: list[float], target: list[float], said: str) -> None:
    assert said in overlap(log(propensity, target)).refusal(Limits())


def test_enough_overlap_is_not_refused() -> None:
    assert overlap(log([0.5] * 200, [0.5] * 200)).refusal(Limits()) == ""


def test_support_is_what_the_target_puts_on_explored_actions() -> None:
    target, logged = np.array([[0.6, 0.4], [0.0, 1.0]]), np.array([[0.999, 0.0001], [0.5, 0.5]])
    assert support(target, logged, floor=0.001).tolist() == [0.6, 1.0]


def test_first_choices_become_a_target() -> None:
    half = np.full(3, 0.5)
    found = Logged.first_choices(
        half, half, np.array(["a", "b", "c"]), np.array(["a", "c", "c"]), np.array([0.5, 0.0, 0.5]), half, half
    )
    assert found.target.tolist() == [1.0, 0.0, 1.0]
    assert found.supported is not None
    assert found.supported.tolist() == [1.0, 0.0, 1.0]


def test_some_decisions_can_be_taken_out() -> None:
    found = log([0.5, 0.25], [1.0, 0.0], learners=np.array(["x", "y"])).only(np.array([False, True]))
    assert found.learners is not None
    assert (found.propensity.tolist(), found.learners.tolist()) == ([0.25], ["y"])


@pytest.mark.parametrize(
    ("propensity", "target", "more"),
    [
        ([0.0], [1.0], {}),
        ([1.5], [1.0], {}),
        ([float("nan")], [1.0], {}),
        ([0.5], [-0.1], {}),
        ([0.5], [0.5, 0.5], {}),
        ([0.5], [0.5], {"learners": np.array(["a", "b"])}),
        ([0.5], [0.5], {"supported": np.array([np.inf])}),
    ],
)
def test_what_is_no_log_is_refused(propensity: list[float], target: list[float], more: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        log(propensity, target, **more)


def test_overlap_is_judged_by_what_could_have_come_up_where_that_is_known() -> None:
    even = log([0.99] * 500, [0.99] * 500)  # the rare heavy action never came up, so the weights look even
    assert overlap(even).refusal(Limits()) == ""
    moments = weight_moments(np.tile([0.5, 0.5], (500, 1)), np.tile([0.99, 0.01], (500, 1)))
    known = overlap(log([0.99] * 500, [0.99] * 500, moments=moments))
    assert known.effective_sample_size == pytest.approx(500 / (0.25 / 0.99 + 25.0))
    assert known.carried_by == pytest.approx(500 * 0.01, rel=0.05)  # as often as that action is due
    assert known.refusal(Limits())


def test_moments_of_first_choices_are_those_of_the_whole_distribution() -> None:
    chances = np.array([[0.9, 0.1], [0.25, 0.75], [1.0, 0.0]])
    chosen = np.array([1, 0, 1])
    line, half = np.arange(3), np.full(3, 0.5)
    target = np.zeros((3, 2))
    target[line, chosen] = 1.0
    found = Logged.first_choices(half, chances[line, [0, 0, 0]], np.zeros(3), chosen, chances[line, chosen], half, half)
    assert found.moments == pytest.approx(weight_moments(target, chances))
