"""Which steps of a log train and which test: each learner's last, those after a time, or those of a second file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.csr import Mask, Rows
from training.held_steps import HeldSteps, able_learners, draw_after, hold_last
from training.interactions_log import TakeUps
from training.sequences import Sequences, pack_sequences


@dataclass(frozen=True, slots=True)
class Split:
    """`train`: what the models may see; its ids are all ids of the log. `histories` and `answers` (items): the test.

    `tied` (answers,): the learner has another step at the same time, so that which came first is not known.
    `by_time`: no learner's later steps are in `train`, so what is tuned is held back by time as well.
    """

    train: Sequences
    histories: tuple[Rows, ...]
    answers: NDArray[np.integer]
    tied: Mask
    how: str
    by_time: bool = False

    def sample(self, count: int, seed: int) -> Split:
        """`count` test learners, drawn by the seed; all of them where `count` is 0 or more than there are."""
        if not 0 < count < len(self.answers):
            return self
        drawn = np.sort(np.random.default_rng(seed).permutation(len(self.answers))[:count])
        histories = tuple(self.histories[at] for at in drawn)
        return replace(self, histories=histories, answers=self.answers[drawn], tied=self.tied[drawn])


def leave_last_out(log: TakeUps) -> Split:
    """Every learner's last step is held back, of learners with at least two."""
    whole = pack_sequences(log.learners, log.credentials, log.times)
    return _split(whole, hold_last(whole, able_learners(whole)), "leave-last-out")


def cut_at(log: TakeUps, cut: float) -> Split:
    """Trained before `cut`, tested on each learner's first step from then on; learners may be new."""
    whole = pack_sequences(log.learners, log.credentials, log.times)
    return _split(whole, draw_after(whole, cut, len(whole), 0), "first step after the cut", by_time=True)


def _split(whole: Sequences, held: HeldSteps, how: str, *, by_time: bool = False) -> Split:
    return Split(held.inner, held.histories, held.answers, _tied(whole, held), how, by_time)


def _tied(whole: Sequences, held: HeldSteps) -> Mask:
    """(questions,) whether the step that is asked for shares its time with another of the learner."""
    tied = np.zeros(len(held), dtype=bool)
    if whole.times is None:
        return tied
    at, owner = whole.indptr[held.learners] + held.inner.lengths[held.learners], whole.owner
    for beside in (at - 1, at + 1):
        inside = (beside >= 0) & (beside < len(owner))
        near, own = beside[inside], at[inside]
        tied[inside] |= (owner[near] == owner[own]) & (whole.times[near] == whole.times[own])
    return tied


def with_test(log: TakeUps, test: TakeUps) -> Split:
    """Trained on the log, tested on each learner's first step in the other file that is not in their history."""
    learners, credentials = [*log.learners, *test.learners], [*log.credentials, *test.credentials]
    # Two files may order by different clocks: the second one always comes after the first.
    shift = 0.0 if not len(test.times) else max(0.0, float(log.times.max() - test.times.min()) + 1.0)
    whole = pack_sequences(learners, credentials, np.concatenate([log.times, test.times + shift]))
    held = draw_after(whole, float(test.times.min() + shift), len(whole), 0)
    if not len(held):
        raise InvalidInput("no learner does anything new in the test file", where="--test", fix="give other rows")
    return _split(whole, held, "first new step of the test file")
