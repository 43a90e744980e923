"""Which words a goal shares with labels, and with an occupation's labels, description and skills as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Floats, gather
from credpath.recommender.encoding import FloatArray
from credpath.recommender.goal_lexicon import WordLists
from credpath.recommender.goal_space import GoalSpace

Ints = NDArray[np.int64]


def held_words(lists: WordLists, rows: Ints, asked: NDArray[np.int32]) -> FloatArray:
    """(len(rows), len(asked)): 1 where a row's text holds the word."""
    held = np.zeros((len(rows), len(asked)), np.float32)
    flat, owner = gather(lists.starts, rows)
    at = np.searchsorted(asked, lists.ids[flat])
    at[at == len(asked)] = 0
    hit = asked[at] == lists.ids[flat] if len(asked) else np.zeros(len(flat), bool)
    held[owner[hit], at[hit]] = 1.0
    return held


@dataclass(frozen=True, slots=True)
class WordMatches:
    """One goal's distinct words against n labels: held (n, T) for the T words that any label has.

    `total` is the idf of all the goal's words, a word that no label has counting as the rarest.
    """

    space: GoalSpace
    asked: NDArray[np.int32]
    idf: Floats
    total: float
    held: FloatArray
    lengths: Floats
    cosines: Floats
    unknown: float
    mass: Floats  # (n,) idf of a label's words

    @staticmethod
    def of(space: GoalSpace, goal_words: list[str], flat: Ints) -> WordMatches:
        """Compares the words with the labels `flat`."""
        distinct = sorted(set(goal_words))
        asked = np.array(sorted(space.words[w] for w in distinct if w in space.words), np.int32)
        idf = space.idf[asked]
        rarest = float(space.idf.max(initial=1.0))
        missing = (len(distinct) - len(asked)) * rarest
        held = held_words(space.label_words, flat, asked)
        positions, owner = gather(space.label_words.starts, flat)
        own = space.idf[space.label_words.ids[positions]]
        length = np.sqrt(np.maximum(np.bincount(owner, own * own, len(flat)), 1e-9))
        whole = float(np.sqrt(max(float(idf @ idf) + (len(distinct) - len(asked)) * rarest**2, 1e-9)))
        return WordMatches(
            space, asked, idf, max(float(idf.sum()) + missing, 1e-9), held,
            np.diff(space.label_words.starts)[flat].astype(np.float32),
            ((held * (idf * idf)).sum(axis=1) / (length * whole)).astype(np.float32),
            missing / max(float(idf.sum()) + missing, 1e-9),
            np.bincount(owner, own, len(flat)).astype(np.float32),
        )  # fmt: skip

    def features(self, rows: Ints, firsts: Ints, near: Ints) -> dict[str, Floats]:
        """Shares of idf: of the goal's words in all labels, the nearest, description and skills, and the reverse."""
        if not len(self.asked):
            return {name: np.zeros(len(rows), np.float32) for name in MATCHES}
        matched = self._mass_of(self.held)
        covered = self._mass_of(np.maximum.reduceat(self.held, firsts, axis=0)) / self.total
        to_label, to_goal = matched[near] / self.total, matched[near] / np.maximum(self.mass[near], 1e-9)
        about = self._mass_of(held_words(self.space.about_words, rows, self.asked)) / self.total
        needs = self._mass_of(held_words(self.space.need_words, rows, self.asked)) / self.total
        same = (to_label > 0.999) & (to_goal > 0.999)
        columns = (covered, to_label, to_goal, same, about, needs)
        return {name: np.asarray(column, np.float32) for name, column in zip(MATCHES, columns, strict=True)}

    def _mass_of(self, held: FloatArray) -> Floats:
        """idf of the words held. No matrix product: on tiny ones BLAS raises false floating-point alarms."""
        mass: Floats = (held * self.idf).sum(axis=1)
        return mass


MATCHES = ("covered", "covered_nearest", "covers_nearest", "same_words", "about_covered", "needs_covered")
