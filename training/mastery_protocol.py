"""How models of mastery are compared: trained on four folds of learners, asked about the fifth, never told ahead.

A prediction may use strictly earlier answers of the same learner, the question that is asked now (item, skills, order)
and what was learned from the training learners. `later_answers_change` looks whether a model keeps to that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles
from training.responses import Responses

Tell = Callable[[str], None]
CHECKED = 200  # learners whose later answers are scrambled
TIMED = 20_000  # answers that are served one by one
MOST_TUNED = 150_000


class Question(NamedTuple):
    """What is known of an answer before it is given, in the codes of the log: `item` -1 for none."""

    item: int
    skills: tuple[int, ...]
    order: float


class Predictor(Protocol):
    """A model that was fitted."""

    def predict(self, answers: Responses) -> Doubles:
        """(n,) the chance that each answer is right, from strictly earlier answers of the same learner.

        `answers` holds whole histories of any number of learners, none of them trained on; they do not
        know of each other, so a learner alone gets the same chances.
        """
        ...


class Contender(Protocol):
    """A model before it is fitted. `name` stands in the table."""

    @property
    def name(self) -> str:
        """How the table calls it."""
        ...

    def fit(self, train: Responses, seed: int) -> Predictor:
        """Learns from the training learners alone, and tunes on a part of them."""
        ...


@runtime_checkable
class Served(Protocol):
    """What a predictor offers beside `predict` when it is served answer by answer; it is timed and must agree."""

    def begin(self) -> Any:
        """The state of a learner of whom nothing is known."""
        ...

    def expect(self, state: Any, question: Question) -> float:
        """The chance that the answer will be right."""
        ...

    def update(self, state: Any, question: Question, correct: bool) -> Any:
        """The state after the answer; constant time."""
        ...


@dataclass(frozen=True, slots=True)
class Speed:
    """Microseconds on one thread over `answers` answers; `disagreement`: the largest gap to `predict`'s chances."""

    answers: int
    expect_p50: float
    expect_p95: float
    update_p50: float
    update_p95: float
    disagreement: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A contender's `chance` (n,) of every answer, each from the fold in which its learner was not trained on.

    leak: the largest change of a chance when later answers change; speed: None where the model is not `Served`.
    """

    chance: Doubles
    fit_seconds: float
    predict_seconds: float
    leak: float
    speed: Speed | None = None


def check_folds(responses: Responses, where: str = "responses") -> None:
    """Raises InvalidInput where a fold leaves fewer than two learners to learn from."""
    begins = responses.bounds()[:-1]
    held = np.bincount(responses.fold[begins], minlength=len(responses.folds))
    most = int(held.argmax())
    others = len(begins) - int(held[most])
    if others < 2:
        what = (
            f"outside fold {responses.folds[most]} there is {others} learner of {len(begins):,}, too few to learn from"
        )
        raise InvalidInput(what, where=where, fix="three learners or more, and two or more outside each fold")


def ask(contender: Contender, responses: Responses, seed: int, tell: Tell = lambda _: None) -> Asked:
    """Every fold once. Raises InvalidInput when a chance is not a number within 0 and 1, naming the model."""
    chance = np.full(len(responses), np.nan)
    fitting = asking = leak = 0.0
    speed: Speed | None = None
    for fold in range(len(responses.folds)):
        started = time.perf_counter()
        held = responses.fold == fold
        predictor = contender.fit(responses.rows(~held), seed)
        fitted = time.perf_counter()
        test = responses.rows(held)
        chance[held] = _checked(contender, predictor.predict(test), len(test))
        asked = time.perf_counter()
        fitting, asking = fitting + fitted - started, asking + asked - fitted
        leak = max(leak, later_answers_change(predictor, test, seed + fold, chance=chance[held]))
        if fold == len(responses.folds) - 1 and isinstance(predictor, Served):
            speed = serve(predictor, test, chance[held])
        tell(f"{contender.name}: fold {fold + 1} of {len(responses.folds)}, "
             f"fitted in {fitted - started:.1f} s, asked in {asked - fitted:.1f} s")  # fmt: skip
    return Asked(chance, fitting, asking, leak, speed)


def _checked(contender: Contender, chance: Doubles, count: int) -> Doubles:
    if len(chance) != count or not ((chance >= 0) & (chance <= 1)).all():
        raise InvalidInput(f"{contender.name} did not give one chance within 0 and 1 an answer", where="predict")
    return chance


def later_answers_change(
    predictor: Predictor, answers: Responses, seed: int, learners: int = CHECKED, chance: Doubles | None = None
) -> float:
    """The largest change of a chance when what comes after it changes; 0 for an honest model.

    For each of some learners a place is drawn: that answer and all later ones are drawn anew, the later questions
    change places, and all other learners are left out. `chance` (n,): what `predict` said of `answers`, where known.
    """
    dice = np.random.default_rng(seed)
    bounds = answers.bounds()
    spans, moved, later = [], [], []
    for at in np.sort(dice.permutation(len(bounds) - 1)[:learners]).tolist():
        span = np.arange(bounds[at], bounds[at + 1])
        cut = int(dice.integers(len(span)))
        spans.append(span)
        moved.append(np.append(span[: cut + 1], dice.permutation(span[cut + 1 :])))
        later.append(np.arange(len(span)) - cut)
    rows, distance = np.concatenate(moved), np.concatenate(later)
    altered = answers.rows(rows)
    drawn = np.where(distance < 0, altered.correct, dice.integers(0, 2, len(rows))).astype(np.int8)
    altered = replace(altered, order=answers.order[np.concatenate(spans)], correct=drawn)
    said = predictor.predict(answers) if chance is None else chance
    gaps = np.abs(predictor.predict(altered) - said[rows])
    return float(gaps[distance <= 0].max(initial=0.0))


def serve(predictor: Served, answers: Responses, chance: Doubles, limit: int = TIMED) -> Speed:
    """Walks the first learners with about `limit` answers as a server would; `chance` (n,) is what `predict` said."""
    bounds = answers.bounds()
    last = int(bounds[min(int(np.searchsorted(bounds, limit)), len(bounds) - 1)])
    questions = [question(answers, row) for row in range(last)]
    begins = set(bounds.tolist())
    told = np.empty(last)
    clock = np.empty((last, 2))
    state: Any = None
    for row, (asked, correct) in enumerate(zip(questions, answers.correct[:last].tolist(), strict=True)):
        if row in begins:
            state = predictor.begin()
        started = time.perf_counter_ns()
        told[row] = predictor.expect(state, asked)
        expected = time.perf_counter_ns()
        state = predictor.update(state, asked, bool(correct))
        clock[row] = expected - started, time.perf_counter_ns() - expected
    middle, high = np.percentile(clock / 1_000, [50, 95], axis=0)
    gap = float(np.abs(told - chance[:last]).max(initial=0.0))
    return Speed(last, float(middle[0]), float(high[0]), float(middle[1]), float(high[1]), gap)


def question(answers: Responses, row: int) -> Question:
    """What is asked in one row."""
    skills = answers.skills[answers.starts[row] : answers.starts[row + 1]]
    return Question(int(answers.item[row]), tuple(skills.tolist()), float(answers.order[row]))


def held_learners(train: Responses, seed: int, share: float = 0.2) -> tuple[Responses, Responses]:
    """(part to fit on, part to tune on): whole learners, drawn by the seed; at least one learner in each.

    Together they hold at most about MOST_TUNED answers: a setting that needs more to be told apart matters little.
    """
    bounds = train.bounds()
    drawn = np.random.default_rng(seed).permutation(len(bounds) - 1)
    enough = int(np.searchsorted(np.cumsum(np.diff(bounds)[drawn]), MOST_TUNED)) + 1
    present = train.learner[bounds[:-1]][drawn[: max(2, enough)]]
    count = min(max(1, round(share * len(present))), len(present) - 1)
    return train.rows(np.isin(train.learner, present[count:])), train.rows(np.isin(train.learner, present[:count]))
