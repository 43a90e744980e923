"""Retrieval by what follows a history, then a forest that ranks: fitted on steps that were held back.

The forest is fitted on questions whose answers the item-to-item models have not seen, and is then used with models
refitted on everything; otherwise it trusts scores that were fitted to the very answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from credpath.recommender.co_completion import CoCompletion, Followers
from credpath.recommender.csr import Doubles, Floats
from credpath.recommender.follow_attention import AttentionWeights
from training.beginnings import BEGINNINGS, beginners_scores, judge_beginnings
from training.held_steps import HeldSteps, able_learners, draw_after, hold_last, late_cut
from training.item_models import ItemModelConfig, fit_co_completion
from training.leaning import ALONE, Lean, best_lean, crossed
from training.questions import NAMES, Questions, ask, questions_of
from training.ranker import RankerConfig, RankerTable, fit_ranker
from training.sequences import Sequences

STEPS = NAMES.index("follow_steps")
# An attention model that saw so much of the log is kept: the fit costs more than all the others together, and the
# steps that it missed still reach it through the histories.
NEARLY_ALL = 0.95
FOLDS = 3  # where there are too few learners to ask only some of them
# Shares of the log after which questions are asked, where one late moment gives too few.
MOMENTS = (0.4, 0.55, 0.7, 0.85)
ENOUGH = 1 / 3  # of the questions wanted
# Questions set apart from which it shows how far to lean on a retriever; where there are fewer, so many are asked of
# forests that were grown without them.
APART, CROSSED = 500, 2_000
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


def table_of(followers: Followers, questions: Questions, depth: int) -> RankerTable:
    """One group a question whose answer is among its candidates; label 1 for the answer, 0 for all the others.

    All candidates stay: leaving out those that rank low teaches the forest that a low rank is good. Questions without
    a history are left out: all of a round look alike, and what the forest took from them is that round by heart.
    """
    questions = questions.take(at for at, history in enumerate(questions.histories) if len(history))
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
    latest round last. Otherwise, and where nothing follows anything before any moment, the last steps of learners drawn
    by the seed; where there are too few learners, every learner's, in FOLDS rounds, then the steps before those too.
    """
    wanted = config.questions + config.valid
    if by_time:
        late = draw_after(sequences, late_cut(sequences, wanted), wanted, config.seed)
        rounds = [late] if len(late) >= ENOUGH * wanted else _after_each(sequences, wanted, config.seed)
        if rounds := [one for one in rounds if one.can_teach]:
            return rounds
    drawn = np.random.default_rng(config.seed).permutation(able_learners(sequences))
    if len(drawn) >= 2 * wanted:
        return [hold_last(sequences, drawn[:wanted])]
    rounds = [hold_last(sequences, part) for part in np.array_split(drawn[:wanted], FOLDS)]
    for drop in (2, 3):
        if sum(map(len, rounds)) < wanted / 4:
            able = drawn[sequences.lengths[drawn] > drop]
            rounds += [hold_last(sequences, part, drop) for part in np.array_split(able, FOLDS)]
    return [one for one in rounds if one.can_teach]


def _after_each(sequences: Sequences, wanted: int, seed: int) -> list[HeldSteps]:
    if sequences.times is None or not len(sequences.times):
        return []
    cuts = np.unique(np.quantile(sequences.times, MOMENTS, method="higher")).tolist()
    parts = [sequences.before(end) for end in cuts[1:]] + [sequences]
    return [draw_after(part, cut, wanted, seed) for cut, part in zip(cuts, parts, strict=True)]


