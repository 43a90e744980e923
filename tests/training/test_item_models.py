"""The fit of the item-to-item models: closed forms against plain arithmetic, no leak, no explosion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from credpath.errors import InvalidInput
from credpath.recommender.co_completion import LEARNED, CoCompletion
from tests.training.toy_logs import PLAIN, chains, sequences_from, wanderers
from training.item_models import ItemModelConfig, fit_co_completion
from training.item_pairs import FEW_ITEMS, MOST_PAIRS, pair_up, worth_covering
from training.item_tables import ease, gram_matrix, slist, source_diagonal, source_gram, target_weights
from training.sequences import Sequences

ARRAYS = ("targets", "values", "items")


def same(one: CoCompletion, other: CoCompletion) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)


def prefixes(sequences: Sequences, decay: float, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """S and T of SLIST as plain matrices: one row a split of a learner's sequence."""
    sources, targets = [], []
    for learner in range(len(sequences)):
        items = sequences.of(learner)
        for split in range(1, len(items)):
            source, target = np.zeros((2, len(sequences.ids)))
            source[items[:split]] = decay ** np.arange(split)[::-1]
            target[items[split:]] = reach ** np.arange(len(items) - split)
            sources.append(source)
            targets.append(target)
    return np.array(sources), np.array(targets)


def test_the_closed_forms_are_those_of_the_plain_matrices() -> None:
    sequences, decay, reach, ridge = wanderers(40, 12), 0.7, 0.4, 3.0
    pairs = pair_up(sequences, 30, 1e9)
    sources, targets = prefixes(sequences, decay, reach)
    gram = source_gram(pairs, decay)
    np.fill_diagonal(gram, source_diagonal(pairs, decay))
    np.testing.assert_allclose(gram, sources.T @ sources, rtol=1e-4, atol=1e-4)
    follows = pairs.dense(pairs.summed(target_weights(pairs, decay, reach)))
    np.testing.assert_allclose(follows, sources.T @ targets, rtol=1e-4, atol=1e-4)
    weights = np.linalg.solve(sources.T @ sources + ridge * np.eye(12), sources.T @ targets)
    np.testing.assert_allclose(slist(pairs, decay, reach, ridge), weights, rtol=1e-3, atol=1e-3)


def test_the_target_weights_have_no_hole_where_both_factors_are_equal() -> None:
    pairs = pair_up(wanderers(40, 12), 30, 1e9)
    near, at = target_weights(pairs, 0.5, 0.5 + 1e-5), target_weights(pairs, 0.5, 0.5)
    np.testing.assert_allclose(near, at, rtol=1e-3)


def test_ease_rebuilds_each_column_from_the_others_alone() -> None:
    sequences = wanderers(80, 10)
    taken = np.zeros((len(sequences), 10))
    taken[sequences.owner, sequences.items] = 1.0
    gram = gram_matrix(pair_up(sequences, 30, 1e9))
    np.testing.assert_allclose(gram, taken.T @ taken, atol=1e-4)
    weights = ease(gram, 2.0)
    assert (np.diag(weights) == 0).all()
    others = np.arange(1, 10)
    plain = np.linalg.solve((taken.T @ taken)[1:, 1:] + 2.0 * np.eye(9), (taken.T @ taken)[1:, 0])
    np.testing.assert_allclose(weights[others, 0], plain, rtol=1e-3, atol=1e-4)


def test_the_same_log_gives_the_same_arrays_in_any_order() -> None:
    rows = [(f"l{i % 23:02d}", f"c{(i * 7) % 11:02d}", float(i)) for i in range(120)]
    one, other = fit_co_completion(sequences_from(rows), PLAIN), fit_co_completion(sequences_from(rows[::-1]), PLAIN)
    assert one.ids == other.ids
    assert same(one, other)


def test_a_step_that_is_held_back_leaves_no_trace() -> None:
    sequences = wanderers()
    inner, held = sequences.split_last()
    changed = sequences.items.copy()
    last = sequences.indptr[1:][sequences.lengths >= 2] - 1
    changed[last] = np.random.default_rng(0).permutation(changed[last])
    other, _ = replace(sequences, items=changed).split_last()
    assert (held >= 0).any()
    assert same(fit_co_completion(inner, PLAIN), fit_co_completion(other, PLAIN))


