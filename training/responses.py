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


def collapse(responses: Responses) -> tuple[Responses, int]:
    """Answers written once for each of their skills become one; also says how many rows that took away.

    Two neighbouring rows of a learner are the same answer when they name the same item, are equally right and share
    no skill. Without items the same `order` takes the item's place, unless it is a day without a time. Left apart,
    the second row is a copy of the first: a leak worth .06 AUC on ASSISTments 2009.
    """
    first = _first_of_answer(responses)
    heads = np.unique(first)
    if len(heads) == len(responses):
        return responses, 0
    answer = np.searchsorted(heads, first)[responses.owner()]
    by_skill = np.lexsort((responses.skills, answer))
    kept = responses.rows(heads)
    counts = np.bincount(answer, minlength=len(heads))
    return replace(kept, starts=offsets(counts), skills=responses.skills[by_skill]), len(responses) - len(heads)


def _first_of_answer(responses: Responses) -> Offsets:
    """(n,) the row that each row is a copy of, itself for most."""
    first: Offsets = np.arange(len(responses), dtype=np.int64)
    seen: set[int] = set()
    starts, skills = responses.starts.tolist(), responses.skills.tolist()
    last = -1
    for row in np.flatnonzero(_like_the_row_before(responses)).tolist():
        if row - 1 != last:
            seen = set(skills[starts[row - 1] : starts[row]])
        own = skills[starts[row] : starts[row + 1]]
        if seen.isdisjoint(own):
            first[row] = first[row - 1]
            seen.update(own)
        else:
            seen = set(own)
        last = row
    return first


def _like_the_row_before(responses: Responses) -> Mask:
    """(n,) whether the same learner answered the same item, or at the same moment where none is named, equally."""
    moment = np.diff(responses.order, prepend=np.nan) == 0
    if responses.dated:
        moment &= responses.order % DAY != 0
    same = {
        name: np.diff(values, prepend=values[:1] - 1) == 0
        for name, values in (
            ("learner", responses.learner), ("item", responses.item), ("correct", responses.correct),
        )
    }  # fmt: skip
    return same["learner"] & same["item"] & same["correct"] & ((responses.item >= 0) | moment)  # type: ignore[no-any-return]
