"""The answers of a log taken apart by learner and skill, with the counts that plain models of mastery are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Doubles, Offsets, Rows
from training.responses import Responses


@dataclass(frozen=True, slots=True)
class Entries:
    """One entry for each skill of each answer, in the layout of `Responses.skills`.

    row (m,): the answer. skill (m,). group (m,): which pair of learner and skill, 0 .. groups - 1.
    place (m,): how many earlier answers the learner gave on the skill. rights (m,): how many of them right.
    """

    row: Offsets
    skill: Rows
    group: Offsets
    place: Offsets
    rights: Doubles
    groups: int

    @property
    def wrongs(self) -> Doubles:
        """(m,) earlier wrong answers of the learner on the skill."""
        return self.place - self.rights


def entries_of(answers: Responses) -> Entries:
    """Takes the answers apart."""
    row = answers.owner()
    key = answers.learner[row].astype(np.int64) * (len(answers.skill_names) + 1) + answers.skills
    by_group = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.diff(key[by_group], prepend=-1))
    sizes = np.diff(np.append(begins, len(key)))
    group, place, rights = np.empty((3, len(key)), dtype=np.int64)
    group[by_group] = np.arange(len(begins)).repeat(sizes)
    place[by_group] = np.arange(len(key)) - begins.repeat(sizes)
    rights[by_group] = earlier_sums(answers.correct[row][by_group], begins, sizes)
    return Entries(row, answers.skills, group, place, rights.astype(np.float64), len(begins))


def earlier_sums(values: NDArray[np.integer], begins: Offsets, sizes: Offsets) -> Offsets:
    """(m,) sum of the earlier values of the same run; run i is `values[begins[i]:][:sizes[i]]`."""
    before: Offsets = np.cumsum(values, dtype=np.int64) - values
    return before - before[begins].repeat(sizes)


def earlier_rights(answers: Responses) -> Doubles:
    """(n,) earlier right answers of the learner, on whatever skill."""
    bounds = answers.bounds()
    return earlier_sums(answers.correct, bounds[:-1], np.diff(bounds)).astype(np.float64)


def mean_by_row(values: Doubles, answers: Responses) -> Doubles:
    """(n,) mean of the entries (m,) of each answer."""
    if not len(answers):
        return np.zeros(0)
    totals: Doubles = np.add.reduceat(values, answers.starts[:-1])
    return totals / np.diff(answers.starts)
