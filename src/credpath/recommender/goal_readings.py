"""Ranks of one goal under several readings of its words, blended into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.encoding import FloatArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that a goal may mean. One that is not `sure` is ranked, but speaks for no nearness to any label."""

    text: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Ranked:
    """K occupations by row with their nearest labels and shares that sum to 1; `closeness` as of Candidates."""

    rows: Ints
    nearest: Ints
    shares: FloatArray
    closeness: float


def blend(readings: Sequence[Ranked], size: int) -> Ranked:
    """The mean of the readings' shares over all their occupations, best first; ties by row. `size`: of the space."""
    shares = np.zeros(size, np.float32)
    nearest = np.zeros(size, np.int64)
    for reading in reversed(readings):  # the first reading's nearest label stands
        shares[reading.rows] += reading.shares / len(readings)
        nearest[reading.rows] = reading.nearest
    rows = np.unique(np.concatenate([reading.rows for reading in readings]))
    rows = rows[np.lexsort((rows, -shares[rows]))]
    closeness = max(reading.closeness for reading in readings)
    return Ranked(rows, nearest[rows], shares[rows], closeness)
