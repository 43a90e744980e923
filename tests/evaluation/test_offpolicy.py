from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.evaluation.offpolicy import (
    Estimate,
    Limits,
    Logged,
    cross_fit,
    direct,
    doubly_robust,
    ips,
    lift,
    snips,
    student_quantile,
)

ANY = Limits(effective=0.0, carried=0.0, unsupported=1.0)
ESTIMATORS: list[Callable[..., Estimate]] = [ips, snips, doubly_robust]


def drawn(count: int = 2_000, seed: int = 0, lifted: float = 0.0) -> Logged:
    """Two actions shown evenly; the target always wants the second, which earns 0.5 + lifted, the first 0.3."""
    dice = np.random.default_rng(seed)
    action = dice.integers(0, 2, size=count)
    reward = (dice.random(count) < np.where(action == 1, 0.5 + lifted, 0.3)).astype(float)
    half = np.full(count, 0.5)
    return Logged(reward, half, (action == 1).astype(float), np.where(action == 1, 0.45, 0.35), np.full(count, 0.45))


def opposite(logged: Logged) -> Logged:
    """The same log seen from the policy that always wants the first action."""
    return Logged(
        logged.reward, logged.propensity, 1.0 - logged.target, logged.direct_logged, np.full(len(logged), 0.35)
    )


def test_four_decisions_by_hand() -> None:
    logged = Logged(
        reward=np.array([1.0, 0.0, 1.0, 0.0]),
        propensity=np.array([0.5, 0.5, 0.25, 0.25]),
        target=np.array([1.0, 0.0, 1.0, 1.0]),
        direct_logged=np.array([0.8, 0.1, 0.6, 0.2]),
        direct_target=np.array([0.8, 0.4, 0.6, 0.2]),
    )
    assert ips(logged, limits=ANY).value == pytest.approx((2 + 0 + 4 + 0) / 4)
    assert ips(logged, clip=3.0, limits=ANY).value == pytest.approx((2 + 0 + 3 + 0) / 4)
    assert snips(logged, limits=ANY).value == pytest.approx((2 + 4) / (2 + 4 + 4))
    assert direct(logged).value == pytest.approx(0.5)
    correction = 2 * 0.2 + 4 * 0.4 + 4 * -0.2
    assert doubly_robust(logged, limits=ANY).value == pytest.approx(0.5 + correction / 4)
    assert snips(logged, limits=ANY).effective_sample_size == pytest.approx(100 / 36)


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_a_target_that_logged_is_worth_its_mean_reward(estimate: Callable[..., Estimate]) -> None:
    reward = np.random.default_rng(0).random(500)
    chance = np.full(500, 0.3)
    found = estimate(Logged(reward, chance, chance, np.full(500, 0.5), np.full(500, 0.5)))
    assert found.value == pytest.approx(reward.mean())
    error = reward.std() / np.sqrt(500)
    assert found.high - found.low == pytest.approx(2 * 1.965 * error, rel=0.02)


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_the_truth_lies_in_the_interval(estimate: Callable[..., Estimate]) -> None:
    found = estimate(drawn(seed=2))
    assert found.low < 0.5 < found.high
    assert found.high - found.low < 0.12


@given(st.floats(0.0, 1.0), st.integers(0, 50))
@settings(max_examples=30, deadline=None)
def test_self_normalised_follows_a_shift_of_all_rewards(shift: float, seed: int) -> None:
    logged = drawn(400, seed)
    moved = Logged(logged.reward + shift, logged.propensity, logged.target, logged.direct_logged, logged.direct_target)
    assert snips(moved).value == pytest.approx((snips(logged).value or 0.0) + shift)


def test_a_perfect_model_needs_no_correction() -> None:
    logged = drawn()
    perfect = Logged(logged.reward, logged.propensity, logged.target, logged.reward, np.full(len(logged), 0.7))
    found = doubly_robust(perfect)
    assert found.value == pytest.approx(0.7)
    assert found.high == pytest.approx(found.low)


def test_clipping_raises_the_upper_end_by_what_it_may_have_lost() -> None:
    logged = drawn()
    cut = ips(logged, clip=1.0)
    assert cut.value < 0.3
    assert cut.low < 0.5 < cut.high


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_a_refused_estimate_carries_no_number(estimate: Callable[..., Estimate]) -> None:
    for logged in (drawn(20), drawn(0), Logged(*[np.ones(500)] * 2, *[np.zeros(500)] * 3)):
        found = estimate(logged)
        assert found.refused
        assert (found.value, found.low, found.high) == (None, None, None)
        assert "NaN" not in json.dumps(found.as_dict(), allow_nan=False)
        assert str(found) == found.refused


def test_a_lift_is_the_difference_of_two_values() -> None:
    logged = drawn(8_000)
    for name, estimate in (("doubly_robust", doubly_robust), ("snips", snips)):
        found = lift(logged, opposite(logged), name)
        assert found.value == pytest.approx((estimate(logged).value or 0) - (estimate(opposite(logged)).value or 0))
        assert found.low < 0.2 < found.high
        assert found.low > 0.1


