"""What this process answered lately: calls, failures and times, in slots of five minutes over a day.

`/metrics` has the totals for a monitoring system; this is for a person who looks at a page and has none.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

SLOT_SECONDS = 300
SLOTS = 288
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
FAILED = 500


@dataclass(slots=True)
class Tally:
    """Counts of calls by how long they took, the last for all that took longer than the last bound, and failures."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    failed: int = 0

    @property
    def calls(self) -> int:
        """How many there were."""
        return sum(self.counts)

    def seconds(self, share: float) -> float | None:
        """The time within which that share of the calls was answered, linear within a bound; None without calls."""
        wanted, passed, low = share * self.calls, 0, 0.0
        if not self.calls:
            return None
        for count, high in zip(self.counts, BOUNDS, strict=False):
            if count and passed + count >= wanted:
                return low + (high - low) * max(0.0, wanted - passed) / count
            passed, low = passed + count, high
        return BOUNDS[-1]


@dataclass(frozen=True, slots=True)
class Slot:
    """Five minutes. `at`: seconds after the epoch when they began."""

    at: float
    tally: Tally


class RecentTraffic:
    """Counts what one process answers. Written by the event loop alone, so nothing is locked."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.since = clock()
        self.totals: dict[str, Tally] = {}
        self._slots: dict[int, dict[str, Tally]] = {}

    def note(self, route: str, status: int, seconds: float) -> None:
        """One answer."""
        number = int(self._clock() // SLOT_SECONDS)
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = {}
            for old in [n for n in self._slots if n <= number - SLOTS]:
                del self._slots[old]
        place = bisect_left(BOUNDS, seconds)
        for tallies in (self.totals, slot):
            tally = tallies.get(route)
            if tally is None:
                tally = tallies[route] = Tally()
            tally.counts[place] += 1
            tally.failed += status >= FAILED

    def slots(self, routes: Iterable[str] | None = None, hours: float = 3.0) -> tuple[Slot, ...]:
        """The last hours, oldest first, empty slots included from the first call on; `routes` None: all of them."""
        last = int(self._clock() // SLOT_SECONDS)
        first = max(last - int(hours * 3600 / SLOT_SECONDS) + 1, int(self.since // SLOT_SECONDS))
        wanted = None if routes is None else set(routes)
        return tuple(Slot(n * SLOT_SECONDS, self._sum(n, wanted)) for n in range(first, last + 1))

    def _sum(self, number: int, wanted: set[str] | None) -> Tally:
        tallies = list(self._slots.get(number, {}).items())
        return together([tally for route, tally in tallies if wanted is None or route in wanted])


def together(tallies: Sequence[Tally]) -> Tally:
    """One tally of all."""
    counts = [sum(column) for column in zip(*(t.counts for t in tallies), strict=True)]
    return Tally(counts, sum(t.failed for t in tallies)) if tallies else Tally()
