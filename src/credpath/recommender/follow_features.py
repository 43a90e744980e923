"""What the ranker sees of how a candidate follows a learner's history: the same code in serving and in training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Floats, Offsets
from credpath.recommender.follow_arrays import ITEM_COLUMNS, LEARNED, PAIR_TABLES, FollowArrays, Histories
from credpath.recommender.follow_contexts import CONTEXT_MEANING, context_lines

__all__ = ["FOLLOW_MEANING", "LEARNED", "follow_features"]

STEPS = 10  # last steps of the history whose pairs with a candidate are looked at
SINGLE = 3  # of them, the last ones that each have a column of their own
COSINE = PAIR_TABLES.index("item_knn")
AGES = ("last", "second last", "third last")
TABLE_MEANING: Mapping[str, str] = {
    "slist": "weight in the sequence-aware linear model",
    "ease": "weight in EASE",
    "item_knn": "cosine of the learners who took both up",
    "markov": "decayed share of the learners who went on to it",
    "next": "share of the learners for whom it was the very next step",
    "second": "share of the learners for whom it was the step after the next",
    "lift": "log of how much more often it follows than by chance, 0 where never",
    "order": "share of the learners with both who took it up second, about 0.5; 0 where unknown",
}
RETRIEVER_MEANING: Mapping[str, str] = {name: f"the retriever {name}" for name in LEARNED}
ITEM_MEANING: Mapping[str, str] = {
    "popularity": "log of how many took it up",
    "starts": "share of its learners who began with it",
    "ends": "share of its learners for whom it is the last so far",
    "place": "mean place in its learners' sequences, 0 first to 1 last",
    "reach": "mean log length of its learners' sequences",
    "late": "log of how often it is taken up lately against before",
}


def _meaning() -> Iterator[tuple[str, str]]:
    for name, words in RETRIEVER_MEANING.items():
        yield f"follow_{name}", f"score by {words}"
        yield f"follow_{name}_relative", f"the same as a share of the best score by {words}"
        yield f"follow_{name}_rank", f"log of 1 + its rank in the whole catalogue by {words}"
        yield f"follow_{name}_best", f"the best score by {words}, the same for all candidates"
    for table, words in TABLE_MEANING.items():
        for at, age in enumerate(AGES):
            yield f"follow_{table}_{at + 1}", f"{words}, from the {age} step"
        yield f"follow_{table}_most", f"{words}, the most from any of the last {STEPS} steps"
        yield f"follow_{table}_mean", f"{words}, the mean over the last {STEPS} steps"
    for column, words in ITEM_MEANING.items():
        yield f"follow_item_{column}", words
    yield "follow_steps", "log of 1 + the steps of the history, the same for all candidates"
    yield "follow_usual_popularity", "mean log popularity of the last steps, the same for all candidates"
    yield "follow_popularity_gap", "log popularity less that of the last steps"
    yield "follow_place_gap", "mean place less that of the last step"
    yield "follow_coherence", "cosine of the learners of the last two steps, the same for all candidates"
    yield from CONTEXT_MEANING.items()


FOLLOW_MEANING: Mapping[str, str] = dict(_meaning())


def follow_features(
    arrays: FollowArrays, histories: Histories, scores: Floats, rows: NDArray[np.integer], starts: Offsets
) -> Floats:
    """(len(rows), len(FOLLOW_MEANING)) float32 for candidates `rows`, ragged by learner as `starts` says.

    `scores` (retrievers, learners, n): from `scores_of` for the same histories.
    """
    owner = np.arange(len(histories)).repeat(np.diff(starts))
    out = np.empty((len(FOLLOW_MEANING), len(rows)), dtype=np.float32)
    last = _last_steps(histories)
    at = _retriever_lines(out, scores, owner, rows, starts)
    at = _pair_lines(out, at, arrays, last, owner, rows)
    at = _item_lines(out, at, arrays, histories, last, owner, rows)
    taken = np.where(last >= 0, arrays.source[last], arrays.known).astype(np.int64)
    out[at:] = context_lines(arrays.contexts, taken, arrays.known, owner, rows, arrays.size)
    return np.ascontiguousarray(out.T)


def _last_steps(histories: Histories) -> Offsets:
    """(learners, STEPS) the last steps, newest first, -1 where there are fewer."""
    last = np.full((len(histories), STEPS), -1, dtype=np.int64)
    rows, owner, age = histories.recent(STEPS)
    last[owner, age] = rows
    return last


def _retriever_lines(out: Floats, scores: Floats, owner: Offsets, rows: NDArray[np.integer], starts: Offsets) -> int:
    at = 0
    ordered = np.sort(scores, axis=-1)
    for line, sorted_line in zip(scores, ordered, strict=True):
        mine, best = line[owner, rows], sorted_line[:, -1]
        out[at] = mine
        out[at + 1] = mine / np.maximum(best, 1e-6)[owner]
        for learner in range(len(starts) - 1):
            span = slice(starts[learner], starts[learner + 1])
            above = line.shape[1] - np.searchsorted(sorted_line[learner], mine[span], side="right")
            out[at + 2, span] = np.log1p(above)
        out[at + 3] = best[owner]
        at += 4
    return at


def _pair_lines(
    out: Floats, at: int, arrays: FollowArrays, last: Offsets, owner: Offsets, rows: NDArray[np.integer]
) -> int:
    said = _pairs(arrays, last, owner, rows)
    known = np.maximum(1, (last >= 0).sum(axis=1))[owner].astype(np.float32)
    for table in range(len(PAIR_TABLES)):
        line = said[table]
        out[at : at + SINGLE] = line[:SINGLE]
        out[at + SINGLE] = line.max(axis=0)
        out[at + SINGLE + 1] = line.sum(axis=0) / known
        at += SINGLE + 2
    return at


def _pairs(arrays: FollowArrays, last: Offsets, owner: Offsets, rows: NDArray[np.integer]) -> Floats:
    """(tables, steps, candidates) what each table says of each of the last steps (learners, steps) and a candidate.

    A candidate numbered n, one past the catalogue, is none: 0.
    """
    (learners, steps), width = last.shape, arrays.values.shape[1] - 1
    source = np.where(last >= 0, arrays.source[last], len(arrays.targets) - 1)
    slot = np.full((learners, steps, arrays.size + 1), width, dtype=np.int16)
    np.put_along_axis(slot, arrays.targets[source].astype(np.int64), np.arange(width, dtype=np.int16)[None, None], 2)
    slot[:, :, -1] = width
    mine = slot[owner, :, rows]
    return np.ascontiguousarray(arrays.values[source[owner], mine].transpose(2, 1, 0))


def _item_lines(
    out: Floats,
    at: int,
    arrays: FollowArrays,
    histories: Histories,
    last: Offsets,
    owner: Offsets,
    rows: NDArray[np.integer],
) -> int:
    stated = arrays.items[rows].T
    out[at : at + len(ITEM_COLUMNS)] = stated
    at += len(ITEM_COLUMNS)
    popularity, place = ITEM_COLUMNS.index("popularity"), ITEM_COLUMNS.index("place")
    near, held = arrays.items[last[:, :5]], last[:, :5] >= 0
    usual = (near[:, :, popularity] * held).sum(axis=1) / np.maximum(1, held.sum(axis=1))
    out[at] = np.log1p(np.diff(histories.starts))[owner]
    out[at + 1] = usual[owner]
    out[at + 2] = stated[popularity] - usual[owner]
    out[at + 3] = stated[place] - (near[:, 0, place] * held[:, 0])[owner]
    before = np.where(last[:, 1] >= 0, last[:, 1], arrays.size)
    out[at + 4] = _pairs(arrays, last[:, :1], np.arange(len(last)), before)[COSINE, 0][owner]
    return at + 5
