"""Followers by text: how a credential that nobody has taken up yet is reached from a learner's history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from credpath.recommender.csr import Floats, Mask, Offsets, Rows

NEAREST = 8  # credentials with a history that lend theirs to one that is near in text
LEAST_COSINE = 0.3
PROFILE_DECAY = 0.8  # by which a step counts less than the step after it in what a learner's history is about
PROFILE_STEPS = 20
BLOCK = 1024


class Walked(Protocol):
    """What is asked of histories here."""

    def recent(self, window: int) -> tuple[Offsets, Offsets, Offsets]:
        """(rows, owner, age) of the last steps."""

    def __len__(self) -> int:
        """How many learners."""


@dataclass(frozen=True, slots=True)
class TextNeighbours:
    """Unit text vectors of a catalogue (n, d), and for each row the nearest rows that the log names.

    `nearest` (n, NEAREST) rows; `weights` (n, NEAREST) float32, 0 where the text is too far; they sum to the best
    cosine, so that a distant neighbourhood lends little.
    """

    vectors: Floats
    nearest: Rows
    weights: Floats

    def about(self, histories: Walked) -> Floats:
        """(learners, d) unit vector of what each history is about; 0 for an empty one."""
        rows, owner, age = histories.recent(PROFILE_STEPS)
        profile = np.zeros((len(histories), self.vectors.shape[1]), dtype=np.float32)
        np.add.at(profile, owner, self.vectors[rows] * (np.float32(PROFILE_DECAY) ** age)[:, None].astype(np.float32))
        length = np.sqrt((profile * profile).sum(axis=1, keepdims=True))
        unit: Floats = profile / np.maximum(length, 1e-9)
        return unit

    def near(self, histories: Walked) -> Floats:
        """(learners, n) cosine of every text with what the history is about, at least 0."""
        # The one place where many learners at once round otherwise than one alone: one by one, a large catalogue
        # would be read from memory for each.
        cosine: Floats = self.about(histories) @ self.vectors.T
        return np.maximum(cosine, 0.0, out=cosine)

    def lent(self, scores: Floats) -> Floats:
        """(learners, n) the scores that a row's neighbours have, weighted by how near they are."""
        out = np.zeros_like(scores)
        for at in range(self.nearest.shape[1]):
            out += scores[:, self.nearest[:, at]] * self.weights[:, at]
        return out


def text_neighbours(vectors: Floats, named: Mask) -> TextNeighbours:
    """Looks up the nearest rows among those that the log names, block by block; a row is no neighbour of itself."""
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    pool = named.nonzero()[0].astype(np.int32)
    count = min(NEAREST, max(0, len(pool) - 1))
    nearest = np.zeros((len(vectors), count), dtype=np.int32)
    weights = np.zeros((len(vectors), count), dtype=np.float32)
    for start in range(0, len(vectors) if count else 0, BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(vectors)))
        cosine = vectors[rows] @ vectors[pool].T
        cosine[rows[:, None] == pool[None, :]] = -1.0
        near = np.sort(np.argpartition(-cosine, count - 1, axis=1)[:, :count], axis=1)
        order = np.argsort(-np.take_along_axis(cosine, near, 1), axis=1, kind="stable")
        best = np.take_along_axis(near, order, 1)
        nearest[rows] = pool[best]
        weights[rows] = _shares(np.take_along_axis(cosine, best, 1))
    return TextNeighbours(vectors, nearest, weights)


def _shares(cosine: Floats) -> Floats:
    strong = np.where(cosine >= LEAST_COSINE, cosine, 0.0) ** 2
    total = strong.sum(axis=1, keepdims=True)
    best = np.maximum(cosine[:, :1], 0.0)
    shares: Floats = (best * strong / np.maximum(total, 1e-9)).astype(np.float32)
    return shares
