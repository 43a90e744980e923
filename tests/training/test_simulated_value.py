from __future__ import annotations

import numpy as np
import pytest

from credpath.domain.rewards import WINDOW, reward_of
from credpath.recommender.recommend import Recommendation, RecommendRequest, recommend
from tests.training.simulated_settings import a_world
from training.simulated_journeys import Journey
from training.simulated_people import YEAR_BEFORE, Person, make_person, moment
from training.simulated_truth import Moment, Prospects, prospects
from training.simulated_value import (
    Situation,
    expected_reward,
    fresh_situations,
    informed_value,
    oracle_value,
    true_value,
    values,
)
from training.simulated_world import World


@pytest.fixture(scope="module")
def world() -> World:
    return a_world()


@pytest.fixture(scope="module")
def situations(world: World) -> tuple[Situation, ...]:
    return fresh_situations(world, 40, 0)


def test_the_oracle_is_worth_at_least_as_much_as_the_rules_everywhere(
    world: World, situations: tuple[Situation, ...]
) -> None:
    found = values(world, situations, [])
    assert (found.oracle >= found.rules).all()
    assert found.oracle.mean() > found.rules.mean()
    assert oracle_value(situations) == pytest.approx(found.oracle.mean())


def test_the_rules_recover_nothing_of_their_own_gap(world: World, situations: tuple[Situation, ...]) -> None:
    found = values(world, situations, [lambda request: recommend(world.index, request)])
    assert found.recovered() == pytest.approx(0.0)


def test_a_recommender_without_an_answer_earns_nothing(world: World, situations: tuple[Situation, ...]) -> None:
    def silent(request: RecommendRequest) -> Recommendation:
        return Recommendation((), (), (), (), np.zeros((0, 0), np.float32), "greedy", 1.0, {}, True)

    assert true_value(world, silent, situations) == 0.0


def test_what_is_not_eligible_is_never_the_oracle_s_choice(world: World, situations: tuple[Situation, ...]) -> None:
    for situation in situations:
        taken = situation.visit.snapshot.held | situation.visit.snapshot.in_progress
        assert all(situation.worth[world.index.position[c]] == -1.0 for c in taken)


def test_expected_reward_is_the_mean_of_what_happens(world: World) -> None:
    person = make_person(world, 7, 2, YEAR_BEFORE, 10.0)
    likely = prospects(world, person, Moment(person.skills, (), 0, 3))
    worth = expected_reward(likely)
    row = int(worth.argmax())
    rewards = [_answered(world, person, likely, seed, row) for seed in range(3_000)]
    assert np.mean(rewards) == pytest.approx(worth[row], abs=4 * np.std(rewards) / np.sqrt(len(rewards)))


def _answered(world: World, person: Person, likely: Prospects, seed: int, row: int) -> float:
    journey = Journey(world, person, np.random.default_rng(seed))
    day = YEAR_BEFORE + 5.0
    journey.answer((world.index.ids[row],), likely, day, "shown")
    kinds = [o.kind for _, o in journey.events if o.occurred_at - moment(day) <= WINDOW[o.kind]]
    return reward_of(kinds)[0]


def test_an_adviser_who_knows_the_world_stands_between_rules_and_oracle(
    world: World, situations: tuple[Situation, ...]
) -> None:
    found = values(world, situations, [])
    assert found.rules.mean() < informed_value(world, situations) < found.oracle.mean()
