"""Tuning finds what the log itself says, and nothing else."""

from __future__ import annotations

import numpy as np

from tests.training.toy_logs import sequences_from, wanderers
from training.attention_config import AttentionConfig
from training.item_tables import ItemModelConfig
from training.tuning import AGES, DECAYS, Examination, tune_item_models


def examination(weights_of_next: int = 6) -> Examination:
    """Everybody took up i and then i + 1 is the answer."""
    steps = np.full((weights_of_next - 1, AGES), -1)
    steps[:, 0] = np.arange(weights_of_next - 1)
    seen = np.zeros((weights_of_next - 1, weights_of_next), dtype=bool)
    seen[np.arange(weights_of_next - 1), steps[:, 0]] = True
    return Examination(steps, seen, np.arange(1, weights_of_next))


def test_the_right_weights_score_one_and_equal_scores_share_their_places() -> None:
    right = np.eye(6, k=1, dtype=np.float32)
    assert examination().judge(right, 0.5) == 1.0
    assert examination().judge(np.zeros((6, 6), dtype=np.float32), 0.5) == np.float64(1 / np.log2(4))


def test_where_only_the_last_step_matters_a_fast_decay_is_chosen() -> None:
    dice = np.random.default_rng(0)
    rows = []
    for learner in range(400):
        at = int(dice.integers(0, 40))
        noise = dice.choice(np.arange(40, 80), size=4, replace=False)
        rows += [
            (f"l{learner:03d}", f"c{item:02d}", float(step)) for step, item in enumerate([*noise, at, (at + 1) % 40])
        ]
    tuned = tune_item_models(sequences_from(rows))
    assert tuned.markov_decay <= 0.5
    assert tuned.ease_decay == min(DECAYS)


def test_the_same_log_and_seed_give_the_same_parameters_and_the_rest_stays() -> None:
    given = ItemModelConfig(followers=17, attention=AttentionConfig(positions=0))
    one, other = tune_item_models(wanderers(), given), tune_item_models(wanderers(), given)
    assert one == other
    assert (one.followers, one.attention) == (17, given.attention)


def test_a_log_without_a_question_keeps_what_stands() -> None:
    assert tune_item_models(sequences_from([("l", "a", 0.0)])) == ItemModelConfig()