@dataclass(frozen=True, slots=True)
class TwoStage:
    """The recommender as it would serve: models of everything, and a `lightgbm.Booster`, None without questions."""

    co_completion: CoCompletion
    forest: Any
    config: TwoStageConfig
    beginning: tuple[str, ...] = BEGINNINGS[0]
    lean: Lean = ALONE

    def scores(self, features: Floats) -> Doubles:
        """(candidates,) by the forest, leaning on a retriever; by `beginning` for who has no history, and for all
        without a forest.
        """
        first = beginners_scores(features, self.beginning)
        if self.forest is None or not len(features):
            return first
        found = self.forest.predict(features, num_threads=self.config.ranker.threads)
        return np.where(features[:, STEPS] > 0, self.lean.join(features, found), first)


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
        followers, blind = _bound(models, catalogue, config)
        questions = questions_of(held, followers)
        beginners += judge_beginnings(followers, questions, config.depth)
        first = len(held) - int(share * len(held))
        train += _tables(followers, blind, questions.take(range(first)), config)
        valid += _tables(followers, blind, questions.take(range(first, len(held))), config)
        tell(f"{sum(len(t.groups) for t in train)} questions to fit on, {sum(len(t.features) for t in train)} rows")
    forest, lean = _grown(train, valid, config.ranker, whole=rolling)
    leaning = f", leaning {lean.weight:.2g} on {lean.retriever}" if lean.retriever else ""
    tell(f"{forest.num_trees() if forest else 0} trees{leaning}")
    train.clear()
    models = fit_co_completion(sequences, config.item_models, kept)
    return TwoStage(models, forest, config, BEGINNINGS[int(beginners.argmax())], lean)


def _grown(
    train: list[RankerTable], valid: list[RankerTable], config: RankerConfig, *, whole: bool
) -> tuple[Any, Lean]:
    """The forest and how far it leans; `whole`: grown once more on all questions, as large as was best. No forest
    where nothing is to learn.
    """
    if not any(bool(t.labels.any()) for t in train):
        return None, ALONE
    judged = joined(valid)
    forest = fit_ranker(joined(train), judged, config)
    last = replace(config, trees=max(1, forest.best_iteration or forest.num_trees()))
    lean = _lean(train, judged, forest, last)
    if not whole or not judged.labels.any():
        return forest, lean
    return fit_ranker(joined([*train, *valid]), None, last), lean


def _lean(train: list[RankerTable], judged: RankerTable, forest: Any, config: RankerConfig) -> Lean:
    if len(judged.groups) >= APART:
        return best_lean(judged, forest.predict(judged.features, num_threads=config.threads))
    every = joined([*train, judged])
    some = np.zeros(len(every.groups), dtype=bool)
    some[np.random.default_rng(config.seed).permutation(len(some))[:CROSSED]] = True
    asked = every.take(some)
    return best_lean(asked, crossed(asked, lambda table: _predictor(table, config), config.seed))


def _predictor(table: RankerTable, config: RankerConfig) -> Callable[[Floats], Doubles]:
    forest = fit_ranker(table, None, replace(config, bags=1))
    return lambda features: np.asarray(forest.predict(features, num_threads=config.threads))


def _bound(models: CoCompletion, catalogue: Catalogue, config: TwoStageConfig) -> tuple[Followers, Followers | None]:
    """The models in the catalogue's order; the same with some credentials hidden, where texts could reach them."""
    blind = None
    if catalogue.vectors is not None and config.hidden > 0:
        blind = hide(models, config.hidden, config.seed).bind(catalogue.ids, catalogue.vectors)
    return models.bind(catalogue.ids, catalogue.vectors), blind


def _tables(
    followers: Followers, blind: Followers | None, questions: Questions, config: TwoStageConfig
) -> list[RankerTable]:
    tables = [table_of(followers, questions, config.depth)]
    if blind is not None and len(questions):
        few = max(int(config.hidden_questions * len(questions)), min(BLIND, len(questions)))
        tables.append(table_of(blind, questions.take(range(few)), config.depth))
    return tables


def hide(models: CoCompletion, share: float, seed: int) -> CoCompletion:
    """The models as if some credentials, drawn by the seed, had never been taken up. Not to be saved."""
    unseen = np.random.default_rng(seed).random(len(models.ids)) < share
    return replace(models, ids=tuple("" if gone else name for name, gone in zip(models.ids, unseen, strict=True)))
