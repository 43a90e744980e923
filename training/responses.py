"""Answers of learners to questions, as the mastery benchmark and its models hold them: arrays, one row an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Mask, Offsets, Rows, gather, offsets

FOLDS = 5
SEED = 42
DAY = 86_400.0

Answers = NDArray[np.int8]
Folds = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Responses:
    """n answers, sorted by learner, then order, then line of the file. All codes stand for sorted words.

    learner, item (n,): codes; item -1 where none is named. correct (n,): 0 or 1. starts (n + 1,), skills: the skills
    of answer i are `skills[starts[i]:starts[i + 1]]`, sorted, at least one. order (n,): seconds after the epoch where
    `dated`, else numbers that only order. fold (n,): 0 .. number of folds - 1, one a learner.
    learners, items, skill_names, folds: the words. A part of a log keeps the words of the whole.
    """

    learner: Rows
    item: Rows
    correct: Answers
    starts: Offsets
    skills: Rows
    order: Doubles
    fold: Folds
    learners: tuple[str, ...]
    items: tuple[str, ...]
    skill_names: tuple[str, ...]
    folds: tuple[str, ...] = ()
    dated: bool = False

    def __len__(self) -> int:
        return len(self.learner)

    def rows(self, keep: Mask | NDArray[np.integer]) -> Responses:
        """Only these answers, by mask or by positions, which must keep the order."""
        where: Offsets = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep.astype(np.int64)
        flat, _ = gather(self.starts, where)
        return replace(
            self,
            learner=self.learner[where], item=self.item[where], correct=self.correct[where],
            starts=offsets(np.diff(self.starts)[where]), skills=self.skills[flat],
            order=self.order[where], fold=self.fold[where],
        )  # fmt: skip

    def answered(self, correct: Answers) -> Responses:
        """The same questions with other answers (n,)."""
        return replace(self, correct=correct)

    def bounds(self) -> Offsets:
        """(learners that answered + 1,) where each one's answers begin; the last is n."""
        begins = np.flatnonzero(np.diff(self.learner, prepend=-1))
        return np.append(begins, len(self)).astype(np.int64)

    def earlier(self) -> Offsets:
        """(n,) how many answers of the same learner come before each."""
        bounds = self.bounds()
        return np.arange(len(self), dtype=np.int64) - bounds[:-1].repeat(np.diff(bounds))

    def owner(self) -> Offsets:
        """(entries,) the answer that each entry of `skills` belongs to."""
        return np.arange(len(self), dtype=np.int64).repeat(np.diff(self.starts))


def deal_folds(learners: int, seed: int = SEED, folds: int = FOLDS) -> Folds:
    """(learners,) the fold of each learner: shuffled by the seed, dealt round. Raises InvalidInput below two learners.

    Depends on how many learners there are and on their names' order, never on the order of the file.
    """
    if learners < 2:
        raise InvalidInput("folds by learner need at least two learners", where="responses", fix="a longer log")
    dealt = np.empty(learners, dtype=np.int16)
    dealt[np.random.default_rng(seed).permutation(learners)] = np.arange(learners) % folds
    return dealt
