from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from credpath.evaluation.offpolicy import Limits
from credpath.recommender.exploration import Policy
from credpath.recommender.feature_names import COLUMN
from credpath.recommender.learned import Learned
from tests.training.ladders import stage
from tests.training.logged_world import GIVEN, POLICY, ByColumn, LoggedWorld, logged_world
from training.policy_rows import PolicyRows, policy_rows
from training.policy_value import PolicyValues, RewardConfig, predicted_rewards, value_policies

TARGETS = {"challenger": Learned(ByColumn("gap_closed")), "champion": Learned(ByColumn("goal_match"))}


@pytest.fixture(scope="module")
def world() -> LoggedWorld:
    return logged_world(1_500)


@pytest.fixture(scope="module")
def rows(world: LoggedWorld) -> PolicyRows:
    return policy_rows(stage(), world.decisions, world.candidates, TARGETS, POLICY)


@pytest.fixture(scope="module")
def values(rows: PolicyRows) -> PolicyValues:
    return value_policies(rows, RewardConfig(trees=40))


def test_each_decision_keeps_the_action_shown_and_what_the_targets_would_show(
    world: LoggedWorld, rows: PolicyRows
) -> None:
    assert len(rows) == len(world.decisions) == 1_500
    assert rows.left_out == {}
    assert set(np.diff(rows.starts).tolist()) <= {1, 2, 3}
    for name in TARGETS:
        assert np.add.reduceat(rows.chances[name], rows.shown) == pytest.approx(1.0)
    shown = rows.features[rows.shown, COLUMN["goal_match"]]
    logged = world.decisions.features[world.decisions.first, GIVEN.index("goal_match")]
    assert np.array_equal(shown, logged)


def test_the_estimates_find_what_a_better_and_the_logging_policy_are_worth(
    world: LoggedWorld, values: PolicyValues
) -> None:
    better = world.value_of_best(world.worth)
    usual = world.value_of_best(world.logged_scores)
    for name, truth in (("challenger", better), ("champion", usual)):
        for how in ("doubly_robust", "snips", "ips"):
            found = values.values[name][how]
            assert found.low < truth < found.high, (name, how)
    found = values.lifts["champion"]["doubly_robust"]
    assert 0 < found.low < better - usual < found.high
    assert values.decisions == 1_500


def test_expected_rewards_are_told_by_a_model_that_learned_from_others(rows: PolicyRows) -> None:
    expected = predicted_rewards(rows, RewardConfig(trees=40))
    worth = 0.9 * 0.9 * rows.features[:, COLUMN["gap_closed"]]
    assert len(expected) == len(rows.features)
    assert np.corrcoef(expected, worth)[0, 1] > 0.9
    assert np.abs(expected - worth).mean() < 0.1


def test_few_decisions_are_told_the_mean_instead_of_a_forest(world: LoggedWorld) -> None:
    few = world.decisions.take(np.arange(60))
    rows = policy_rows(stage(), few, world.candidates, TARGETS)
    expected = predicted_rewards(rows, RewardConfig())
    assert 1 < len(set(expected.tolist())) <= 5


def test_decisions_of_another_policy_without_candidates_or_before_their_time_are_left_out(world: LoggedWorld) -> None:
    some = world.decisions.take(np.arange(30))
    waited = some.waited.copy()
    waited[:4] = False
    some = replace(some, waited=waited)
    sets = {key: world.sets[key] for key in some.impression_ids[6:]}
    partly = replace(world, sets=sets)
    other = policy_rows(stage(), some, partly.candidates, TARGETS, Policy("epsilon-greedy", 0.5, 0.0, 8))
    assert (len(other), other.left_out) == (0, {"another policy": 24, "candidates not stored": 2, "decided early": 4})
    same = policy_rows(stage(), some, partly.candidates, TARGETS, POLICY)
    assert (len(same), same.left_out) == (24, {"candidates not stored": 2, "decided early": 4})


def test_a_log_without_exploration_is_refused_with_a_sentence() -> None:
    greedy = logged_world(300, policy=Policy())
    rows = policy_rows(stage(), greedy.decisions, greedy.candidates, TARGETS, Policy())
    found = value_policies(rows).lifts["champion"]["doubly_robust"]
    assert found.value is None
    assert "never or hardly explored" in found.refused or "effective sample size" in found.refused


def test_what_was_logged_below_the_lowest_propensity_counts_as_unexplored(rows: PolicyRows) -> None:
    strict = value_policies(rows, RewardConfig(trees=40), Limits(unsupported=1.0, propensity=1.0))
    assert strict.lifts["champion"]["doubly_robust"].overlap.unsupported == pytest.approx(1.0)
    usual = value_policies(rows, RewardConfig(trees=40), Limits(unsupported=1.0))
    assert usual.lifts["champion"]["doubly_robust"].overlap.unsupported == pytest.approx(0.0)


def test_nothing_logged_is_refused_too() -> None:
    world = logged_world(1)
    rows = policy_rows(stage(), world.decisions.take(np.zeros(0, dtype=np.int64)), world.candidates, TARGETS)
    found = value_policies(rows)
    assert found.decisions == 0
    assert all(estimate.value is None for by in found.values.values() for estimate in by.values())


def test_a_target_that_explores_is_valued_over_all_that_it_might_show(world: LoggedWorld) -> None:
    some = world.decisions.take(np.arange(40))
    rows = policy_rows(stage(), some, world.candidates, TARGETS, POLICY, target_policy=POLICY)
    assert np.diff(rows.starts).tolist() == [8] * 40
    assert rows.chances["champion"] == pytest.approx(rows.logged_chances)


def test_the_document_is_plain_json_and_rules_can_be_a_target(world: LoggedWorld) -> None:
    some = world.decisions.take(np.arange(200))
    rows = policy_rows(stage(), some, world.candidates, {**TARGETS, "rules": None}, POLICY)
    document = json.loads(json.dumps(value_policies(rows).as_dict(), allow_nan=False))
    assert set(document["lifts"]) == {"champion", "rules"}
    assert set(document["values"]["rules"]) == {"doubly_robust", "snips", "ips", "direct"}


def test_the_same_log_gives_the_same_figures(rows: PolicyRows, values: PolicyValues) -> None:
    assert value_policies(rows, RewardConfig(trees=40)).as_dict() == values.as_dict()