def test_the_same_choices_have_no_lift_and_no_doubt_about_it() -> None:
    found = lift(drawn(), drawn())
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_decisions_that_were_never_explored_earn_no_credit_but_a_predicted_loss_counts() -> None:
    logged = drawn(8_000)
    known = np.arange(8_000) % 4 != 0
    for predicted, share in ((0.9, 0.75), (0.1, 0.75)):
        target = np.where(known, logged.target, 0.0)
        value = np.where(known, logged.direct_target, predicted)
        ours = Logged(logged.reward, logged.propensity, target, logged.direct_logged, value, supported=known * 1.0)
        found = lift(ours, opposite(logged))
        loss = min(0.0, predicted - 0.35) * 0.25
        part = lift(logged.only(known), opposite(logged).only(known))
        assert found.value == pytest.approx(share * (part.value or 0.0) + loss)
        assert found.overlap.unsupported == pytest.approx(0.25)


def test_a_lift_without_support_for_most_choices_is_refused() -> None:
    logged = drawn(4_000)
    few = (np.arange(4_000) % 4 == 0) * 1.0
    ours = Logged(*(getattr(logged, n) for n in ("reward", "propensity", "target", "direct_logged", "direct_target")),
                  supported=few)  # fmt: skip
    assert "never or hardly explored" in lift(ours, opposite(logged)).refused


def test_a_lift_whose_heavy_actions_never_came_up_is_refused() -> None:
    count = 2_000
    differ = np.arange(count) % 25 == 0
    common = (np.full(count, 0.3), np.full(count, 0.95))
    flat = np.full(count, 0.3)
    champion = Logged(*common, np.ones(count), flat, flat)
    challenger = Logged(*common, np.where(differ, 0.0, 1.0), flat, flat, supported=np.ones(count))
    assert "do not balance" in lift(challenger, champion).refused


def test_where_the_choices_are_known_a_lift_rests_on_the_decisions_in_which_they_differ() -> None:
    dice = np.random.default_rng(0)
    count = 6_000
    rare = np.arange(count) % 3 == 0  # there the challenger wants the action that is shown once in ten
    action = (dice.random(count) < 0.1).astype(int)
    chances = np.where(action == 1, 0.1, 0.9)
    reward = (dice.random(count) < np.where(action == 1, 0.6, 0.3)).astype(float)
    flat = np.full(count, 0.35)

    def seen_from(chosen: np.ndarray) -> Logged:
        wanted = np.where(chosen == 1, 0.1, 0.9)
        return Logged.first_choices(reward, chances, action, chosen, wanted, flat, flat)

    found = lift(seen_from(rare.astype(int)), seen_from(np.zeros(count, dtype=int)))
    assert found.low < 0.1 < found.high
    assert found.low > 0.0
    assert found.overlap.carried_by == pytest.approx(200, rel=0.3)  # 2,000 decisions differ, a tenth shows it


def test_what_was_never_explored_could_earn_nothing_or_everything() -> None:
    logged = drawn(8_000)
    parts = [getattr(logged, n) for n in ("reward", "propensity", "target", "direct_logged", "direct_target")]
    whole, lacking = Logged(*parts), Logged(*parts, supported=np.full(8_000, 0.96))
    for estimate in (snips, doubly_robust):
        sure, unsure = estimate(whole), estimate(lacking)
        assert unsure.low == pytest.approx(sure.low - 0.04 * sure.value)
        assert unsure.high == pytest.approx(sure.high + 0.04 * (1.0 - sure.value))


def test_a_lift_needs_the_same_decisions() -> None:
    with pytest.raises(InvalidInput, match="same decisions"):
        lift(drawn(seed=1), drawn(seed=2))


def test_decisions_of_one_learner_are_not_independent() -> None:
    logged = drawn(500)
    parts = [
        np.tile(getattr(logged, n), 4) for n in ("reward", "propensity", "target", "direct_logged", "direct_target")
    ]
    alone, together = Logged(*parts), Logged(*parts, learners=np.tile(np.arange(500), 4))
    wide, narrow = doubly_robust(together), doubly_robust(alone)
    assert wide.high - wide.low > 1.9 * (narrow.high - narrow.low)


@pytest.mark.parametrize(("freedom", "point"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (1e9, 1.960)])
def test_students_quantile_is_the_tabulated_one(freedom: float, point: float) -> None:
    assert student_quantile(freedom) == pytest.approx(point, rel=0.005)


def test_cross_fitting_never_predicts_a_learner_from_their_own_rows() -> None:
    learners = np.array([f"l{i % 17}" for i in range(120)])

    def fit(rows: np.ndarray) -> set[str]:
        return set(learners[rows].tolist())

    def predict(seen: set[str], rows: np.ndarray) -> np.ndarray:
        return np.array([[float(learner in seen), 1.0] for learner in learners[rows].tolist()])

    found = cross_fit(learners, fit, predict)
    assert found.shape == (120, 2)
    assert found.sum(axis=0).tolist() == [0.0, 120.0]


def test_folds_do_not_depend_on_the_order_of_rows() -> None:
    learners, values = np.arange(40) % 13, np.random.default_rng(0).random(40)

    def means(order: np.ndarray) -> np.ndarray:
        own = values[order]
        return cross_fit(learners[order], lambda rows: float(own[rows].mean()), lambda m, rows: np.full(len(rows), m))

    order = np.random.default_rng(1).permutation(40)
    assert means(order) == pytest.approx(means(np.arange(40))[order])


def test_one_learner_cannot_be_folded() -> None:
    with pytest.raises(InvalidInput, match="folded"):
        cross_fit(np.zeros(5), lambda rows: 0.0, lambda model, rows: np.zeros(len(rows)))
