"""Retrieval by what follows a history, then a forest that ranks: fitted on steps that were held back.

The forest is fitted on questions whose answers the item-to-item models have not seen, and is then used with models
refitted on everything; otherwise it trusts scores that were fitted to the very answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.ranking import ndcg_at
from credpath.recommender.co_completion import FOLLOW_MEANING, CoCompletion, Followers
from credpath.recommender.csr import Doubles, Floats, Mask, Offsets, offsets
from credpath.recommender.follow_arrays import Histories
from credpath.recommender.follow_attention import AttentionWeights
from credpath.recommender.follow_features import follow_features
from credpath.recommender.follow_scores import retrieve, scores_of
from training.held_steps import HeldSteps, able_learners, draw_after, hold_last, late_cut
from training.item_models import ItemModelConfig, fit_co_completion
from training.ranker import RankerConfig, RankerTable, fit_ranker
from training.sequences import Sequences

NAMES = tuple(FOLLOW_MEANING)
STEPS = NAMES.index("follow_steps")
# Columns whose sum ranks for somebody without a history: what others begin with, what most took up, what many take up
# lately. Which of them holds differs from log to log, so the run chooses.
BEGINNINGS = (("follow_popular",), ("follow_item_popularity",), ("follow_item_popularity", "follow_item_late"))
BATCH = 10  # histories at a time: more of them no longer fit into the processor's cache
# An attention model that saw so much of the log is kept: the fit costs more than all the others together, and the
# steps that it missed still reach it through the histories.
NEARLY_ALL = 0.95
FOLDS = 3  # where there are too few learners to ask only some of them
# Shares of the log after which questions are asked, where one late moment gives too few.
MOMENTS = (0.4, 0.55, 0.7, 0.85)
ENOUGH = 1 / 3  # of the questions wanted
BEGINNERS, JUDGED_AT = 2_000, 10  # questions without a history that are looked at, and how deep
BLIND = 5_000  # questions asked with hidden credentials at least, where there are as many
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TwoStageConfig:
    """How many questions the forest is fitted on, and how many candidates each retriever brings to each.

    `questions`, `valid`: held-back steps to fit on and to stop on. `depth`: candidates a retriever when fitting,
    `serving_depth` when recommending. `hidden`: share of the credentials that some questions treat as never taken up,
    so that the forest learns what text is worth; `hidden_questions`: share of the questions asked so as well.
    """

    questions: int = 40_000
    valid: int = 5_000
    depth: int = 60
    serving_depth: int = 150
    hidden: float = 0.15
    hidden_questions: float = 0.25
    item_models: ItemModelConfig = field(default_factory=ItemModelConfig)
    ranker: RankerConfig = field(default_factory=RankerConfig)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What may be recommended: ids, sorted, and their text vectors (n, d), None without texts."""

    ids: tuple[str, ...]
    vectors: Floats | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """Histories and what was taken up next, as rows of a catalogue. `answers` (questions,)."""

    histories: tuple[NDArray[np.integer], ...]
    answers: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.histories)


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch of questions: which ones, all scores (retrievers, batch, n), candidate rows and features, ragged."""

    which: Offsets
    scores: Floats
    rows: Offsets
    counts: Offsets
    features: Floats

    @property
    def owner(self) -> Offsets:
        """(rows,) the place within the batch of each candidate's question."""
        return np.arange(len(self.which)).repeat(self.counts)


def questions_of(held: HeldSteps, followers: Followers) -> Questions:
    """Held-back steps in the rows of a catalogue that has all their credentials."""
    place = np.array([followers.position[name] for name in held.inner.ids], dtype=np.int64)
    return Questions(tuple(place[history] for history in held.histories), place[held.answers])


def ask(followers: Followers, questions: Questions, depth: int) -> Iterator[Asked]:
    """Scores, candidates and features of every question, batch by batch, by the functions that serve."""
    arrays = followers.arrays
    for start in range(0, len(questions), BATCH):
        which = np.arange(start, min(start + BATCH, len(questions)))
        histories = Histories.of([questions.histories[at] for at in which])
        scores = scores_of(arrays, histories)
        found = [_candidates(scores[:, at], questions.histories[one], depth) for at, one in enumerate(which)]
        counts = np.array([len(rows) for rows in found], dtype=np.int64)
        rows = np.concatenate(found)
        yield Asked(which, scores, rows, counts, follow_features(arrays, histories, scores, rows, offsets(counts)))


