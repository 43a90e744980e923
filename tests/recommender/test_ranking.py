from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.features import COLUMN, FEATURES
from credpath.recommender.ranking import (
    Choice,
    Policy,
    RankerWeights,
    RulesRanker,
    choose,
    uniform,
    weights_from_dict,
    weights_to_dict,
)

SHARES = st.floats(0, 1, width=32)
# A plausible candidate; every test changes one thing about it.
PLAIN = {
    "gap_share": 0.1, "goal_match": 0.4, "goal_known": 1.0, "readiness": 1.0, "level_fit": 1.0, "novelty": 1.0,
    "quality": 0.7, "hours": 20.0, "weeks": 3.0, "cost_known": 1.0, "goal_gap": 0.5,
}  # fmt: skip


def rows(*candidates: dict[str, float]) -> NDArray[np.float32]:
    matrix = np.zeros((len(candidates), len(FEATURES)), dtype=np.float32)
    for row, values in enumerate(candidates):
        for name, value in (PLAIN | values).items():
            matrix[row, COLUMN[name]] = value
    return matrix


def better(one: dict[str, float], other: dict[str, float]) -> bool:
    first, second = RulesRanker().score(rows(one, other)).tolist()
    return bool(first > second)


@given(st.dictionaries(st.sampled_from(sorted(PLAIN)), SHARES), SHARES, SHARES)
def test_more_gap_closed_never_lowers_a_score(base: dict[str, float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    for name in ("gap_share", "unlock_share", "prepares_share"):
        less, more = RulesRanker().score(rows(base | {name: low}, base | {name: high})).tolist()
        assert more >= less - 1e-9


@given(st.dictionaries(st.sampled_from(sorted(PLAIN)), SHARES), SHARES, SHARES)
def test_more_unmet_preparation_never_raises_a_score(base: dict[str, float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    unready, ready = RulesRanker().score(rows(base | {"readiness": low}, base | {"readiness": high})).tolist()
    assert ready >= unready - 1e-9


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"gap_share": 0.3}, {}),
        ({"goal_match": 0.5}, {}),
        ({"unlock_share": 0.3}, {}),
        ({"quality": 0.9}, {}),
        ({"stack_progress": 0.8}, {}),
        ({"co_completion": 0.5}, {}),
        ({}, {"readiness": 0.0}),
        ({}, {"level_fit": 0.3}),
        ({}, {"novelty": 0.2}),
        ({}, {"weeks": 20.0}),
        ({}, {"cost_usd": 2000.0}),
        ({"cost_usd": 10.0}, {"cost_known": 0.0, "cost_usd": 0.0}),
    ],
)
def test_all_else_equal_what_a_learner_would_prefer_scores_higher(
    good: dict[str, float], bad: dict[str, float]
) -> None:
    assert better(good, bad)


def test_what_is_too_hard_for_now_comes_after_everything_that_fits() -> None:
    assert better({"gap_share": 0.006, "readiness": 0.0}, {"gap_share": 1.0, "over_level": 0.6})


def test_a_degree_comes_after_everything_shorter_that_moves_the_learner() -> None:
    assert better({"gap_share": 0.006}, {"gap_share": 1.0, "hours": 1500.0})


def test_what_moves_nothing_comes_even_after_that_while_there_is_a_gap() -> None:
    idle = {"gap_share": 0.0, "goal_match": 1.0, "quality": 1.0}
    assert better({"gap_share": 0.1, "hours": 1500.0}, idle)
    assert better(idle | {"goal_gap": 0.0}, {"gap_share": 0.0, "goal_gap": 0.0})


@given(st.lists(st.dictionaries(st.sampled_from(FEATURES), st.floats(-2, 2000, width=32)), max_size=5))
def test_contributions_sum_to_the_score_whatever_the_features(candidates: list[dict[str, float]]) -> None:
    matrix = np.abs(rows(*candidates))
    scores = RulesRanker().score(matrix)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(RulesRanker().contributions(matrix).sum(axis=1), scores, atol=1e-9)


