"""Slates as compact arrays while they are read: a million of them fit because nothing is kept as objects."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import numpy as np

from credpath.recommender.csr import Floats, Offsets, Rows
from credpath.store.decisions import Shown, SlateFeatures

MICROSECONDS = 1e6  # a second
Columns = list[int] | slice


def micros(at: datetime) -> int:
    """Microseconds after the epoch, exact: windows are compared with these."""
    return round(at.timestamp() * MICROSECONDS)


class Words(dict[str, int]):
    """Numbers words as they are asked for; `sorted` says their places by code point, where arrival has no part."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number

    def sorted(self) -> tuple[tuple[str, ...], Rows]:
        """(words in order, the place in that order of each number)."""
        words = tuple(sorted(self))
        places = np.empty(len(words), dtype=np.int32)
        for at, word in enumerate(words):
            places[self[word]] = at
        return words, places


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of n words, each word kept once: `rows` (n,) are places in the sorted `words`."""

    words: tuple[str, ...]
    rows: Rows

    @property
    def values(self) -> np.ndarray:
        """(n,) the words themselves, as objects."""
        return np.array(self.words, dtype=object)[self.rows]

    def take(self, rows: Offsets | slice) -> Coded:
        """Some rows; the words stay."""
        return Coded(self.words, self.rows[rows])


@dataclass(slots=True)
class ColumnLog:
    """A column of words while it is read: 4 bytes a row."""

    words: Words = field(default_factory=Words)
    rows: array[int] = field(default_factory=lambda: array("i"))

    def add(self, word: str) -> None:
        """The next row's word."""
        self.rows.append(self.words[word])

    def coded(self, chosen: Offsets) -> Coded:
        """Some rows, in the order given."""
        words, renumbered = self.words.sorted()
        return Coded(words, renumbered[as_array(self.rows)[chosen]])


COLUMNS: Mapping[str, str] = {
    "learner": "learner_id", "occupation": "occupation_uri", "policy_name": "policy", "experiment": "experiment",
    "bundle": "bundle_version",
}  # fmt: skip


@dataclass(slots=True)
class SlateLog:
    """Takes in slates in any order, but not their features, which come later and for some only: `fill`."""

    impression_ids: list[str] = field(default_factory=list)
    shown_at: array[int] = field(default_factory=lambda: array("q"))  # microseconds after the epoch
    columns: dict[str, ColumnLog] = field(default_factory=lambda: {name: ColumnLog() for name in COLUMNS})
    propensity: array[float] = field(default_factory=lambda: array("d"))
    degraded: bytearray = field(default_factory=bytearray)
    sizes: array[int] = field(default_factory=lambda: array("i"))
    credentials: array[int] = field(default_factory=lambda: array("i"))
    history_sizes: array[int] = field(default_factory=lambda: array("i"))
    histories: array[int] = field(default_factory=lambda: array("i"))
    words: Words = field(default_factory=Words)  # of credentials and histories

    def __len__(self) -> int:
        return len(self.impression_ids)

    def add(self, shown: Shown) -> None:
        """Takes in one slate; what somebody stored had taken up is in their outcomes, so only others' is kept."""
        history = () if shown.learner_id else shown.history
        self.impression_ids.append(shown.impression_id)
        self.shown_at.append(micros(shown.shown_at))
        for name, source in COLUMNS.items():
            self.columns[name].add(getattr(shown, source))
        self.propensity.append(shown.propensity)
        self.degraded.append(shown.degraded)
        self.sizes.append(len(shown.slate))
        self.credentials.extend(map(self.words.__getitem__, shown.slate))
        self.history_sizes.append(len(history))
        self.histories.extend(map(self.words.__getitem__, history))

    def order(self) -> Offsets:
        """Slates by time, then by id."""
        times, ids = self.shown_at, self.impression_ids
        places = range(len(ids))
        if all(_follows(times, ids, at) for at in places[1:]):  # a database gives them like this
            return np.arange(len(ids), dtype=np.int64)
        return np.array(sorted(places, key=lambda at: (times[at], ids[at])), dtype=np.int64)


def _follows(times: Sequence[int], ids: Sequence[str], at: int) -> bool:
    before, now = times[at - 1], times[at]
    return before < now or (before == now and ids[at - 1] <= ids[at])


def fill(
    rows: Mapping[str, int], size: int, slates: Iterable[SlateFeatures], names: tuple[str, ...]
) -> tuple[Floats, int]:
    """((size, names) features, how many slates lacked a column); what a slate lacks is 0.

    `rows`: where each wanted impression's slate begins. Memory is that of the result: nothing is kept beside it.
    """
    features, lacking = np.zeros((size, len(names)), dtype=np.float32), 0
    for impression_id, given, cells in slates:
        first = rows.get(impression_id)
        if first is None:
            continue
        matrix = np.frombuffer(cells, "<f4").reshape(-1, max(1, len(given)))
        if given == names:
            features[first : first + len(matrix)] = matrix
            continue
        source, target, lacks = _shared(given, names)
        lacking += lacks
        features[first : first + len(matrix), target] = matrix[:, source]
    return features, lacking


def rearranged(cells: bytes, given: tuple[str, ...], wanted: tuple[str, ...]) -> Floats:
    """Rows of features `given` (little-endian float32) as rows of features `wanted`."""
    size = len(cells) // (4 * max(1, len(given)))
    return fill({"": 0}, size, [SlateFeatures("", given, cells)], wanted)[0]


@lru_cache(64)
def _shared(given: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[Columns, Columns, bool]:
    """Columns of `given`, where they belong in `wanted`, and whether that has more."""
    place = {name: at for at, name in enumerate(wanted)}
    pairs = [(source, place[name]) for source, name in enumerate(given) if name in place]
    lacks = len(pairs) < len(wanted)
    return _columns([source for source, _ in pairs]), _columns([target for _, target in pairs]), lacks


def _columns(places: list[int]) -> Columns:
    """Neighbours as a slice, which copies ten times as fast."""
    if places and places == list(range(places[0], places[0] + len(places))):
        return slice(places[0], places[-1] + 1)
    return places


def as_array(values: array[int]) -> Rows:
    """A copy as int32."""
    return np.array(values, dtype=np.int32)
