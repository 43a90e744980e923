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

from credpath.recommender.co_completion import FOLLOW_MEANING, CoCompletion, Followers
from credpath.recommender.csr import Floats, Mask, Offsets, offsets
from credpath.recommender.follow_arrays import Histories
from credpath.recommender.follow_attention import AttentionWeights
from credpath.recommender.follow_features import follow_features
from credpath.recommender.follow_scores import retrieve, scores_of
from training.held_steps import HeldSteps, able_learners, draw_after, hold_last, late_cut
from training.item_models import ItemModelConfig, fit_co_completion
from training.ranker import RankerConfig, RankerTable, fit_ranker
from training.sequences import Sequences

NAMES = tuple(FOLLOW_MEANING)
BATCH = 10  # histories at a time: more of them no longer fit into the processor's cache
# An attention model that saw so much of the log is kept: the fit costs more than all the others together, and the
# steps that it missed still reach it through the histories.
NEARLY_ALL = 0.95
FOLDS = 3  # where there are too few learners to ask only some of them
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

    All candidates stay: leaving out those that rank low teaches the forest that a low rank is good.
    """
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

    By time: one round, everything after a moment. Otherwise the last steps of learners drawn by the seed; where
    there are too few learners, every learner's, in FOLDS rounds, and then the steps before those as well.
    """
    wanted = config.questions + config.valid
    if by_time:
        return [draw_after(sequences, late_cut(sequences, wanted), wanted, config.seed)]
    drawn = np.random.default_rng(config.seed).permutation(able_learners(sequences))
    if len(drawn) >= 2 * wanted:
        return [hold_last(sequences, drawn[:wanted])]
    rounds = [hold_last(sequences, part) for part in np.array_split(drawn[:wanted], FOLDS)]
    for drop in (2, 3):
        if sum(map(len, rounds)) < wanted / 4:
            able = drawn[sequences.lengths[drawn] > drop]
            rounds += [hold_last(sequences, part, drop) for part in np.array_split(able, FOLDS)]
    return [one for one in rounds if len(one)]


@dataclass(frozen=True, slots=True)
class TwoStage:
    """The recommender as it would serve: models of everything, and a `lightgbm.Booster`, None without questions."""

    co_completion: CoCompletion
    forest: Any
    config: TwoStageConfig


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
    for held in held_rounds(sequences, config, by_time=by_time):
        models = fit_co_completion(held.inner, config.item_models)
        if not by_time and len(held.inner.items) >= NEARLY_ALL * len(sequences.items):
            kept = models.attention
        share = config.valid / (config.valid + config.questions)
        asked, judged = held.split(len(held) - int(share * len(held)))
        train += _tables(models, catalogue, asked, config)
        valid += _tables(models, catalogue, judged, config)
        tell(f"{sum(len(t.groups) for t in train)} questions to fit on, {sum(len(t.features) for t in train)} rows")
    forest = None
    if any(bool(t.labels.any()) for t in train):
        forest = fit_ranker(joined(train), joined(valid) if valid else None, config.ranker)
        tell(f"{forest.num_trees()} trees")
    train.clear()
    return TwoStage(fit_co_completion(sequences, config.item_models, kept), forest, config)


def _tables(models: CoCompletion, catalogue: Catalogue, held: HeldSteps, config: TwoStageConfig) -> list[RankerTable]:
    followers = models.bind(catalogue.ids, catalogue.vectors)
    questions = questions_of(held, followers)
    tables = [table_of(followers, questions, config.depth)]
    if catalogue.vectors is not None and config.hidden > 0:
        few = max(1, int(config.hidden_questions * len(questions)))
        some = Questions(questions.histories[:few], questions.answers[:few])
        blind = hide(models, config.hidden, config.seed).bind(catalogue.ids, catalogue.vectors)
        tables.append(table_of(blind, some, config.depth))
    return tables


def hide(models: CoCompletion, share: float, seed: int) -> CoCompletion:
    """The models as if some credentials, drawn by the seed, had never been taken up. Not to be saved."""
    unseen = np.random.default_rng(seed).random(len(models.ids)) < share
    return replace(models, ids=tuple("" if gone else name for name, gone in zip(models.ids, unseen, strict=True)))
