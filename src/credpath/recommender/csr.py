"""Compressed sparse rows: the one layout in which the catalogue keeps everything that has a varying length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rows = NDArray[np.int32]
Offsets = NDArray[np.int64]
Mask = NDArray[np.bool_]


def offsets(counts: NDArray[np.integer]) -> Offsets:
    """(n + 1,) positions where each row starts; the last is the total."""
    starts: Offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def gather(starts: Offsets, rows: NDArray[np.integer]) -> tuple[Offsets, Offsets]:
    """Flat positions of all entries of `rows`, and for each entry which of `rows` (0, 1, ...) it belongs to.

    Called some twenty times a request, so by array methods: the functions of the same names cost more than the work.
    """
    first = starts[rows]
    counts = starts[rows + 1] - first
    owner: Offsets = np.arange(len(counts)).repeat(counts)
    flat: Offsets = np.arange(len(owner))
    flat += (first - counts.cumsum() + counts).repeat(counts)
    return flat, owner


def sums(places: NDArray[np.integer], weights: NDArray[np.floating], size: int) -> Doubles:
    """(size,) the sum of the weights at each place."""
    return np.bincount(places, weights=weights, minlength=size)  # type: ignore[return-value]  # the stub forgets weights


def group_by(keys: NDArray[np.integer], size: int) -> tuple[Offsets, Offsets]:
    """Stable order that sorts entries by key, and the offsets of keys 0 .. size-1 in that order."""
    order: Offsets = np.argsort(keys, kind="stable").astype(np.int64)
    return order, offsets(np.bincount(keys, minlength=size))


@dataclass(frozen=True, slots=True)
class Lists:
    """A list of row numbers for each of n rows, for example the stacks that each credential counts toward."""

    starts: Offsets
    values: Rows

    @staticmethod
    def of(lists: Sequence[Sequence[int]]) -> Lists:
        """Packs Python lists."""
        counts = np.fromiter((len(one) for one in lists), dtype=np.int64, count=len(lists))
        flat = [value for one in lists for value in one]
        return Lists(offsets(counts), np.array(flat, dtype=np.int32))

    def __getitem__(self, row: int) -> Rows:
        return self.values[self.starts[row] : self.starts[row + 1]]

    def of_rows(self, rows: NDArray[np.integer]) -> Rows:
        """The values of several rows, one after the other."""
        return self.values[gather(self.starts, rows)[0]]
