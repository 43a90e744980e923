from __future__ import annotations

import numpy as np
import pytest

from credpath.domain.rewards import WINDOW
from credpath.recommender.ranking import Policy
from tests.training.simulated_settings import a_world, sample
from training.simulate import ENDS_ON, EXPLORING, SimulatedLog, courses, is_simulated, simulate
from training.simulated_facts import make_world
from training.simulated_world import Setting, World


@pytest.fixture(scope="module")
def setting() -> Setting:
    return sample()


@pytest.fixture(scope="module")
def world() -> World:
    return a_world(3)


@pytest.fixture(scope="module")
def log(world: World) -> SimulatedLog:
    return simulate(world, 60, 1)


def test_the_same_world_and_seed_give_the_same_log(setting: Setting, log: SimulatedLog) -> None:
    assert simulate(make_world(setting, 3), 60, 1) == log


def test_another_seed_of_world_or_learners_gives_another_log(setting: Setting, world: World, log: SimulatedLog) -> None:
    assert simulate(make_world(setting, 4), 20, 1).outcomes != simulate(world, 20, 1).outcomes
    assert simulate(world, 20, 2).impressions[0].learner_id != log.impressions[0].learner_id


def test_a_log_has_as_many_decisions_as_were_asked_for_in_the_order_of_time(log: SimulatedLog) -> None:
    assert len(log.impressions) == 60
    assert [i.shown_at for i in log.impressions] == sorted(i.shown_at for i in log.impressions)
    assert [o.occurred_at for o in log.outcomes] == sorted(o.occurred_at for o in log.outcomes)


def test_every_learner_says_that_they_are_simulated(log: SimulatedLog) -> None:
    assert all(is_simulated(learner.learner_id) for learner in log.learners)
    assert not is_simulated("learner-001")


def test_an_impression_is_logged_as_serving_logs_it(world: World, log: SimulatedLog) -> None:
    for shown in log.impressions:
        cells = np.frombuffer(shown.features, "<f4").reshape(len(shown.candidates), len(shown.feature_names))
        assert np.isfinite(cells).all()
        assert len(shown.scores) == len(shown.candidates)
        assert set(shown.slate) <= set(shown.candidates)
        assert 0 < shown.propensity <= 1
        assert shown.policy == "epsilon-greedy"
        assert shown.catalogue_version == world.index.version


def test_what_was_taken_up_is_in_the_history_of_later_impressions_only(log: SimulatedLog) -> None:
    began = {(o.learner_id, o.credential_id): o.occurred_at for o in reversed(log.outcomes) if o.kind == "enrolled"}
    for shown in log.impressions:
        for credential_id in shown.history:
            assert began[shown.learner_id, credential_id] <= shown.shown_at
        held = {c for (who, c), at in began.items() if who == shown.learner_id and at <= shown.shown_at}
        assert held == set(shown.history)


def test_outcomes_answer_an_impression_that_showed_their_credential(log: SimulatedLog) -> None:
    slates = {i.impression_id: i for i in log.impressions}
    answering = [o for o in log.outcomes if o.impression_id]
    assert answering
    for outcome in answering:
        shown = slates[outcome.impression_id]
        assert outcome.credential_id in shown.slate
        assert outcome.learner_id == shown.learner_id
        assert outcome.occurred_at > shown.shown_at


def test_learners_also_take_things_up_that_no_impression_led_to(log: SimulatedLog) -> None:
    assert any(o.kind == "completed" and not o.impression_id for o in log.outcomes)


def test_outcomes_come_in_the_order_of_a_learner_s_way(log: SimulatedLog) -> None:
    ways: dict[tuple[str, str, str], list[str]] = {}
    for outcome in log.outcomes:
        if outcome.impression_id:
            ways.setdefault((outcome.learner_id, outcome.credential_id, outcome.impression_id), []).append(outcome.kind)
    allowed = [
        ["dismissed"], ["clicked"], ["clicked", "enrolled"], ["clicked", "enrolled", "started", "dropped"],
        ["clicked", "enrolled", "started", "completed"], ["clicked", "enrolled", "started", "completed", "awarded"],
    ]  # fmt: skip
    assert {tuple(way) for way in ways.values()} <= {tuple(way) for way in allowed}


def test_enrolling_and_starting_always_fall_within_their_windows(log: SimulatedLog) -> None:
    shown_at = {i.impression_id: i.shown_at for i in log.impressions}
    for outcome in log.outcomes:
        if outcome.impression_id and outcome.kind in ("clicked", "enrolled", "started", "dismissed"):
            assert outcome.occurred_at - shown_at[outcome.impression_id] <= WINDOW[outcome.kind]


def test_everything_is_shown_within_the_span_of_the_log(log: SimulatedLog) -> None:
    assert max(i.shown_at for i in log.impressions) < ENDS_ON


def test_without_exploration_the_best_comes_first_for_certain(world: World) -> None:
    greedy = simulate(world, 10, 1, policy=Policy())
    for shown in greedy.impressions:
        assert shown.propensity == 1.0
        assert max(shown.scores) == shown.scores[shown.candidates.index(shown.slate[0])]


def test_exploration_reaches_other_first_places(world: World, log: SimulatedLog) -> None:
    explored = [i for i in log.impressions if i.propensity < 0.5]
    assert 0 < len(explored) < len(log.impressions) * 2 * EXPLORING.epsilon


def test_a_recommender_that_answers_nothing_leaves_learners_to_themselves(world: World) -> None:
    whole = next(courses(world, 3, 1))
    assert whole.decisions
    assert {o.learner_id for o in whole.outcomes} <= {whole.learner.learner_id}
