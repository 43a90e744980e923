"""What each learner took up, in order: the material of the item-to-item models and of the ranker's replayed steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.domain.outcomes import Outcome
from credpath.recommender.csr import Doubles, Mask, Offsets, Rows, gather, offsets

# A click shows interest and a dismissal the want of it; a drop follows an enrolment. None of them is a take-up.
TAKE_UP = frozenset({"enrolled", "started", "completed", "awarded"})


@dataclass(frozen=True, slots=True)
class Sequences:
    """The first take-up of each credential by each learner, learners in the order of their ids.

    `items` (steps,) int32 into `ids` (sorted), oldest first within `indptr[l] : indptr[l + 1]`. `times` (steps,)
    seconds after the epoch, or the numbers that only order; None where there is nothing but the order.
    """

    ids: tuple[str, ...]
    indptr: Offsets
    items: Rows
    learners: tuple[str, ...]
    times: Doubles | None = None

    def __len__(self) -> int:
        return len(self.learners)

    @property
    def lengths(self) -> Offsets:
        """(learners,) how many steps each has."""
        return np.diff(self.indptr)

    @property
    def owner(self) -> Offsets:
        """(steps,) the row of the learner who took each step."""
        return np.arange(len(self.learners)).repeat(self.lengths)

    @property
    def from_end(self) -> Offsets:
        """(steps,) 0 for a learner's last step, 1 for the one before, and so on."""
        return self.indptr[1:].repeat(self.lengths) - 1 - np.arange(len(self.items))

    def of(self, learner: int) -> Rows:
        """One learner's items, oldest first."""
        return self.items[self.indptr[learner] : self.indptr[learner + 1]]

    def before(self, cut: float) -> Sequences:
        """The steps taken before `cut`, for the same learners. Without times nothing is known to be before."""
        return self.keep(self._times() < cut)

    def keep(self, steps: Mask) -> Sequences:
        """The steps where the mask is true; learners stay, some perhaps without steps."""
        counts = np.bincount(self.owner[steps], minlength=len(self.learners))
        times = None if self.times is None else self.times[steps]
        return replace(self, indptr=offsets(counts), items=self.items[steps], times=times)

    def split_last(self, least: int = 2) -> tuple[Sequences, Rows]:
        """Everything but each learner's last step, and the held-back items (learners,).

        -1, and nothing held back, where a learner has fewer than `least` steps.
        """
        has = self.lengths >= least
        held = np.full(len(self.learners), -1, dtype=np.int32)
        held[has] = self.items[self.indptr[1:][has] - 1]
        return self.keep(~((self.from_end == 0) & has[self.owner])), held

    def of_learners(self, rows: NDArray[np.integer]) -> Sequences:
        """Those learners alone, in the order of `rows`; the ids stay."""
        flat, _ = gather(self.indptr, rows)
        times = None if self.times is None else self.times[flat]
        names = tuple(self.learners[row] for row in rows.tolist())
        return Sequences(self.ids, offsets(self.lengths[rows]), self.items[flat], names, times)

    def _times(self) -> Doubles:
        return np.full(len(self.items), np.inf) if self.times is None else self.times


def sequences_of(outcomes: Iterable[Outcome]) -> Sequences:
    """The sequences that outcomes imply. Arrival order has no effect."""
    taken = [o for o in outcomes if o.kind in TAKE_UP]
    return pack_sequences(
        [o.learner_id for o in taken],
        [o.credential_id for o in taken],
        np.fromiter((o.occurred_at.timestamp() for o in taken), dtype=np.float64, count=len(taken)),
    )


def pack_sequences(learners: Sequence[str], credentials: Sequence[str], times: Doubles) -> Sequences:
    """Sequences from one row a take-up, in any order, repeats allowed: the first take-up counts.

    Equal times of a learner stand in an order that a hash of both ids draws: in that of the credentials' ids, the
    last step of a learner would be the last of the alphabet, which a model could learn.
    """
    names, who = _numbered(learners)
    ids, what = _numbered(credentials)
    order = np.lexsort((what, _drawn(_digests(names)[who], _digests(ids)[what]), times, who))
    pair = who[order].astype(np.int64) * max(1, len(ids)) + what[order]
    first = np.sort(np.unique(pair, return_index=True)[1])
    order = order[first]
    starts = offsets(np.bincount(who[order], minlength=len(names)))
    return Sequences(ids, starts, what[order], names, times[order])


def _digests(names: Sequence[str]) -> NDArray[np.uint64]:
    """(names,) the same for a name in every process and log."""
    each = b"".join(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest() for name in names)
    return np.frombuffer(each, dtype="<u8").astype(np.uint64)


def _drawn(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One number from two: splitmix64's mixing (Steele, Lea and Flood 2014), which leaves no order of either."""
    mixed = one + other * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _numbered(names: Sequence[str]) -> tuple[tuple[str, ...], Rows]:
    known = tuple(sorted(set(names)))
    place: dict[str, Any] = {name: at for at, name in enumerate(known)}
    return known, np.fromiter((place[name] for name in names), dtype=np.int32, count=len(names))
