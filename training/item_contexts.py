"""Counts what followed two steps together, for `credpath.recommender.follow_contexts`."""

from __future__ import annotations

import numpy as np

from credpath.recommender.csr import Doubles, Offsets, offsets
from credpath.recommender.follow_contexts import PAIRS, Contexts
from training.sequences import Sequences

# What a single learner did after two steps is no way that others go, and would be told of that learner.
LEAST_LEARNERS = 2
SHRINK = 6.0  # learners with both steps who went on to nothing, as it were
MOST_ENTRIES = 2_000_000  # of the ways that most learners went, about 16 MB


def fit_contexts(sequences: Sequences) -> Contexts:
    """The share of the learners with two steps close together for whom another step came soon. Row order has no effect.

    A share is learners / (learners with both steps and any step soon after + SHRINK).
    """
    size = len(sequences.ids)
    codes = _codes(sequences, size)
    if not len(codes):
        return Contexts.none()
    ways, learners = np.unique(codes, return_counts=True)
    keys, place = np.unique(ways // size, return_inverse=True)
    shares = learners / (np.bincount(place, weights=learners) + SHRINK)[place]
    kept = learners >= LEAST_LEARNERS
    if kept.sum() > MOST_ENTRIES:
        kept &= learners > np.partition(learners, -MOST_ENTRIES)[-MOST_ENTRIES]
    return _packed(keys, place[kept], ways[kept] % size, shares[kept])


def _codes(sequences: Sequences, size: int) -> Offsets:
    """(ways,) (earlier * size + later) * size + next of every learner, for all PAIRS of steps before a next one."""
    items, steps = sequences.items.astype(np.int64), np.arange(len(sequences.items))
    index = steps - sequences.indptr[:-1].repeat(sequences.lengths)
    found = [np.zeros(0, dtype=np.int64)]
    for earlier, later in PAIRS:
        at = steps[index > earlier]
        found.append((items[at - earlier - 1] * size + items[at - later - 1]) * size + items[at])
    return np.concatenate(found)


def _packed(keys: Offsets, place: Offsets, targets: Offsets, shares: Doubles) -> Contexts:
    counts = np.bincount(place, minlength=len(keys))
    named = counts > 0
    return Contexts(keys[named], offsets(counts[named]), targets.astype(np.int32), shares.astype(np.float32))
