"""Steps that are held back: a history, what was taken up next, and the sequences without the answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Offsets, Rows
from training.sequences import Sequences

LATE_SHARE = 0.15  # at most so much of a log is held back by time


@dataclass(frozen=True, slots=True)
class HeldSteps:
    """Questions of which the models fitted on `inner` know no answer.

    `histories`: items as of each question, oldest first; `answers` (questions,) items, numbered as in `inner.ids`;
    `learners` (questions,) rows of `inner`, whose they are.
    """

    inner: Sequences
    histories: tuple[Rows, ...]
    answers: NDArray[np.integer]
    learners: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.histories)

    @property
    def can_teach(self) -> bool:
        """Whether it asks, of models that saw one step follow another: others know only what is popular."""
        return len(self) > 0 and bool((self.inner.lengths > 1).any())

    def split(self, first: int) -> tuple[HeldSteps, HeldSteps]:
        """The first questions, and the others."""
        return (
            HeldSteps(self.inner, self.histories[:first], self.answers[:first], self.learners[:first]),
            HeldSteps(self.inner, self.histories[first:], self.answers[first:], self.learners[first:]),
        )


def able_learners(sequences: Sequences, drop: int = 1) -> Offsets:
    """Learners of whom something remains when `drop` steps are held back."""
    return np.asarray((sequences.lengths > drop).nonzero()[0])


def hold_last(sequences: Sequences, learners: NDArray[np.integer], drop: int = 1) -> HeldSteps:
    """Takes the last `drop` steps away from some learners and asks for the first of them."""
    chosen = np.zeros(len(sequences), dtype=bool)
    chosen[learners] = True
    inner = sequences.keep(~(chosen[sequences.owner] & (sequences.from_end < drop)))
    rows = np.asarray(learners)
    answers = sequences.items[sequences.indptr[rows + 1] - drop]
    return HeldSteps(inner, tuple(inner.of(learner) for learner in rows.tolist()), answers, rows)


def draw_last(sequences: Sequences, count: int, seed: int) -> HeldSteps:
    """The last steps of learners drawn by the seed, in the order of the draw.

    Of at most half of all: the models must have seen nearly what they will see in the end.
    """
    able = able_learners(sequences)
    return hold_last(sequences, np.random.default_rng(seed).permutation(able)[: min(count, len(able) // 2)])


def draw_after(sequences: Sequences, cut: float, count: int, seed: int) -> HeldSteps:
    """Takes everything from `cut` on away and asks for the first step of learners, drawn by the seed, after it."""
    inner = sequences.before(cut)
    later = inner.lengths < sequences.lengths
    drawn = np.random.default_rng(seed).permutation(later.nonzero()[0])[:count]
    answers = sequences.items[sequences.indptr[drawn] + inner.lengths[drawn]]
    return HeldSteps(inner, tuple(inner.of(learner) for learner in drawn.tolist()), answers, drawn)


def late_cut(sequences: Sequences, count: int) -> float:
    """A time after which about `count` steps lie, at most LATE_SHARE of all."""
    if sequences.times is None or not len(sequences.times):
        return np.inf
    share = min(LATE_SHARE, 1.5 * count / len(sequences.times))
    return float(np.quantile(sequences.times, 1.0 - share, method="higher"))