def _candidates(scores: Floats, history: NDArray[np.integer], depth: int) -> Offsets:
    allowed: Mask = np.ones(scores.shape[1], dtype=bool)
    allowed[history] = False
    return np.unique(np.concatenate(retrieve(scores, allowed, depth)))


def table_of(followers: Followers, questions: Questions, depth: int) -> RankerTable:
    """One group a question whose answer is among its candidates; label 1 for the answer, 0 for all the others.

    All candidates stay: leaving out those that rank low teaches the forest that a low rank is good. Questions without
    a history are left out: all of a round look alike, and what the forest took from them is that round by heart.
    """
    has = [at for at, history in enumerate(questions.histories) if len(history)]
    questions = Questions(tuple(questions.histories[at] for at in has), questions.answers[has])
    blocks, labels, groups = [np.zeros((0, len(NAMES)), np.float32)], [np.zeros(0, bool)], [np.zeros(0, np.int64)]
    for asked in ask(followers, questions, depth):
        right = asked.rows == questions.answers[asked.which].repeat(asked.counts)
        answered = np.bincount(asked.owner, weights=right, minlength=len(asked.which)) > 0
        blocks.append(asked.features[answered[asked.owner]])
        labels.append(right[answered[asked.owner]])
        groups.append(asked.counts[answered])
    return RankerTable(np.concatenate(blocks), NAMES, np.concatenate(groups), np.concatenate(labels).astype(np.int8))


def joined(tables: Sequence[RankerTable]) -> RankerTable:
    """One table after the other."""
    return RankerTable(
        np.concatenate([t.features for t in tables]),
        NAMES,
        np.concatenate([t.groups for t in tables]),
        np.concatenate([t.labels for t in tables]),
    )


def held_rounds(sequences: Sequences, config: TwoStageConfig, *, by_time: bool) -> list[HeldSteps]:
    """What the forest is fitted on: each round has models of its own that know none of its answers.

    By time: what came after a late moment; where that is too little, after each of some moments until the next, the
    latest round last. Otherwise the last steps of learners drawn by the seed; where there are too few learners, every
    learner's, in FOLDS rounds, and then the steps before those as well.
    """
    wanted = config.questions + config.valid
    if by_time:
        late = draw_after(sequences, late_cut(sequences, wanted), wanted, config.seed)
        return [late] if len(late) >= ENOUGH * wanted else _after_each(sequences, wanted, config.seed)
    drawn = np.random.default_rng(config.seed).permutation(able_learners(sequences))
    if len(drawn) >= 2 * wanted:
        return [hold_last(sequences, drawn[:wanted])]
    rounds = [hold_last(sequences, part) for part in np.array_split(drawn[:wanted], FOLDS)]
    for drop in (2, 3):
        if sum(map(len, rounds)) < wanted / 4:
            able = drawn[sequences.lengths[drawn] > drop]
            rounds += [hold_last(sequences, part, drop) for part in np.array_split(able, FOLDS)]
    return [one for one in rounds if len(one)]


def _after_each(sequences: Sequences, wanted: int, seed: int) -> list[HeldSteps]:
    if sequences.times is None or not len(sequences.times):
        return []
    cuts = np.unique(np.quantile(sequences.times, MOMENTS, method="higher")).tolist()
    parts = [sequences.before(end) for end in cuts[1:]] + [sequences]
    rounds = [draw_after(part, cut, wanted, seed) for cut, part in zip(cuts, parts, strict=True)]
    return [one for one in rounds if len(one)]


@dataclass(frozen=True, slots=True)
class TwoStage:
    """The recommender as it would serve: models of everything, and a `lightgbm.Booster`, None without questions."""

    co_completion: CoCompletion
    forest: Any
    config: TwoStageConfig
    beginning: tuple[str, ...] = BEGINNINGS[0]

    def scores(self, features: Floats) -> Doubles:
        """(candidates,) by the forest; by `beginning` for who has no history, and for all without a forest."""
        first = beginners_scores(features, self.beginning)
        if self.forest is None or not len(features):
            return first
        found = self.forest.predict(features, num_threads=self.config.ranker.threads)
        return np.where(features[:, STEPS] > 0, found, first)


def beginners_scores(features: Floats, columns: Sequence[str]) -> Doubles:
    """(candidates,) for somebody without a history."""
    total: Doubles = features[:, [NAMES.index(name) for name in columns]].astype(np.float64).sum(axis=1)
    return total


