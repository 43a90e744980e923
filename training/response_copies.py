"""Which rows of a log are one answer: written again, or written once for each of its skills.

Of two rows this never depends on whether they are right: rows that agree would be joined and rows that differ left
apart, so that the second of a pair foretold itself, also where the labels were shuffled. What `correct` says decides
of the whole file alone, whether its `order` tells answers apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Mask, Offsets, offsets
from training.responses import DAY, Responses

MOST_MIXED = 0.05  # of the moments of a file: so many may hold different answers
# Copies agree; different answers of a learner disagree nearly as often as two drawn from the log. Over this part of
# that they are no copies.
MOST_DISAGREEING = 0.25
SHARED = "the file gives different answers one order"


@dataclass(frozen=True, slots=True)
class Collapsed:
    """One row an answer. So many rows were taken away: `copies` named another skill of the answer before,
    `duplicates` nothing new. `doubts`: sentences on rows that may be copies and were left.
    """

    responses: Responses
    copies: int = 0
    duplicates: int = 0
    doubts: tuple[str, ...] = ()


def collapse(responses: Responses) -> Collapsed:
    """Rows that are one answer become one, right where the first of them is.

    Neighbouring rows of a learner that name the same item and share no skill are one answer. Without items the same
    `order` takes the item's place, unless it is a day without a time. Rows equal in learner, item, skills and order
    are one too. Both hold only where `order` tells the answers of the file apart: of session numbers neither does.
    Left apart, the second row is a copy of the first: a leak worth .06 AUC on ASSISTments 2009.
    """
    skills = _skill_codes(responses)
    again, otherwise = _repeats(responses, skills)
    apart = _order_tells_apart(responses) and not _too_often(otherwise[again], responses)
    kept = responses.rows(~again) if apart and again.any() else responses
    joined, doubts = _join(kept, skills if kept is responses else skills[~again], apart)
    if again.any() and not apart:
        doubts = (f"{_count(again)} equal another in learner, item, skill and order, but {SHARED}: all count "
                  "(where they are copies of one answer, give each answer its own order)", *doubts)  # fmt: skip
    return Collapsed(joined, len(kept) - len(joined), len(responses) - len(kept), doubts)


def _skill_codes(responses: Responses) -> NDArray[np.uint64]:
    """(n,) equal where the skills are: sums of 64 drawn bits a skill, which meet by chance once in 10^19 pairs."""
    drawn = np.random.default_rng(0).integers(0, 2**64, len(responses.skill_names), dtype=np.uint64)
    codes: NDArray[np.uint64] = np.add.reduceat(drawn[responses.skills], responses.starts[:-1])
    return codes


def _unchanged(values: NDArray[Any]) -> Mask:
    """(n,) whether each is the one before."""
    return np.append(False, values[1:] == values[:-1])


def _repeats(responses: Responses, skills: NDArray[np.uint64]) -> tuple[Mask, Mask]:
    """((n,) whether learner, item, skills and order are those of an earlier row, whether it was answered otherwise)."""
    columns = (skills, responses.item, responses.order, responses.learner)
    place = np.lexsort(columns)  # stable: equal rows stay in the order of the lines
    again, otherwise = np.zeros((2, len(responses)), dtype=bool)
    again[place] = np.logical_and.reduce([_unchanged(column[place]) for column in columns])
    otherwise[place] = ~_unchanged(responses.correct[place])
    return again, otherwise


def _order_tells_apart(responses: Responses) -> bool:
    """Nearly no learner has two answers of one order: two items, or without items right and wrong."""
    begins = np.flatnonzero(~(_unchanged(responses.learner) & _unchanged(responses.order)))
    items, results = (
        np.minimum.reduceat(values, begins) != np.maximum.reduceat(values, begins)
        for values in (responses.item, responses.correct)
    )
    mixed = items | (results & (responses.item[begins] < 0))
    return float(mixed.mean()) <= MOST_MIXED


def _too_often(otherwise: Mask, responses: Responses) -> bool:
    """Pairs of rows disagree too often to be copies."""
    right = float(responses.correct.mean())
    return bool(len(otherwise)) and float(otherwise.mean()) > MOST_DISAGREEING * 2.0 * right * (1.0 - right)


def _join(responses: Responses, skills: NDArray[np.uint64], apart: bool) -> tuple[Responses, tuple[str, ...]]:
    """Rows that name another skill of the answer before, joined to it."""
    same = _unchanged(responses.learner) & _unchanged(responses.item)
    tied = same & (responses.item < 0) & _unchanged(responses.order)
    timed = tied & ~(responses.dated & (responses.order % DAY == 0))
    sure = apart and not _too_often(~_unchanged(responses.correct)[timed], responses)
    joined = _joined(responses, (same & (responses.item >= 0)) | (timed & sure))
    left = tied & ~(timed & sure) & ~_unchanged(skills)
    if not left.any():
        return joined, ()
    why = SHARED if timed.any() else "a day without a time is no moment"
    what = f"{_count(left)} without an item have the learner and order of the row before and another skill, but {why}"
    return joined, (f"{what}: all count (where they are copies of one answer, name its item)",)


def _joined(responses: Responses, like_before: Mask) -> Responses:
    first = _first_of_answer(responses, like_before)
    heads = np.unique(first)
    if len(heads) == len(responses):
        return responses
    answer = np.searchsorted(heads, first)[responses.owner()]
    by_skill = np.lexsort((responses.skills, answer))
    counts = np.bincount(answer, minlength=len(heads))
    return replace(responses.rows(heads), starts=offsets(counts), skills=responses.skills[by_skill])


def _first_of_answer(responses: Responses, like_before: Mask) -> Offsets:
    """(n,) the row that each row is a copy of, itself for most."""
    first: Offsets = np.arange(len(responses), dtype=np.int64)
    seen: set[int] = set()
    starts, skills = responses.starts.tolist(), responses.skills.tolist()
    last = -1
    for row in np.flatnonzero(like_before).tolist():
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


def _count(rows: Mask) -> str:
    number = int(rows.sum())
    return "1 row" if number == 1 else f"{number:,} rows"
