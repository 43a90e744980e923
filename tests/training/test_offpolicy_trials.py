from __future__ import annotations

import json

import numpy as np
import pytest

from training.offpolicy_trials import LOW_OVERLAP, SCENARIOS, Scenario, coverage, draw, estimates
from training.offpolicy_world import World, draw_contexts, exploring, greedy, scores, true_value

CLAIMED = ("snips", "doubly_robust", "lift_doubly_robust", "lift_snips")
QUICK = {name: SCENARIOS[name] for name in ("few decisions, much exploration", "explored, better target")}


def test_intervals_hold_on_forty_logs() -> None:
    found = coverage(logs=40, seed=3, scenarios=QUICK, population=60_000)
    for name in CLAIMED:
        assert found["overall"][name] >= 0.9, name
    assert found["overall"]["direct"] < 0.9  # a model's own interval knows nothing of its error
    json.dumps(found, allow_nan=False)


def test_low_overlap_is_refused_every_time() -> None:
    found = coverage(logs=40, seed=4, scenarios={})["low_overlap"]
    assert set(found) == set(LOW_OVERLAP)
    assert all(cell[name] == 1.0 for cell in found.values() for name in CLAIMED)


@pytest.mark.slow
def test_intervals_hold_on_two_hundred_logs_of_every_scenario() -> None:
    found = coverage(logs=200, seed=11)
    for scenario, cells in found["scenarios"].items():
        for name in CLAIMED:
            assert cells[name]["covered"] >= 0.9, (scenario, name)
            assert cells[name]["refused"] < 0.2, (scenario, name)
    assert all(cell[name] >= 0.95 for cell in found["low_overlap"].values() for name in CLAIMED)


def test_the_same_seed_draws_the_same_log() -> None:
    scenario = Scenario(decisions=600, epsilon=0.2)
    one, other = (estimates(draw(scenario, 5), scenario) for _ in range(2))
    assert one == other


def test_the_serving_policy_of_the_world_is_a_distribution_that_logs_the_best_most() -> None:
    contexts = draw_contexts(World(), 200, seed=1)
    scored = scores(contexts, 0.4)
    chances = exploring(scored, epsilon=0.1)
    assert chances.sum(axis=1) == pytest.approx(np.ones(200))
    assert (chances.argmax(axis=1) == scored.argmax(axis=1)).all()


def test_more_skill_is_worth_more() -> None:
    contexts = draw_contexts(World(), 20_000, seed=1)
    values = [true_value(contexts, greedy(scores(contexts, skill))) for skill in (-0.6, 0.0, 0.4, 0.65, 1.0)]
    assert values == sorted(values)