def test_a_learner_with_thousands_of_steps_costs_no_more_than_a_window_of_each_and_turns_nothing() -> None:
    rows = [(f"l{i:03d}", name, float(at)) for i in range(40) for at, name in enumerate(["a", "b", "c"])]
    noise = np.random.default_rng(0).permutation(3_000)
    bot = [("bot", f"z{item:04d}", float(at)) for at, item in enumerate(noise)] + [
        ("bot", "a", 1e6),
        ("bot", "z9999", 2e6),
    ]
    sequences = sequences_from(rows + bot)
    pairs = pair_up(sequences, 30, 10.0)
    assert len(pairs.earlier) <= 30 * len(sequences.items)
    assert pairs.step_weight.min() == pytest.approx(10.0 / 3_002)
    models = fit_co_completion(sequences, replace(PLAIN, most_dense=500))
    followers = models.bind(models.ids)
    scores = followers.scores(followers.history_rows(["a"]))
    assert {models.ids[line.argmax()] for line in scores[:4]} <= {"b", "c"}


def test_only_the_popular_items_are_dense_where_there_are_many() -> None:
    whole = fit_co_completion(chains(), PLAIN)
    part = fit_co_completion(chains(), replace(PLAIN, most_dense=4))
    followers = part.bind(part.ids)
    scores = followers.scores(followers.history_rows(["a1"]))
    assert np.count_nonzero(scores[0]) <= 4
    assert np.array_equal(whole.items, part.items)
    assert len(pair_up(chains(), 30, 10.0).earlier) < MOST_PAIRS


def test_a_log_with_nothing_in_it_gives_models_that_say_nothing() -> None:
    models = fit_co_completion(Sequences((), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), ()))
    followers = models.bind(["a", "b"])
    scores = followers.scores(followers.history_rows(["a"]))
    assert not scores.any()
    assert np.isfinite(followers.features(followers.history_rows(["a"]), scores, np.array([1]))).all()


def test_a_single_credential_follows_nothing() -> None:
    models = fit_co_completion(sequences_from([("l", "a", 0.0)]), PLAIN)
    followers = models.bind(models.ids)
    assert not followers.scores(followers.history_rows(["a"])).any()


@pytest.mark.parametrize("change", [{"ease_decay": 1.0}, {"slist_ridge": 0.0}, {"window": 0}, {"slist_reach": 1.0}])
def test_a_configuration_that_cannot_be_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        ItemModelConfig(**change)  # type: ignore[arg-type]


def test_dense_models_cover_what_most_took_up_and_all_where_that_is_cheap_or_known() -> None:
    assert worth_covering(np.array([3, 0, 1, 3, 2]), 3).tolist() == [0, 3, 4]
    assert worth_covering(np.zeros(FEW_ITEMS), FEW_ITEMS).tolist() == list(range(FEW_ITEMS))
    known = np.ones(4 * FEW_ITEMS)
    known[: 2 * FEW_ITEMS] = 2
    assert len(worth_covering(known, 4 * FEW_ITEMS)) == 4 * FEW_ITEMS


def test_what_one_learner_alone_took_up_in_great_number_makes_no_dense_model_larger() -> None:
    steps = np.ones(4 * FEW_ITEMS)
    steps[[7, 3]] = 2, 5
    assert worth_covering(steps, 4 * FEW_ITEMS).tolist() == [3, 7]
    rows = [(f"l{at:02d}", f"c{(at + step) % 9}", float(step)) for at in range(40) for step in range(4)]
    alone = [("marathon", f"m{at:04d}", float(at)) for at in range(2 * FEW_ITEMS)]
    models = fit_co_completion(sequences_from(rows + alone), PLAIN)
    followers = models.bind(models.ids)
    learned = followers.scores(np.array([models.ids.index("m0100")]))
    assert learned[LEARNED.index("markov"), models.ids.index("m0101")] > 0
    assert not learned[LEARNED.index("ease")].any()


def test_a_log_of_one_learner_alone_has_empty_dense_models_and_no_error() -> None:
    alone = [("marathon", f"m{at:04d}", float(at)) for at in range(2 * FEW_ITEMS)]
    models = fit_co_completion(sequences_from(alone), PLAIN)
    assert (models.targets[0] == 1).any()