def test_weights_survive_json_and_say_what_is_wrong_with_them() -> None:
    weights = RankerWeights(goal=0.5)
    assert weights_from_dict(json.loads(json.dumps(weights_to_dict(weights)))) == weights
    assert weights_from_dict({}) == RankerWeights()
    with pytest.raises(InvalidInput, match="unknown ranker weights gaap"):
        weights_from_dict({"gaap": 1.0})
    with pytest.raises(InvalidInput, match="finite"):
        RankerWeights(gap=float("nan"))
    with pytest.raises(InvalidInput, match="gap_half"):
        RankerWeights(gap_half=0.0)
    with pytest.raises(InvalidInput, match="floor"):
        RankerWeights(level_floor=2.0)


def test_every_weight_matters() -> None:
    random = np.random.default_rng(0)
    varied = [
        {name: float(random.uniform(0, 1)) for name in FEATURES} | {"hours": 300.0 + 40 * n, "weeks": 1.0 + n}
        for n in range(8)
    ]
    matrix = rows(*varied, {"cost_known": 0.0}, {"gap_share": 0.0047}, {"over_level": 0.47}, {"hours": 380.0})
    base = RulesRanker().score(matrix)
    for field in fields(RankerWeights):
        changed = RulesRanker(RankerWeights(**{field.name: getattr(RankerWeights(), field.name) * 0.9})).score(matrix)
        assert not np.array_equal(base, changed), field.name


def test_greedy_takes_the_best_with_certainty_and_the_first_of_equals() -> None:
    assert choose(np.array([0.1, 0.5, 0.5]), Policy(), seed=1) == Choice(1, 1.0)


@given(
    st.lists(st.floats(-30, 2, allow_nan=False), min_size=1, max_size=15),
    st.floats(0, 1), st.floats(0, 1), st.integers(1, 12),
)  # fmt: skip
def test_propensities_of_all_outcomes_sum_to_one(scores: list[float], epsilon: float, floor: float, top: int) -> None:
    policy = Policy("epsilon-greedy", epsilon, floor, top)
    seen = {choice.place: choice.propensity for choice in (choose(np.array(scores), policy, s) for s in range(300))}
    assert sum(seen.values()) <= 1 + 1e-9
    assert all(0 < propensity <= 1 for propensity in seen.values())


def test_epsilon_greedy_chooses_as_often_as_its_propensity_says() -> None:
    scores, policy = np.array([0.2, 0.9, 0.8, 0.7, 0.5, 0.1]), Policy("epsilon-greedy", 0.4, floor=0.5, top=10)
    draws = 20_000
    chosen = [choose(scores, policy, seed) for seed in range(draws)]
    counts = Counter(choice.place for choice in chosen)
    exact = {choice.place: choice.propensity for choice in chosen}
    assert exact == pytest.approx({1: 0.7, 2: 0.1, 3: 0.1, 4: 0.1})
    for place, propensity in exact.items():
        spread = 4 * np.sqrt(propensity * (1 - propensity) / draws)
        assert counts[place] / draws == pytest.approx(propensity, abs=spread)


def test_exploration_never_reaches_below_the_floor_or_past_the_top() -> None:
    scores = np.array([1.0, 0.9, 0.8, 0.6, 0.4])
    few = Policy("epsilon-greedy", 1.0, floor=0.5, top=2)
    assert {choose(scores, few, seed).place for seed in range(200)} == {0, 1}
    wide = Policy("epsilon-greedy", 1.0, floor=0.5, top=10)
    assert {choose(scores, wide, seed).place for seed in range(200)} == {0, 1, 2, 3}
    assert {choose(scores - 10.0, wide, seed).place for seed in range(50)} == {0}


def test_the_same_seed_draws_the_same_number_evenly_spread() -> None:
    draws = [uniform(seed) for seed in range(2_000)]
    assert draws == [uniform(seed) for seed in range(2_000)]
    assert all(0 <= draw < 1 for draw in draws)
    assert np.histogram(draws, bins=10, range=(0, 1))[0].min() > 150


@pytest.mark.parametrize("wrong", [{"name": "best"}, {"epsilon": 1.5}, {"floor": -0.1}, {"top": 0}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Policy(**wrong)  # type: ignore[arg-type]
