"""Whether a stated probability happens as often as it says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput

Doubles = NDArray[np.float64]
BINS = 10
Z = 1.959963984540054  # 97.5 % of the standard normal distribution


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of a reliability curve: `count` predictions of mean `stated`, of which the share `happened`.

    `low`, `high`: Wilson's 95 % interval of `happened`.
    """

    count: int
    stated: float
    happened: float
    low: float
    high: float


def reliability(
    stated: Doubles, happened: NDArray[np.bool_], bins: int = BINS, equal: Literal["width", "mass"] = "width"
) -> tuple[Bin, ...]:
    """The reliability curve, lowest probabilities first; empty bins are left out.

    "width": bins of equal width over 0..1. "mass": bins of about equal count; equal predictions stay together.
    Raises InvalidInput where a probability lies outside 0..1.
    """
    stated, happened = np.asarray(stated, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    if len(stated) != len(happened) or not ((stated >= 0) & (stated <= 1)).all():
        raise InvalidInput("probabilities must lie within 0 and 1, one for each event", where="reliability")
    place = _by_width(stated, bins) if equal == "width" else _by_mass(stated, bins)
    counts = np.bincount(place, minlength=bins)
    sums = np.bincount(place, weights=stated, minlength=bins), np.bincount(place, weights=happened, minlength=bins)
    return tuple(_bin(int(counts[b]), sums[0][b], sums[1][b]) for b in np.flatnonzero(counts).tolist())


def _by_width(stated: Doubles, bins: int) -> NDArray[np.int64]:
    return np.minimum((stated * bins).astype(np.int64), bins - 1)


def _by_mass(stated: Doubles, bins: int) -> NDArray[np.int64]:
    """The bin of each prediction by the middle of its tied group in sorted order."""
    _, group, counts = np.unique(stated, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2.0) / max(1, len(stated))
    return np.minimum((middle * bins).astype(np.int64), bins - 1)[group]


def _bin(count: int, stated: float, happened: float) -> Bin:
    share = happened / count
    low, high = wilson(share, count)
    return Bin(count, float(stated / count), float(share), low, high)


def wilson(share: float, count: int) -> tuple[float, float]:
    """95 % interval of a share of `count` independent events (Wilson 1927)."""
    centre = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    half = Z / (1 + Z * Z / count) * float(np.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count)))
    return max(0.0, min(share, float(centre - half))), min(1.0, max(share, float(centre + half)))


def calibration_error(
    stated: Doubles, happened: NDArray[np.bool_], bins: int = BINS, equal: Literal["width", "mass"] = "width"
) -> float:
    """Expected calibration error, 0..1 (Naeini et al. 2015): mean gap of the reliability curve, weighted by count.

    0 for no predictions. Equal mass is the fairer one where nearly all predictions are small.
    """
    return expected_error(reliability(stated, happened, bins, equal))


def expected_error(curve: Sequence[Bin]) -> float:
    """The calibration error of a curve that is known already."""
    total = sum(b.count for b in curve)
    return sum(b.count * abs(b.stated - b.happened) for b in curve) / total if total else 0.0


def error_by_chance(curve: Sequence[Bin]) -> float:
    """The calibration error that this curve would show on average if every stated probability were right.

    The mean distance of a share of `count` events from its chance, by the normal distribution.
    """
    total = sum(b.count for b in curve)
    distance = [math.sqrt(2.0 * b.count * b.stated * (1.0 - b.stated) / math.pi) for b in curve]
    return sum(distance) / total if total else 0.0


def brier(stated: Doubles, happened: NDArray[np.bool_]) -> float:
    """Mean squared distance of probability and event, 0..1, lower is better (Brier 1950)."""
    distance = np.asarray(stated, dtype=np.float64) - np.asarray(happened, dtype=np.float64)
    return float(np.mean(distance * distance)) if len(distance) else 0.0
