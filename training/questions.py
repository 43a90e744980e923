"""Questions to the item-to-item models: a history, what was taken up next, and the candidates that they bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.co_completion import FOLLOW_MEANING, Followers
from credpath.recommender.csr import Floats, Mask, Offsets, offsets
from credpath.recommender.follow_arrays import Histories
from credpath.recommender.follow_features import follow_features
from credpath.recommender.follow_scores import retrieve, scores_of
from training.held_steps import HeldSteps

NAMES = tuple(FOLLOW_MEANING)  # of the features
BATCH = 10  # histories at a time: more of them no longer fit into the processor's cache


@dataclass(frozen=True, slots=True)
class Questions:
    """Histories and what was taken up next, as rows of a catalogue. `answers` (questions,)."""

    histories: tuple[NDArray[np.integer], ...]
    answers: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.histories)

    def take(self, which: Iterable[int]) -> Questions:
        """Some of them, by place."""
        chosen = list(which)
        return Questions(tuple(self.histories[at] for at in chosen), self.answers[chosen])


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch of questions: which ones, all scores (retrievers, batch, n), candidate rows and features, ragged."""

    which: Offsets
    scores: Floats
    rows: Offsets
    counts: Offsets
    features: Floats

    @property
    def owner(self) -> Offsets:
        """(rows,) the place within the batch of each candidate's question."""
        return np.arange(len(self.which)).repeat(self.counts)


def questions_of(held: HeldSteps, followers: Followers) -> Questions:
    """Held-back steps in the rows of a catalogue that has all their credentials."""
    place = np.array([followers.position[name] for name in held.inner.ids], dtype=np.int64)
    return Questions(tuple(place[history] for history in held.histories), place[held.answers])


def ask(followers: Followers, questions: Questions, depth: int) -> Iterator[Asked]:
    """Scores, candidates and features of every question, batch by batch, by the functions that serve."""
    arrays = followers.arrays
    for start in range(0, len(questions), BATCH):
        which = np.arange(start, min(start + BATCH, len(questions)))
        histories = Histories.of([questions.histories[at] for at in which])
        scores = scores_of(arrays, histories)
        found = [_candidates(scores[:, at], questions.histories[one], depth) for at, one in enumerate(which)]
        counts = np.array([len(rows) for rows in found], dtype=np.int64)
        rows = np.concatenate(found)
        yield Asked(which, scores, rows, counts, follow_features(arrays, histories, scores, rows, offsets(counts)))


def _candidates(scores: Floats, history: NDArray[np.integer], depth: int) -> Offsets:
    allowed: Mask = np.ones(scores.shape[1], dtype=bool)
    allowed[history] = False
    return np.unique(np.concatenate(retrieve(scores, allowed, depth)))
