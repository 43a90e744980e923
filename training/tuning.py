"""Tunes every item-to-item model on steps that were held back from it, ours and the baselines' alike.

One parameter after the other, each over a short list around where it stands: what a grid would find is within the
noise of the validation part, at a tenth of its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Doubles, Floats, Mask, Offsets
from training.held_steps import HeldSteps, draw_last
from training.item_pairs import StepPairs, pair_up, worth_covering
from training.item_tables import ItemModelConfig, ease, gram_matrix, item_knn, markov, slist
from training.sequences import Sequences

Tuned = tuple[float, ItemModelConfig]
Tell = Callable[[str], None]
MOST_ITEMS = 3_500  # the most popular ones, on which the parameters are found when there are more
AGES = 20
DECAYS = (0.3, 0.5, 0.65, 0.8, 0.9, 0.97)
JUDGED_AT = 10


@dataclass(frozen=True)
class Examination:
    """Questions to item-to-item weights: `steps` (q, AGES) last steps, newest first, -1 where there are fewer;
    `seen` (q, n) the whole history; `answers` (q,)."""

    steps: Offsets
    seen: Mask
    answers: NDArray[np.integer]

    def judge(self, weights: Floats, decay: float) -> float:
        """Mean NDCG@10 of ranking all items by decayed sums of `weights` (n, n)."""
        scores = np.zeros(self.seen.shape, dtype=np.float32)
        for age in range(self.steps.shape[1]):
            has = (self.steps[:, age] >= 0).nonzero()[0]
            factor = np.float32(decay**age)
            if not len(has) or factor < 1e-4:
                break
            scores[has] += factor * weights[self.steps[has, age]]
        scores[self.seen] = -np.inf
        mine = scores[np.arange(len(scores)), self.answers][:, None]
        rank = (scores > mine).sum(axis=1) + ((scores == mine).sum(axis=1) - 1) / 2.0
        return float(np.where(rank < JUDGED_AT, 1.0 / np.log2(rank + 2.0), 0.0).mean())

    def best_decay(self, weights: Floats) -> tuple[float, float]:
        """(score, decay) of the best of DECAYS."""
        return max((self.judge(weights, decay), decay) for decay in DECAYS)


def tune_item_models(
    sequences: Sequences,
    config: ItemModelConfig | None = None,
    *,
    held: HeldSteps | None = None,
    questions: int = 3_000,
    seed: int = 0,
    tell: Tell = lambda _: None,
) -> ItemModelConfig:
    """The configuration that did best; `config` itself where there is nobody to ask. Same input and seed, same answer.

    `held`: the questions to tune on; without them, last steps of learners drawn by the seed.
    """
    config = config or ItemModelConfig()
    held = held or draw_last(sequences, questions, seed)
    found = _examination(held)
    if found is None:
        return config
    inner, (popular, examination) = held.inner, found
    for tune in (_tune_slist, _tune_ease, _tune_knn, _tune_markov):
        score, config = tune(inner, popular, examination, config)
        tell(f"{tune.__name__.removeprefix('_tune_')}: NDCG@10 {score:.4f} on validation")
    return config


def _examination(held: HeldSteps) -> tuple[Offsets, Examination] | None:
    """The popular items, ascending, and the questions among them; None where there is no question."""
    inner = held.inner
    counts = np.bincount(inner.items, minlength=len(inner.ids))
    popular = worth_covering(counts, MOST_ITEMS)
    number = np.full(len(inner.ids), -1, dtype=np.int64)
    number[popular] = np.arange(len(popular))
    asked = [
        (number[h][number[h] >= 0], answer) for h, answer in zip(held.histories, number[held.answers], strict=True)
    ]
    asked = [(history, answer) for history, answer in asked if answer >= 0 and len(history)]
    if not asked:
        return None
    steps = np.full((len(asked), AGES), -1, dtype=np.int64)
    seen = np.zeros((len(asked), len(popular)), dtype=bool)
    for line, (history, _) in enumerate(asked):
        seen[line, history] = True
        recent = history[::-1][:AGES]
        steps[line, : len(recent)] = recent
    return popular, Examination(steps, seen, np.array([answer for _, answer in asked]))


def _pairs(inner: Sequences, popular: Offsets, config: ItemModelConfig) -> StepPairs:
    pairs = pair_up(inner, config.window, config.usual_length)
    return pairs if len(popular) == pairs.size else pairs.among(popular)


Trial = Callable[[ItemModelConfig], float]


def _climb(
    config: ItemModelConfig, trial: Trial, choices: Iterable[tuple[str, tuple[float, ...]]]
) -> tuple[float, ItemModelConfig]:
    """One parameter after the other: the best of its values, the others as they stand. Ties keep what stands."""
    best = trial(config)
    for name, values in choices:
        for value in values:
            if getattr(config, name) == value:
                continue
            tried = replace(config, **cast("dict[str, Any]", {name: value}))
            score = trial(tried)
            if score > best:
                best, config = score, tried
    return best, config


def _tune_slist(
    inner: Sequences, popular: Offsets, asked: Examination, config: ItemModelConfig
) -> tuple[float, ItemModelConfig]:
    kept: dict[float, StepPairs] = {}

    def trial(tried: ItemModelConfig) -> float:
        if tried.usual_length not in kept:
            kept.clear()
            kept[tried.usual_length] = _pairs(inner, popular, tried)
        weights = slist(kept[tried.usual_length], tried.slist_decay, tried.slist_reach, tried.slist_ridge)
        return asked.judge(weights, tried.slist_decay)

    choices = (
        ("slist_decay", (0.5, 0.8, 0.9)), ("slist_reach", (0.0, 0.3, 0.7)), ("slist_ridge", (15.0, 150.0, 400.0)),
        ("usual_length", (5.0, 30.0, 1e6)),
    )  # fmt: skip
    return _climb(config, trial, choices)


def _tune_ease(
    inner: Sequences, popular: Offsets, asked: Examination, config: ItemModelConfig
) -> tuple[float, ItemModelConfig]:
    gram = gram_matrix(_pairs(inner, popular, config))
    tried = [(*asked.best_decay(ease(gram, ridge)), ridge) for ridge in (10.0, 40.0, 100.0, 300.0)]
    score, decay, ridge = max(tried)
    return score, replace(config, ease_decay=decay, ease_ridge=ridge)


def _tune_knn(
    inner: Sequences, popular: Offsets, asked: Examination, config: ItemModelConfig
) -> tuple[float, ItemModelConfig]:
    gram = gram_matrix(_pairs(inner, popular, config))
    steps: Doubles = np.diag(gram).astype(np.float64)
    tried = []
    for power in (0.3, 0.5, 0.7):
        for shrink in (0.0, 10.0, 50.0):
            weights = item_knn(gram, steps, steps, power, shrink)
            np.fill_diagonal(weights, 0.0)
            tried.append((*asked.best_decay(weights), power, shrink))
    score, decay, power, shrink = max(tried)
    return score, replace(config, knn_decay=decay, knn_power=power, knn_shrink=shrink)


def _tune_markov(
    inner: Sequences, popular: Offsets, asked: Examination, config: ItemModelConfig
) -> tuple[float, ItemModelConfig]:
    pairs = _pairs(inner, popular, config)

    def trial(tried: ItemModelConfig) -> float:
        return asked.judge(
            markov(pairs, tried.markov_decay, tried.slist_reach, tried.markov_shrink), tried.markov_decay
        )

    choices = (("markov_decay", (0.3, 0.5, 0.8, 0.9)), ("markov_shrink", (2.0, 80.0)))
    return _climb(config, trial, choices)
