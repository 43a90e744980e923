"""What is learned of mastery: from training learners alone, the same as serves, and nothing where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from credpath.domain.forgetting import FIRST_HALF_LIFE
from credpath.domain.mastery import Evidence
from credpath.domain.mastery_parameters import Gains
from credpath.errors import InvalidInput
from tests.training.learned_mastery import SETTINGS, fitted, log_of
from training.mastery_contender import LearnedContender, LearnedPredictor
from training.mastery_fit import deal, fit_mastery
from training.mastery_forest import calibrate
from training.mastery_gains import days_waited, tune_gains
from training.mastery_items import before, fit_items, things_of
from training.mastery_log import LEAST_LEARNERS, fit_from_log, responses_of
from training.mastery_metrics import figures
from training.mastery_near import choose_near, near_skills
from training.mastery_protocol import later_answers_change, serve
from training.mastery_rasch import fit_rasch
from training.mastery_width import fit_width
from training.responses import DAY, Responses


@pytest.fixture(scope="module", params=[True, False], ids=["items", "no items"])
def predictor(request: pytest.FixtureRequest) -> LearnedPredictor:
    with_items = bool(request.param)
    return LearnedPredictor(fitted(with_items=with_items), log_of(with_items=with_items))


def _held(predictor: LearnedPredictor) -> Responses:
    return predictor.words.rows(predictor.words.fold == 0)


def test_what_serves_answer_by_answer_says_what_the_benchmark_was_told(predictor: LearnedPredictor) -> None:
    held = _held(predictor)
    speed = serve(predictor, held, predictor.predict(held))
    assert speed.disagreement < 1e-6


def test_later_answers_change_no_earlier_chance(predictor: LearnedPredictor) -> None:
    assert later_answers_change(predictor, _held(predictor), 3) < 1e-9


def test_it_knows_more_than_the_mean(predictor: LearnedPredictor) -> None:
    held = _held(predictor)
    assert figures(predictor.predict(held), held.correct)["auc"] > 0.65


def test_answers_dealt_anew_teach_nothing() -> None:
    log = log_of()
    dealt = log.answered(np.random.default_rng(5).permutation(log.correct))
    found = LearnedContender(settings=SETTINGS).fit(dealt.rows(dealt.fold != 0), 1)
    held = dealt.rows(dealt.fold == 0)
    assert abs(figures(found.predict(held), held.correct)["auc"] - 0.5) < 0.08  # 700 answers


def test_the_same_log_and_seed_teach_the_same() -> None:
    log = log_of().rows(log_of().fold != 0)
    assert fit_mastery(log, 1, SETTINGS).model.version == fitted().model.version


def test_each_learner_is_in_one_part_and_parts_are_of_like_size() -> None:
    log = log_of()
    parts = deal(log, 5, 1)
    for who in range(len(log.learners)):
        assert len(np.unique(parts[log.learner == who])) == 1
    assert np.bincount([parts[log.learner == who][0] for who in range(len(log.learners))]).tolist() == [24] * 5


@pytest.mark.parametrize("with_items", [True, False])
def test_two_learners_of_one_answer_each_teach_a_chance_and_one_teaches_none(with_items: bool) -> None:
    log = log_of(with_items=with_items)
    first = log.rows(log.earlier() == 0)
    found = LearnedContender(settings=SETTINGS).fit(first.rows(first.learner < 2), 1)
    chance = found.predict(log.rows(log.learner == 2))
    assert ((chance > 0) & (chance < 1)).all()
    with pytest.raises(InvalidInput, match="two learners"):
        fit_mastery(log.rows(log.learner == 0), 1, SETTINGS)


def test_rasch_finds_the_order_of_items_whoever_answered_them() -> None:
    dice = np.random.default_rng(2)
    log = log_of()
    thing, words = things_of(log)
    hard = dice.normal(0, 1.5, len(words))
    able = dice.normal(0, 1.0, len(log.learners))
    chance = 1 / (1 + np.exp(-(able[log.learner] - hard[thing])))
    drawn = log.answered((dice.random(len(log)) < chance).astype(np.int8))
    rasch = fit_rasch(drawn, thing, len(words))
    met = np.unique(thing)
    base = np.array([rasch.skills[log.skills[log.starts[np.flatnonzero(thing == at)[0]]]] for at in met])
    assert np.corrcoef(base + rasch.own[met], -hard[met])[0, 1] > 0.85
    assert np.corrcoef(rasch.ability, able)[0, 1] > 0.7


def test_items_are_known_by_the_answers_that_were_given_and_no_others() -> None:
    log = log_of()
    few = log.rows(log.learner < 10)
    items = fit_items(few, 3, 1)
    thing, words = things_of(few)
    assert items.table.ids == tuple(words[at] for at in np.unique(thing))
    assert items.table.vectors.shape == (len(items.table.ids), 1)  # too few learners to place items among others
    assert fit_items(log, 3, 1).table.vectors.shape[1] == 4


def test_the_answers_before_are_those_of_the_same_learner() -> None:
    log = log_of()
    rows, right = before(log)
    assert (rows[log.earlier() == 0] == -1).all()
    known = rows >= 0
    owner = np.broadcast_to(log.learner[:, None], rows.shape)
    assert (log.learner[rows[known]] == owner[known]).all()
    assert (right[known] == (log.correct[rows[known]] == 1)).all()


def test_gains_are_tuned_the_same_way_twice() -> None:
    log = log_of().rows(log_of().fold != 0)
    assert tune_gains(log, SETTINGS.dimensions, 1) == fitted().model.facts.gains


def _forgetful(days: float) -> Responses:
    """Everybody gets right what they did lately, and has forgotten it after `days` without use."""
    dice = np.random.default_rng(7)
    log = log_of(with_items=False)
    order, correct = np.empty(len(log)), np.empty(len(log), dtype=np.int8)
    for who in range(len(log.learners)):
        now, last = 0.0, dict[int, float]()
        for row in np.flatnonzero(log.learner == who).tolist():
            now += float(dice.choice([0.1, 3 * days]))
            skill = int(log.skills[log.starts[row]])
            fresh = skill in last and now - last[skill] < days
            correct[row] = dice.random() < (0.95 if fresh else 0.3)
            last[skill] = now
            order[row] = START.timestamp() + 86_400.0 * now
    return replace(log.answered(correct), order=order, dated=True)


def test_how_fast_skills_fade_is_learned_from_dated_answers() -> None:
    assert tune_gains(_forgetful(60.0), 0, 1).half_life <= 100.0
    assert tune_gains(log_of(), 0, 1).half_life == Gains().half_life


def test_a_log_of_a_few_weeks_leaves_the_half_life_as_it_is_set() -> None:
    log = log_of()
    weeks = replace(log, order=START.timestamp() + 0.9 * DAY * log.earlier(), dated=True)
    assert days_waited(weeks).max() < 36
    assert tune_gains(weeks, 0, 1).half_life == FIRST_HALF_LIFE


def test_days_are_counted_from_the_last_answer_of_the_same_learner_on_the_same_skill() -> None:
    log = log_of()
    daily = replace(log, order=START.timestamp() + DAY * log.earlier(), dated=True)
    last, found = dict[tuple[int, int], int](), list[int]()
    earlier = log.earlier().tolist()
    for row, skill in zip(log.owner().tolist(), log.skills.tolist(), strict=True):
        who, now = (int(log.learner[row]), skill), earlier[row]
        found += [now - last[who]] if who in last else []
        last[who] = now
    assert sorted(days_waited(daily)) == pytest.approx(sorted(found))


def test_skills_on_which_the_same_learners_do_well_are_related_and_none_to_itself() -> None:
    log = log_of()
    near = near_skills(log)
    for uri, others in near.items():
        assert uri not in dict(others)
        assert all(0.0 < weight <= 1.0 for _, weight in others)


def test_related_skills_that_help_nobody_are_not_used() -> None:
    dice = np.random.default_rng(1)
    log = log_of()
    noise = log.answered(dice.integers(0, 2, len(log)).astype(np.int8))
    silent = {uri: ((other, 1.0),) for uri, other in zip(log.skill_names, ["nobody"] * 4, strict=True)}
    assert choose_near(noise, {"silent": silent}, Gains(), 1) == {}


def test_log_odds_that_are_too_sure_are_calibrated_down() -> None:
    dice = np.random.default_rng(3)
    logit = dice.normal(0, 1, 4_000)
    correct = (dice.random(4_000) < 1 / (1 + np.exp(-logit))).astype(np.int8)
    slope, intercept = calibrate(3.0 * logit, correct)
    assert slope == pytest.approx(1 / 3, abs=0.04)
    assert intercept == pytest.approx(0.0, abs=0.1)


def test_estimates_that_are_further_from_what_came_later_are_worth_less() -> None:
    log = log_of()
    dice = np.random.default_rng(4)
    level = dice.beta(6, 6, (len(log.learners), len(log.skill_names)))
    first = log.skills[log.starts[:-1]]
    true = level[log.learner, first]
    drawn = log.answered((dice.random(len(log)) < true).astype(np.int8))
    blind = fit_width(drawn, np.full(len(log), 0.5), np.zeros(len(log)))
    knowing = fit_width(drawn, true, np.zeros(len(log)))
    assert blind.worth[0] == pytest.approx(12, abs=6)  # Beta(6, 6) is worth twelve
    assert knowing.worth[0] > 3 * blind.worth[0]


START = datetime(2026, 1, 1, tzinfo=UTC)


def _as_log(responses: Responses) -> list[tuple[str, Evidence]]:
    """The pieces that a store would have kept."""
    found = []
    for row in range(len(responses)):
        at = START + timedelta(minutes=float(responses.order[row]))
        for skill in responses.skills[responses.starts[row] : responses.starts[row + 1]].tolist():
            piece = Evidence(
                f"e{row:05d}", responses.skill_names[skill], "item", float(responses.correct[row]), at,
                item_id=responses.items[responses.item[row]],
            )  # fmt: skip
            found.append((responses.learners[responses.learner[row]], piece))
    return found


def test_a_tenants_evidence_becomes_the_responses_that_it_came_from_in_any_order() -> None:
    log = log_of()
    rows = _as_log(log)
    found = responses_of(reversed([*rows, ("somebody", Evidence("a", "skill-1", "award", 1.0, START))]))
    assert found is not None
    assert found.dated
    assert (found.learners, found.items, found.skill_names) == (log.learners, log.items, log.skill_names)
    for name in ("learner", "item", "correct", "starts", "skills"):
        assert getattr(found, name).tolist() == getattr(log, name).tolist(), name


def test_too_few_answers_teach_nothing() -> None:
    rows = _as_log(log_of().rows(log_of().learner < LEAST_LEARNERS - 1))
    assert fit_from_log(rows) is None
    assert fit_from_log([]) is None


def test_a_tenants_evidence_teaches_mastery() -> None:
    found = fit_from_log(_as_log(log_of()), 1, SETTINGS)
    assert found is not None
    assert set(found.model.facts.skills) == set(log_of().skill_names)
