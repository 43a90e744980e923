"""Every pair of steps of a learner, counted with any weight: what all item-to-item models are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Doubles, Floats, Offsets, Rows
from training.sequences import Sequences

MOST_PAIRS = 40_000_000  # beyond it the window shrinks, so that memory stays within 3 GB
SHORTEST_WINDOW = 5
FEW_ITEMS = 500  # so many cost the dense models little, whatever is known of them


@dataclass(frozen=True)
class StepPairs:
    """Pairs (an earlier step, a later one) of one learner that lie at most a window apart.

    `earlier`, `later` (pairs,) items; `distance` (pairs,) 1 for neighbours; `left` (pairs,) steps that follow the
    later one; `weight` (pairs,) of the learner. `step_items`, `step_left`, `step_weight`: (steps,) the steps
    themselves.
    """

    size: int
    earlier: Rows
    later: Rows
    distance: NDArray[np.int16]
    left: NDArray[np.int16]
    weight: Floats
    step_items: Rows
    step_left: NDArray[np.int16]
    step_weight: Floats

    @cached_property
    def keys(self) -> tuple[Offsets, NDArray[np.integer]]:
        """Distinct earlier * size + later, ascending, and the place of each pair among them."""
        pair = self.earlier.astype(np.int64) * self.size + self.later
        if self.size * self.size <= 4 * len(pair):
            seen = np.zeros(self.size * self.size, dtype=bool)
            seen[pair] = True
            distinct = seen.nonzero()[0]
            place = np.zeros(len(seen), dtype=np.int32)
            place[distinct] = np.arange(len(distinct), dtype=np.int32)
            return distinct, place[pair]
        return np.unique(pair, return_inverse=True)

    def summed(self, weights: NDArray[np.floating]) -> Floats:
        """(distinct,) the sum of the weights of each distinct pair."""
        distinct, place = self.keys
        return np.bincount(place, weights=weights, minlength=len(distinct)).astype(np.float32)

    def dense(self, sums: Floats) -> Floats:
        """(size, size) the sums as a matrix, earlier down, later across."""
        out = np.zeros(self.size * self.size, dtype=np.float32)
        out[self.keys[0]] = sums
        return out.reshape(self.size, self.size)

    def steps(self, weights: NDArray[np.floating] | None = None) -> Doubles:
        """(size,) how often each item is a step, or the sum of the steps' weights."""
        return np.bincount(self.step_items, weights=weights, minlength=self.size).astype(np.float64)

    def among(self, items: NDArray[np.integer]) -> StepPairs:
        """The pairs among some items, which are numbered 0, 1, ... in the given order."""
        number = np.full(self.size, -1, dtype=np.int32)
        number[items] = np.arange(len(items), dtype=np.int32)
        kept = (number[self.earlier] >= 0) & (number[self.later] >= 0)
        known = number[self.step_items] >= 0
        return StepPairs(
            len(items), number[self.earlier[kept]], number[self.later[kept]], self.distance[kept], self.left[kept],
            self.weight[kept], number[self.step_items[known]], self.step_left[known],
            self.step_weight[known],
        )  # fmt: skip


def pair_up(sequences: Sequences, window: int, usual_length: float) -> StepPairs:
    """The pairs within `window` steps.

    A learner with more than `usual_length` steps counts for less in each pair, as usual_length / steps: so the whole
    weight of a learner grows with the steps and not with their square.
    """
    lengths, items = sequences.lengths, sequences.items
    while window > SHORTEST_WINDOW and _count(lengths, window) > MOST_PAIRS:
        window -= 1
    owner = sequences.owner
    weight = np.minimum(1.0, usual_length / np.maximum(1, lengths)).astype(np.float32)[owner]
    left = np.minimum(sequences.from_end, 32_000).astype(np.int16)
    at = [np.arange(d, len(items))[owner[d:] == owner[:-d]].astype(np.int32) for d in range(1, window + 1)]
    later = np.concatenate([np.zeros(0, dtype=np.int32), *at])
    distance = np.repeat(np.arange(1, window + 1, dtype=np.int16), [len(one) for one in at])
    return StepPairs(
        len(sequences.ids), items[later - distance], items[later], distance, left[later], weight[later],
        items, left, weight,
    )  # fmt: skip


def worth_covering(steps: NDArray[np.number], most: int) -> Offsets:
    """The items that a dense model covers, ascending: the `most` with the most `steps` (items,).

    Its cost is their cube. Where most of many items have one step at most, perhaps all of one learner, they are left
    out: under the ridge one step says next to nothing.
    """
    known = (steps > 1).nonzero()[0]
    if len(steps) <= FEW_ITEMS or 2 * len(known) >= len(steps):
        known = np.arange(len(steps))
    return np.asarray(np.sort(known[np.argsort(-steps[known], kind="stable")[:most]]))


def _count(lengths: Offsets, window: int) -> int:
    within = np.minimum(lengths, window + 1)
    return int((within * (within - 1) // 2 + np.maximum(0, lengths - window - 1) * window).sum())
