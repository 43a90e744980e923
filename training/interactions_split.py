"""Which steps of a log train and which test: each learner's last, those after a time, or those of a second file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.csr import Offsets, Rows
from training.held_steps import able_learners, draw_after, hold_last
from training.interactions_log import TakeUps
from training.sequences import Sequences, pack_sequences


@dataclass(frozen=True, slots=True)
class Split:
    """`train`: what the models may see; its ids are all ids of the log. `histories` and `answers` (items): the test.

    `by_time`: no learner's later steps are in `train`, so what is tuned is held back by time as well.
    """

    train: Sequences
    histories: tuple[Rows, ...]
    answers: NDArray[np.integer]
    how: str
    by_time: bool = False

    def sample(self, count: int, seed: int) -> Split:
        """`count` test learners, drawn by the seed; all of them where `count` is 0 or more than there are."""
        if not 0 < count < len(self.answers):
            return self
        drawn = np.sort(np.random.default_rng(seed).permutation(len(self.answers))[:count])
        return replace(self, histories=tuple(self.histories[at] for at in drawn), answers=self.answers[drawn])


def leave_last_out(log: TakeUps) -> Split:
    """Every learner's last step is held back, of learners with at least two."""
    whole = pack_sequences(log.learners, log.credentials, log.times)
    held = hold_last(whole, able_learners(whole))
    return Split(held.inner, held.histories, held.answers, "leave-last-out")


def cut_at(log: TakeUps, cut: float) -> Split:
    """Trained before `cut`, tested on each learner's first step from then on; learners may be new."""
    whole = pack_sequences(log.learners, log.credentials, log.times)
    held = draw_after(whole, cut, len(whole), 0)
    return Split(held.inner, held.histories, held.answers, "first step after the cut", by_time=True)


def with_test(log: TakeUps, test: TakeUps) -> Split:
    """Trained on the log, tested on each learner's first step in the other file that is not in their history."""
    learners, credentials = [*log.learners, *test.learners], [*log.credentials, *test.credentials]
    # Two files may order by different clocks: the second one always comes after the first.
    shift = 0.0 if not len(test.times) else max(0.0, float(log.times.max() - test.times.min()) + 1.0)
    whole = pack_sequences(learners, credentials, np.concatenate([log.times, test.times + shift]))
    held = draw_after(whole, float(test.times.min() + shift), len(whole), 0)
    if not len(held):
        raise InvalidInput("no learner does anything new in the test file", where="--test", fix="give other rows")
    return Split(held.inner, held.histories, held.answers, "first new step of the test file")


def in_order(split: Split) -> Offsets:
    """Positions of the test learners that have a history before those that have none."""
    return np.argsort([not len(history) for history in split.histories], kind="stable").astype(np.int64)
