from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from credpath.recommender.exploration import POLICIES, Choice, Policy, best_first, choose, propensities

SCORES = st.lists(st.floats(-30, 2, allow_nan=False), min_size=1, max_size=20).map(np.array)
EXPLORING = st.builds(
    Policy,
    name=st.sampled_from(POLICIES),
    epsilon=st.floats(0, 1),
    floor=st.floats(0, 1),
    top=st.integers(1, 12),
    temperature=st.floats(0.01, 10),
    least=st.floats(1e-4, 0.3),
)


@given(SCORES, EXPLORING)
def test_propensities_of_all_candidates_sum_to_one(scores: np.ndarray, policy: Policy) -> None:  # type: ignore[type-arg]
    chances = propensities(scores, policy)
    assert chances.sum() == pytest.approx(1.0, abs=1e-9)
    assert chances.shape == scores.shape


@given(SCORES, EXPLORING)
def test_no_candidate_has_a_chance_between_none_and_the_least(scores: np.ndarray, policy: Policy) -> None:  # type: ignore[type-arg]
    chances = propensities(scores, policy)
    assert ((chances == 0) | (chances >= policy.least * (1 - 1e-9))).all()


@given(SCORES, EXPLORING)
def test_exploration_costs_no_more_than_its_share(scores: np.ndarray, policy: Policy) -> None:  # type: ignore[type-arg]
    chances = propensities(scores, policy)
    best = int(best_first(scores)[0])
    assert chances[best] >= 1 - policy.epsilon - 1e-9
    if policy.name == "greedy":
        assert chances[best] == 1.0


@given(SCORES, EXPLORING)
def test_only_what_is_nearly_as_good_as_the_best_and_above_nothing_takes_part(
    scores: np.ndarray,
    policy: Policy,  # type: ignore[type-arg]
) -> None:
    chances, best = propensities(scores, policy), float(scores.max())
    others = (chances > 0) & (np.arange(len(scores)) != best_first(scores)[0])
    assert (scores[others] >= policy.floor * best).all()
    assert (scores[others] > 0).all()
    assert int((chances > 0).sum()) <= policy.top


@given(SCORES, EXPLORING, st.integers(0, 10**9))
def test_a_choice_carries_the_chance_that_the_whole_distribution_gives_it(
    scores: np.ndarray,
    policy: Policy,
    seed: int,  # type: ignore[type-arg]
) -> None:
    choice = choose(scores, policy, seed)
    assert choice.propensity == propensities(scores, policy)[choice.place] > 0
    assert choose(scores, policy, seed) == choice


@settings(max_examples=15, deadline=None)
@given(SCORES, EXPLORING, st.integers(0, 10**6))
def test_candidates_come_first_as_often_as_their_propensity_says(
    scores: np.ndarray,
    policy: Policy,
    first: int,  # type: ignore[type-arg]
) -> None:
    draws, chances = 3_000, propensities(scores, policy)
    counts = Counter(choose(scores, policy, first + seed).place for seed in range(draws))
    for place, chance in enumerate(chances.tolist()):
        assert counts[place] / draws == pytest.approx(chance, abs=5 * (chance * (1 - chance) / draws) ** 0.5 + 1e-9)


@given(SCORES, EXPLORING)
def test_a_better_candidate_never_has_less_of_a_chance(scores: np.ndarray, policy: Policy) -> None:  # type: ignore[type-arg]
    chances = propensities(scores, policy)[best_first(scores)]
    assert (np.diff(chances) <= 1e-9).all()


def test_softmax_draws_by_the_score_within_its_share() -> None:
    scores = np.array([0.8, 1.0, 0.9, 0.2])
    chances = propensities(scores, Policy("softmax", epsilon=0.3, temperature=0.1))
    weights = np.exp([-2.0, 0.0, -1.0])
    drawn = 0.3 * weights / weights.sum()
    assert chances == pytest.approx([drawn[0], 0.7 + drawn[1], drawn[2], 0.0])


def test_a_small_share_is_spread_over_fewer_rather_than_too_thin() -> None:
    scores = np.linspace(1.0, 0.9, 10)
    chances = propensities(scores, Policy("epsilon-greedy", epsilon=0.02, least=0.005))
    assert int((chances > 0).sum()) == 4
    assert choose(scores, Policy("epsilon-greedy", epsilon=0.004, least=0.005), seed=1) == Choice(0, 1.0)


@pytest.mark.parametrize("wrong", [{"name": "thompson"}, {"temperature": 0.0}, {"least": 0.0}, {"least": 0.9}])
def test_a_policy_without_an_exact_chance_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Policy(**wrong)  # type: ignore[arg-type]


@given(SCORES, EXPLORING, st.data())
def test_the_planned_one_stands_where_the_best_one_would_and_chances_stay_exact(
    scores: np.ndarray,
    policy: Policy,
    data: st.DataObject,  # type: ignore[type-arg]
) -> None:
    planned = data.draw(st.integers(0, len(scores) - 1))
    chances = propensities(scores, policy, planned)
    assert chances.sum() == pytest.approx(1.0, abs=1e-9)
    assert ((chances == 0) | (chances >= policy.least * (1 - 1e-9))).all()
    if scores[planned] > 0:
        assert chances[planned] >= 1 - policy.epsilon - 1e-9
    else:
        assert (chances == propensities(scores, policy)).all()
    choice = choose(scores, policy, 7, planned)
    assert choice.propensity == chances[choice.place] > 0


@given(SCORES, EXPLORING)
def test_a_plan_that_names_the_best_one_changes_nothing(scores: np.ndarray, policy: Policy) -> None:  # type: ignore[type-arg]
    assert (propensities(scores, policy, int(best_first(scores)[0])) == propensities(scores, policy)).all()
