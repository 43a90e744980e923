"""How strongly each credential follows a learner's history, by each learned retriever.

The functions work on many histories at once, and serving asks for one: the same arithmetic in the same order, so
training sees bit for bit what serving sees (the cosine of texts to the last digit but one).
"""

from __future__ import annotations

import numpy as np

from credpath.recommender.csr import Floats, Mask, Offsets
from credpath.recommender.follow_arrays import LEARNED, RETRIEVING, FollowArrays, Histories

WINDOW = 30  # steps of a history that are looked at; what is older says next to nothing, and bots have thousands
POPULAR_DEPTH = 0.25  # of the depth of the others where there is a history, since it is the same for everybody


def scores_of(arrays: FollowArrays, histories: Histories) -> Floats:
    """(len(LEARNED), learners, n) what each retriever says; above 0 is evidence. The histories themselves have 0."""
    count, wide = len(histories), arrays.size + 1
    out = np.zeros((len(LEARNED), count, wide), dtype=np.float32)
    rows, owner, age = histories.recent(WINDOW)
    source = arrays.source[rows]
    place = (arrays.targets[source] + (owner * wide)[:, None]).ravel()
    said = arrays.values[source, :-1, : len(RETRIEVING)]
    factors = arrays.decays[None, :] ** age[:, None]
    for at in range(len(RETRIEVING)):
        weights = (said[:, :, at] * factors[:, at, None]).ravel()
        out[at] = np.bincount(place, weights=weights, minlength=count * wide).reshape(count, wide)
    out[LEARNED.index("popular"), :, :-1] = arrays.popular
    for member in arrays.attention:
        member.add(histories, out[LEARNED.index("attention"), :, :-1], 1.0 / len(arrays.attention))
    if arrays.text is not None:
        out[LEARNED.index("text"), :, :-1] = arrays.text.near(histories)
        out[LEARNED.index("neighbours"), :, :-1] = arrays.text.lent(np.maximum(out[0, :, :-1], 0.0))
    out[:, histories.owner, histories.rows] = 0.0
    return out[:, :, :-1]


def retrieve(scores: Floats, allowed: Mask, depth: int) -> list[Offsets]:
    """For each of LEARNED the best allowed rows with evidence, best first, ties by row."""
    personal = bool(scores[: len(RETRIEVING)].any())
    found = []
    for name, line in zip(LEARNED, scores, strict=True):
        deep = max(1, int(depth * POPULAR_DEPTH)) if name == "popular" and personal else depth
        found.append(best_rows(line, allowed, deep))
    return found


def best_rows(scores: Floats, allowed: Mask, depth: int) -> Offsets:
    """The allowed rows with the highest scores above 0, best first, ties by row."""
    rows = (allowed & (scores > 0)).nonzero()[0]
    values = scores[rows]
    if len(rows) > depth:
        floor = np.partition(values, len(values) - depth)[len(values) - depth]
        strong = values >= floor
        rows, values = rows[strong], values[strong]
    best: Offsets = rows[(-values).argsort(kind="stable")[:depth]]
    return best
