from __future__ import annotations

import numpy as np
import pytest

from tests.training.simulated_settings import a_world
from training.simulate import simulate
from training.simulated_log import READ_ON, simulated_tenant_log
from training.tenant_log import GIVEN, TenantLog


@pytest.fixture(scope="module")
def log() -> TenantLog:
    return simulated_tenant_log(a_world(), 40, 1)


def test_everything_that_was_shown_is_decided(log: TenantLog) -> None:
    assert len(log.decisions) == 40
    assert log.decisions.counts["censored"] == 0
    assert log.now == READ_ON


def test_only_outcomes_that_answer_an_impression_make_its_reward(log: TenantLog) -> None:
    assert log.decisions.counts["outcomes_standing_alone"] == 0
    assert log.decisions.counts["outcomes_named"] > 0
    assert log.decisions.reward.max() > 0


def test_it_reads_what_a_database_would_have_kept(log: TenantLog) -> None:
    shown = {i.impression_id: i for i in simulate(a_world(), 40, 1).impressions}
    some = log.decisions.impression_ids[:5]
    for name, considered in zip(some, log.candidates(some), strict=True):
        impression = shown[name]
        whole = np.frombuffer(impression.features, "<f4").reshape(len(impression.candidates), -1)
        columns = [impression.feature_names.index(given) for given in GIVEN]
        assert considered.candidates == impression.candidates
        assert np.array_equal(considered.features, whole[:, columns])
        assert considered.scores.tolist() == list(impression.scores)


def test_every_goal_means_the_occupation_that_was_asked_for(log: TenantLog) -> None:
    asked = dict(zip(log.decisions.learners.tolist(), log.decisions.occupations.tolist(), strict=True))
    means = log.goal_of()
    assert all(means[learner] == occupation for learner, occupation in asked.items())
