"""The recommender in two stages: fitted without the answers, used with everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from credpath.recommender.co_completion import LEARNED
from tests.training.toy_logs import wanderers
from training.attention_config import AttentionConfig
from training.beginnings import BEGINNINGS, judge_beginnings
from training.held_steps import draw_after
from training.item_models import fit_co_completion
from training.item_tables import ItemModelConfig
from training.questions import NAMES, Questions, ask, questions_of
from training.ranker import RankerConfig
from training.sequences import Sequences, pack_sequences
from training.two_stage import (
    Catalogue,
    TwoStage,
    TwoStageConfig,
    fit_two_stage,
    held_rounds,
    hide,
    table_of,
)

CONFIG = TwoStageConfig(
    questions=200,
    valid=50,
    item_models=ItemModelConfig(attention=AttentionConfig(positions=0)),
    ranker=RankerConfig(trees=20, leaves=8, min_rows_in_leaf=10),
)


@pytest.fixture(scope="module")
def system() -> TwoStage:
    sequences = wanderers()
    return fit_two_stage(sequences, Catalogue(sequences.ids), CONFIG)


def test_each_round_knows_none_of_its_answers() -> None:
    sequences = wanderers()
    for by_time in (False, True):
        for held in held_rounds(sequences, CONFIG, by_time=by_time):
            left = sum(len(held.inner.of(learner)) for learner in range(len(held.inner)))
            assert left <= len(sequences.items) - len(held)
            for history, answer in zip(held.histories, held.answers, strict=True):
                assert answer not in history


def test_few_learners_are_all_asked_in_rounds_and_many_once() -> None:
    sequences = wanderers()
    few = held_rounds(sequences, TwoStageConfig(questions=20, valid=5), by_time=False)
    assert [len(held) for held in few] == [25]
    many = held_rounds(sequences, TwoStageConfig(questions=250, valid=50), by_time=False)
    assert len(many) >= 3
    assert sum(map(len, many[:3])) == min(300, int((sequences.lengths >= 2).sum()))


def test_a_table_has_one_answer_a_group_and_keeps_every_candidate(system: TwoStage) -> None:
    held = held_rounds(wanderers(), CONFIG, by_time=False)[0]
    followers = system.co_completion.bind(system.co_completion.ids)
    table = table_of(followers, questions_of(held, followers), 10)
    starts = np.concatenate([[0], np.cumsum(table.groups)[:-1]])
    assert (np.add.reduceat(table.labels.astype(int), starts) == 1).all()
    assert table.features.shape[1] == len(NAMES)


def test_no_candidate_is_in_the_history(system: TwoStage) -> None:
    followers = system.co_completion.bind(system.co_completion.ids)
    history = np.array([1, 2, 3])
    [asked] = ask(followers, Questions((history,), np.array([4])), 30)
    assert not set(history.tolist()) & set(asked.rows.tolist())
    assert (np.diff(asked.rows) > 0).all()


def test_the_forest_finds_the_next_step(system: TwoStage) -> None:
    followers = system.co_completion.bind(system.co_completion.ids)
    hits = 0
    for at in range(30):
        [asked] = ask(followers, Questions((np.array([at]),), np.array([0])), 30)
        hits += asked.rows[system.forest.predict(asked.features).argmax()] == (at + 1) % 30
    assert hits >= 25


def test_the_same_log_and_seed_give_the_same_forest(system: TwoStage) -> None:
    sequences = wanderers()
    again = fit_two_stage(sequences, Catalogue(sequences.ids), CONFIG)
    assert again.forest.model_to_string() == system.forest.model_to_string()


def test_what_is_hidden_has_no_followers_and_follows_nothing(system: TwoStage) -> None:
    models = system.co_completion
    blind = hide(models, 0.5, 1)
    hidden = [at for at, name in enumerate(blind.ids) if not name]
    followers = blind.bind(models.ids)
    assert hidden
    for row in range(len(models.ids)):
        learned = followers.scores(np.array([row]))[: LEARNED.index("popular")]
        assert not learned[:, hidden].any()


def test_text_lets_the_forest_reach_what_nobody_took_up() -> None:
    sequences = wanderers(400)
    dice = np.random.default_rng(0)
    angle = np.arange(30) / 30 * 2 * np.pi
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    vectors = np.hstack([3 * circle, 0.1 * dice.normal(size=(30, 6))])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    cold = 11
    seen = sequences.keep(sequences.items != cold)
    system = fit_two_stage(seen, Catalogue(sequences.ids, vectors), CONFIG)
    followers = system.co_completion.bind(sequences.ids, vectors)
    ranks = []
    for history in ([9, 10], [8, 10], [10]):
        [asked] = ask(followers, Questions((np.array(history),), np.array([cold])), 30)
        scores = system.forest.predict(asked.features)
        ranks.append(int((scores > scores[np.searchsorted(asked.rows, cold)]).sum()))
    assert np.median(ranks) < 10


def test_nobody_to_ask_leaves_no_forest_and_no_error() -> None:
    empty = Sequences(("a",), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), ())
    assert fit_two_stage(empty, Catalogue(("a",)), CONFIG).forest is None


def test_a_short_log_is_asked_after_several_moments_the_latest_last() -> None:
    sequences = wanderers()
    rounds = held_rounds(sequences, TwoStageConfig(questions=2_000, valid=500), by_time=True)
    assert sequences.times is not None
    assert len(rounds) == 4
    seen = [len(held.inner.items) for held in rounds]
    assert seen == sorted(set(seen))
    assert len(held_rounds(sequences, TwoStageConfig(questions=20, valid=5), by_time=True)) == 1


def test_a_moment_with_nothing_before_it_asks_nobody() -> None:
    sequences = wanderers()
    assert sequences.times is not None
    usual = np.quantile(sequences.times, 0.6)
    half = replace(sequences, times=np.where(sequences.times < usual, 0.0, sequences.times))
    few = TwoStageConfig(questions=2_000, valid=500)
    rounds = held_rounds(half, few, by_time=True)
    assert len(rounds) == 2
    assert all(held.inner.times is not None and (held.inner.times == 0).any() for held in rounds)


@pytest.mark.parametrize(("steps", "moments"), [(9, 0.0), (2, 1.0)], ids=["all at once", "two positions"])
def test_moments_before_which_nothing_follows_anything_are_left_aside(steps: int, moments: float) -> None:
    sequences = wanderers()
    place = np.arange(len(sequences.items)) - sequences.indptr[sequences.owner]
    coarse = replace(sequences, times=moments * place).keep(place < steps)
    rounds, usual = (held_rounds(coarse, CONFIG, by_time=by_time) for by_time in (True, False))
    assert [len(held) for held in rounds] == [len(held) for held in usual]
    assert fit_two_stage(coarse, Catalogue(coarse.ids), CONFIG, by_time=True).forest is not None


def test_where_nobody_has_a_second_step_there_is_no_forest_and_no_error() -> None:
    first = wanderers()
    first = first.keep(first.from_end == first.lengths[first.owner] - 1)
    first = replace(first, times=np.ones(len(first.items)))
    assert fit_two_stage(first, Catalogue(first.ids), CONFIG, by_time=True).forest is None


def test_models_of_nothing_tell_no_beginning_from_another() -> None:
    sequences = wanderers()
    held = draw_after(sequences, -1.0, 20, 0)
    followers = fit_co_completion(held.inner, CONFIG.item_models).bind(sequences.ids)
    assert not judge_beginnings(followers, questions_of(held, followers), 10).any()


def test_a_forest_of_several_moments_is_grown_again_on_all_of_them() -> None:
    sequences = wanderers()
    said: list[str] = []
    config = replace(CONFIG, questions=2_000)
    system = fit_two_stage(sequences, Catalogue(sequences.ids), config, by_time=True, tell=said.append)
    assert len(said) == 5
    assert system.forest is not None
    again = fit_two_stage(sequences, Catalogue(sequences.ids), config, by_time=True)
    assert system.forest.model_to_string() == again.forest.model_to_string()


def test_questions_without_a_history_teach_nothing_and_get_what_others_begin_with(system: TwoStage) -> None:
    followers = system.co_completion.bind(system.co_completion.ids)
    nobody = Questions((np.zeros(0, dtype=np.int64),), np.array([4]))
    assert len(table_of(followers, nobody, 30).groups) == 0
    [asked] = ask(followers, nobody, 30)
    order = asked.rows[np.argsort(-system.scores(asked.features), kind="stable")]
    usual = np.argsort(-followers.arrays.popular, kind="stable")
    assert order[:5].tolist() == usual[:5].tolist()


def test_beginners_get_what_many_take_up_lately_where_the_usual_first_step_has_changed() -> None:
    fashions = ("a", "b", "c", "d", "e", "f")
    learners = [f"l{at:04d}" for at in range(900)]
    begun = [(name, fashions[at * len(fashions) // 900], float(at)) for at, name in enumerate(learners)]
    then = [(name, f"z{at % 7}", at + 0.5) for at, name in enumerate(learners)]
    rows = sorted(begun + then, key=lambda row: row[2])
    sequences = pack_sequences([r[0] for r in rows], [r[1] for r in rows], np.array([r[2] for r in rows]))
    system = fit_two_stage(sequences, Catalogue(sequences.ids), CONFIG, by_time=True)
    assert system.beginning == ("follow_item_popularity", "follow_item_late")
    steady = fit_two_stage(wanderers(), Catalogue(wanderers().ids), CONFIG)
    assert steady.beginning == BEGINNINGS[0]
