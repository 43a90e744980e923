"""Features that come from the outcome tables, aligned to the rows of a catalogue; the same code serves and trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.outcome_tables import LEAST_COUNT, RATES, OutcomeTables

# All are 0 without tables. A credential that they do not know has the average rates.
TABLE_MEANING: Mapping[str, str] = {
    "completion_rate": "share of those who began it who finished it, shrunk to the average",
    "take_up_rate": "share of those who were shown it who took it up, shrunk to the average",
    "dismissal_rate": "share of those who were shown it who dismissed it, shrunk to the average",
    "taken_up": "learners who took it up, as log(1 + count)",
    "season": "log of how much more often it is taken up in this month than the average credential",
    "goal_popularity": "share of the learners with this goal who finished it, shrunk to the goal's field",
    "goal_lift": "log of that share over the share of all learners who finished it; 0 where nobody did",
    "next_share": "best share of those who finished something recent of the learner's and took this one next",
}
TABLE_FEATURES: tuple[str, ...] = tuple(TABLE_MEANING)
RECENT = 3  # so many of the last credentials count as recent
GOALS_KEPT = 64  # shares of that many goals are kept ready; one takes 8 bytes a credential
LEAST_SHARE = 1e-4  # keeps the lift of what hardly anybody finished near 0
ANY_GOAL = -1


@dataclass(frozen=True, slots=True)
class TookNext:
    """`takers` of the `leavers` learners who finished `after` took the credential next; `with_goal`: with this goal."""

    takers: int
    leavers: int
    after: str
    with_goal: bool


@dataclass(frozen=True, slots=True)
class BoundTables:
    """The tables for a catalogue of n credentials. `place` (n,): where each stands in the tables, -1: nowhere."""

    tables: OutcomeTables
    place: Offsets
    fixed: Floats  # (n, 4): the three rates and taken_up
    position: Mapping[str, int]
    keys: Offsets  # of the steps, sorted
    shares: dict[str, Floats] = field(default_factory=dict)

    @staticmethod
    def bind(tables: OutcomeTables, ids: Sequence[str]) -> BoundTables:
        """Aligns the tables to `ids`."""
        position = {name: at for at, name in enumerate(tables.ids)}
        place = np.fromiter((position.get(name, -1) for name in ids), dtype=np.int64, count=len(ids))
        known = np.vstack([tables.rates(), np.log1p(tables.taken)])
        unknown = np.append(tables.means, 0.0)
        fixed = _aligned(known.T, place, unknown)
        keys = (tables.step_goal.astype(np.int64) + 1) * max(1, len(tables.ids)) + tables.first
        return BoundTables(tables, place, fixed, position, keys)

    def features(self, history: Sequence[str], occupation_uri: str, month: int, rows: Offsets) -> Floats:
        """(len(rows), TABLE_FEATURES) float32, finite. `history`: oldest first; `month`: 1..12."""
        place = self.place[rows]
        lines = np.empty((len(TABLE_FEATURES), len(rows)), dtype=np.float32)
        lines[: len(RATES) + 1] = self.fixed[rows].T
        lines[4] = _aligned(self.tables.season(month)[:, None], place, np.zeros(1))[:, 0]
        lines[5], lines[6] = self._for_goal(occupation_uri)[:, rows]
        lines[7] = self.next_shares(history, occupation_uri)[place] * (place >= 0)
        return lines.T

    def goal_shares(self, occupation_uri: str) -> Floats:
        """(n,) share of the goal's learners who finished each."""
        shares: Floats = self._for_goal(occupation_uri)[0]
        return shares

    def _for_goal(self, occupation_uri: str) -> Floats:
        """(2, n) that share, and the log of how far it lies above everybody's; kept ready for goals asked before."""
        known = self.shares.get(occupation_uri)
        if known is None:
            share, usual = self.tables.for_goal(occupation_uri), self.tables.for_anybody()
            lift = np.log((share + LEAST_SHARE) / (usual + LEAST_SHARE))
            known = np.ascontiguousarray(_aligned(np.stack([share, lift], axis=1), self.place, np.zeros(2)).T)
            if len(self.shares) >= GOALS_KEPT:
                self.shares.clear()
            self.shares[occupation_uri] = known
        return known

    def next_shares(self, history: Sequence[str], occupation_uri: str) -> Doubles:
        """(tables' credentials + 1,) best share of learners who went on so from one of the last RECENT credentials."""
        best: Doubles = np.zeros(len(self.tables.ids) + 1)  # the last one is for what the tables do not know
        for _, entries in self._steps(history, occupation_uri):
            share = self.tables.takers[entries] / self.tables.leavers[entries]
            np.maximum.at(best, self.tables.then[entries], share)
        return best

    def took_next(self, history: Sequence[str], occupation_uri: str, row: int) -> TookNext | None:
        """The step behind `next_share` of one row, or None where none is known."""
        found = []
        for after, entries in self._steps(history, occupation_uri):
            for entry in entries[self.tables.then[entries] == self.place[row]].tolist():
                counts = int(self.tables.takers[entry]), int(self.tables.leavers[entry])
                found.append(TookNext(*counts, after, bool(self.tables.step_goal[entry] != ANY_GOAL)))
        return max(found, key=lambda step: step.takers / step.leavers, default=None)

    def finished_with_goal(self, occupation_uri: str, row: int) -> tuple[int, int] | None:
        """(its finishers with this goal, all with this goal); None where either is below LEAST_COUNT."""
        goal = self._goal(occupation_uri)
        here = (self.tables.of_goal == goal) & (self.tables.finished == self.place[row])
        finishers = int(self.tables.finishers[here].sum())
        learners = int(self.tables.learners[goal]) if goal != ANY_GOAL else 0
        return (finishers, learners) if min(finishers, learners) >= LEAST_COUNT else None

    def _goal(self, occupation_uri: str) -> int:
        return self.tables.goals.index(occupation_uri) if occupation_uri in self.tables.goals else ANY_GOAL

    def _steps(self, history: Sequence[str], occupation_uri: str) -> list[tuple[str, Offsets]]:
        """(credential of the history, entries of the steps after it): with this goal where known, else with any."""
        goal, found = self._goal(occupation_uri), []
        for after in [name for name in history[::-1] if name in self.position][:RECENT]:
            entries = self._entries(goal, self.position[after])
            if not len(entries) and goal != ANY_GOAL:
                entries = self._entries(ANY_GOAL, self.position[after])
            found.append((after, entries))
        return found

    def _entries(self, goal: int, first: int) -> Offsets:
        key = (goal + 1) * max(1, len(self.tables.ids)) + first
        return np.arange(*np.searchsorted(self.keys, [key, key + 1]))


def _aligned(known: Doubles, place: Offsets, unknown: Doubles) -> Floats:
    """(len(place), k) float32 rows of `known`, `unknown` where the place is -1."""
    return np.vstack([known, unknown])[place].astype(np.float32)
