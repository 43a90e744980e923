"""What follows two steps together: a Markov chain of the second order, where several learners went the same way.

Two steps tell more than each by itself: who took statistics and then Python goes on to something else than who took
Python and then web design.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.csr import Floats, Offsets, Rows

# Both steps are among so many last ones. Ages (earlier, later), 0 for the last step.
REACH = 4
PAIRS = tuple((earlier, later) for earlier in range(1, REACH) for later in range(earlier))
CONTEXT_MEANING: Mapping[str, str] = {
    "follow_both_last": "share of the learners with the last two steps who went on to it",
    "follow_both_most": f"share of the learners with two of the last {REACH} steps who went on to it, the most",
    "follow_both_mean": f"the same, the mean over the pairs of the last {REACH} steps that are known",
    "follow_both_known": f"pairs of the last {REACH} steps that are known, the same for all candidates",
}
ARRAYS = ("keys", "starts", "targets", "shares")


@dataclass(frozen=True, slots=True)
class Contexts:
    """`keys` (c,) ascending: earlier * n + later, items of a log of n. `targets`, `shares` (entries,): what followed,
    and for which share of the learners; those of key k from `starts[k]` to `starts[k + 1]`.
    """

    keys: Offsets
    starts: Offsets
    targets: Rows
    shares: Floats

    @staticmethod
    def none() -> Contexts:
        """Where nothing is known of any two steps."""
        return Contexts(
            np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
        )  # fmt: skip

    def turned(self, place: Rows) -> Contexts:
        """The same with targets as rows of a catalogue: `place` (n,) the row of each item."""
        return Contexts(self.keys, self.starts, place[self.targets], self.shares)

    def save(self, folder: Path) -> None:
        """Writes one npy an array into a folder, made when absent."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @staticmethod
    def load(folder: Path, size: int) -> Contexts:
        """Reads what `save` wrote for a log of `size` items. Raises OSError or ValueError."""
        read = Contexts(*(np.load(folder / f"{name}.npy", allow_pickle=False) for name in ARRAYS))
        _check(read, size)
        return read


def _check(read: Contexts, size: int) -> None:
    entries = len(read.targets)
    fits = read.starts.shape == (len(read.keys) + 1,) and read.shares.shape == (entries,)
    if not fits or read.starts[0] != 0 or read.starts[-1] != entries or (np.diff(read.starts) < 0).any():
        raise ValueError("the contexts do not fit together")
    if (np.diff(read.keys) <= 0).any() or (entries and not 0 <= read.targets.min() <= read.targets.max() < size):
        raise ValueError("a context is out of order or a follower is no credential")
    if not np.isfinite(read.shares).all():
        raise ValueError("a share is not finite")


def context_lines(
    contexts: Contexts, last: Offsets, known: int, owner: Offsets, rows: NDArray[np.integer], size: int
) -> Floats:
    """(len(CONTEXT_MEANING), len(rows)) for candidates `rows` of a catalogue of `size`, each of learner `owner`.

    `last` (learners, steps): items of the log, newest first, `known` or more where there is none or none is known.
    """
    if not len(contexts.keys):
        return np.zeros((len(CONTEXT_MEANING), len(rows)), dtype=np.float32)
    said = np.zeros((len(last), len(PAIRS), size + 1), dtype=np.float32)
    found = np.zeros((len(last), len(PAIRS)), dtype=bool)
    for learner, pair, entries in _looked_up(contexts, last, known):
        said[learner, pair, contexts.targets[entries]] = contexts.shares[entries]
        found[learner, pair] = True
    mine = said[owner, :, rows]
    count = found.sum(axis=1)[owner].astype(np.float32)
    return np.stack([mine[:, 0], mine.max(axis=1), mine.sum(axis=1) / np.maximum(1, count), count])


def _looked_up(contexts: Contexts, last: Offsets, known: int) -> Iterator[tuple[int, int, slice]]:
    earlier, later = (last[:, list(ages)] for ages in zip(*PAIRS, strict=True))
    keys = np.where((earlier < known) & (later < known), earlier * known + later, -1)
    at = np.searchsorted(contexts.keys, keys).clip(max=len(contexts.keys) - 1)
    for learner, pair in np.argwhere(contexts.keys[at] == keys).tolist():
        place = at[learner, pair]
        yield learner, pair, slice(contexts.starts[place], contexts.starts[place + 1])
