"""What decides whether a tenant's own responses estimate mastery, or whether observations are counted on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.learned_mastery import SETTINGS
from tests.training.mastery_tenants import repeated_log, tenant_log
from training.mastery_log import LEAST_ANSWERS, LEAST_LEARNERS
from training.mastery_trial import MOST_CALIBRATION_ERROR, MasteryTrial, error_by_luck, latest, try_mastery


@pytest.fixture(scope="module")
def passed() -> MasteryTrial:
    return try_mastery(tenant_log(repeated_log()), 1, SETTINGS)


def test_a_log_with_structure_passes_and_beats_elo_on_learners_it_did_not_know(passed: MasteryTrial) -> None:
    assert passed.model is not None
    assert passed.metrics["log_loss_gain"].high < 0
    assert len(passed.why) == 2
    assert all(sentence.startswith("mastery: ") for sentence in passed.why)
    assert "against tuned Elo" in passed.why[0]


def test_the_model_that_serves_has_learned_from_everybody(passed: MasteryTrial) -> None:
    log = repeated_log()
    assert passed.model is not None
    assert set(passed.model.model.items.ids) == set(log.items)
    assert set(passed.model.model.facts.skills) == set(log.skill_names)


def test_the_same_log_and_seed_teach_the_same_model_and_verdict(passed: MasteryTrial) -> None:
    again = try_mastery(tenant_log(repeated_log()), 1, SETTINGS)
    assert passed.model is not None
    assert again.model is not None
    assert again.model.model.version == passed.model.model.version
    assert (again.metrics, again.why) == (passed.metrics, passed.why)


def test_answers_that_are_dealt_anew_teach_nothing_and_are_held_with_the_reason() -> None:
    log = repeated_log()
    dealt = log.answered(np.random.default_rng(2).permutation(log.correct))
    held = try_mastery(tenant_log(dealt), 1, SETTINGS)
    assert held.model is None
    assert held.metrics["log_loss_gain"].high >= 0
    assert any("against tuned Elo; the interval must lie below 0" in sentence for sentence in held.why)


def test_too_few_answers_or_learners_are_not_tried_and_it_says_what_is_missing() -> None:
    log = repeated_log()
    few_learners = log.rows(log.learner < LEAST_LEARNERS - 1)
    few_answers = log.rows(log.earlier() < (LEAST_ANSWERS - 1) // len(log.learners))
    for short in (few_learners, few_answers, log.rows(log.learner < 1), log.rows(log.learner < 0)):
        found = try_mastery(tenant_log(short), 1, SETTINGS)
        assert (found.model, found.metrics) == (None, {})
        (sentence,) = found.why
        assert "observations are counted" in sentence
        assert f"{LEAST_ANSWERS} answers of {LEAST_LEARNERS} learners" in sentence


def test_of_a_long_log_the_learners_who_answered_last_are_kept_whole() -> None:
    log = repeated_log()
    kept = latest(log, 1_000)
    assert len(log) > 2_000
    assert 900 < len(kept) <= 1_000
    for who in np.unique(kept.learner).tolist():
        assert (kept.learner == who).sum() == (log.learner == who).sum()
    ends = {who: float(log.order[log.learner == who].max()) for who in range(len(log.learners))}
    inside = set(np.unique(kept.learner).tolist())
    assert min(ends[who] for who in inside) >= max(ends[who] for who in ends.keys() - inside)
    assert latest(log, len(log)) is log


def test_few_answers_may_be_as_uneven_as_luck_makes_them_and_many_may_not() -> None:
    dice = np.random.default_rng(1)
    few, many = (dice.random(count) for count in (400, 80_000))
    assert error_by_luck(few, 1) > 2 * MOST_CALIBRATION_ERROR
    assert error_by_luck(many, 1) < MOST_CALIBRATION_ERROR / 3