def fit_two_stage(
    sequences: Sequences,
    catalogue: Catalogue,
    config: TwoStageConfig,
    *,
    by_time: bool = False,
    tell: Tell = lambda _: None,
) -> TwoStage:
    """Fits the forest on held-back steps, then the item-to-item models on all. Same input and seed, same answer."""
    kept: tuple[AttentionWeights, ...] = ()
    train: list[RankerTable] = []
    valid: list[RankerTable] = []
    rounds = held_rounds(sequences, config, by_time=by_time)
    rolling = by_time and len(rounds) > 1
    beginners = np.zeros(len(BEGINNINGS))
    for held in rounds:
        models = fit_co_completion(held.inner, config.item_models)
        if not by_time and len(held.inner.items) >= NEARLY_ALL * len(sequences.items):
            kept = models.attention
        # Questions of one moment share what the counts knew then, so those that judge are of a later one.
        share = config.valid / (config.valid + config.questions) if not rolling else float(held is rounds[-1])
        beginners += _judge_beginnings(models, catalogue, held, config)
        asked, judged = held.split(len(held) - int(share * len(held)))
        train += _tables(models, catalogue, asked, config)
        valid += _tables(models, catalogue, judged, config)
        tell(f"{sum(len(t.groups) for t in train)} questions to fit on, {sum(len(t.features) for t in train)} rows")
    forest = _grown(train, valid, config.ranker, whole=rolling)
    tell(f"{forest.num_trees() if forest else 0} trees")
    train.clear()
    models = fit_co_completion(sequences, config.item_models, kept)
    return TwoStage(models, forest, config, BEGINNINGS[int(beginners.argmax())])


def _grown(train: list[RankerTable], valid: list[RankerTable], config: RankerConfig, *, whole: bool) -> Any:
    """The forest; `whole`: grown once more on all questions, as large as was best. None where nothing is to learn."""
    if not any(bool(t.labels.any()) for t in train):
        return None
    forest = fit_ranker(joined(train), joined(valid) if valid else None, config)
    if not whole or not any(bool(t.labels.any()) for t in valid):
        return forest
    trees = max(1, forest.best_iteration or forest.num_trees())
    return fit_ranker(joined([*train, *valid]), None, replace(config, trees=trees))


def _judge_beginnings(models: CoCompletion, catalogue: Catalogue, held: HeldSteps, config: TwoStageConfig) -> Doubles:
    """(BEGINNINGS,) discounted gain of each over the questions without a history."""
    without = [at for at, history in enumerate(held.histories) if not len(history)][:BEGINNERS]
    total = np.zeros(len(BEGINNINGS))
    if not without:
        return total
    followers = models.bind(catalogue.ids, catalogue.vectors)
    every = questions_of(held, followers)
    questions = Questions(tuple(every.histories[at] for at in without), every.answers[without])
    for asked in ask(followers, questions, config.depth):
        right = asked.rows == questions.answers[asked.which].repeat(asked.counts)
        for at, columns in enumerate(BEGINNINGS):
            scores = beginners_scores(asked.features, columns)
            mine = np.where(right, scores, -np.inf)
            mine = np.maximum.reduceat(mine, offsets(asked.counts)[:-1])
            before = np.bincount(asked.owner, weights=scores > mine[asked.owner], minlength=len(mine))
            total[at] += ndcg_at(np.where(np.isfinite(mine), before + 1.0, np.inf), JUDGED_AT).sum()
    return total


def _tables(models: CoCompletion, catalogue: Catalogue, held: HeldSteps, config: TwoStageConfig) -> list[RankerTable]:
    followers = models.bind(catalogue.ids, catalogue.vectors)
    questions = questions_of(held, followers)
    tables = [table_of(followers, questions, config.depth)]
    if catalogue.vectors is not None and config.hidden > 0 and len(questions):
        few = max(int(config.hidden_questions * len(questions)), min(BLIND, len(questions)))
        some = Questions(questions.histories[:few], questions.answers[:few])
        blind = hide(models, config.hidden, config.seed).bind(catalogue.ids, catalogue.vectors)
        tables.append(table_of(blind, some, config.depth))
    return tables


def hide(models: CoCompletion, share: float, seed: int) -> CoCompletion:
    """The models as if some credentials, drawn by the seed, had never been taken up. Not to be saved."""
    unseen = np.random.default_rng(seed).random(len(models.ids)) < share
    return replace(models, ids=tuple("" if gone else name for name, gone in zip(models.ids, unseen, strict=True)))
