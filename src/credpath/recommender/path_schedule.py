"""When to take what: from a set of credentials to an order with starts that every limit allows.

Each is placed as early as what is placed already allows, in some order of precedence; what comes of the best order is
a best schedule wherever sooner is better. A set is small, so after a few promising orders the rest is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from credpath.recommender.path_problem import SLACK, Group, Plan, Problem, closed_by

# Orders that are tried when the promising ones break a date or a deadline; a proof may ask for more.
TRIES = 400
NEVER = float("inf")
# What lies above the learner now waits for what does not: its merit shrinks by so much of the distance, at most to
# LEAST_MERIT of itself.
STEEPNESS, LEAST_MERIT = 3.0, 0.25


@dataclass(frozen=True, slots=True)
class Frame:
    """A set to be scheduled: the groups and the helpers of each of its members, by owner."""

    problem: Problem
    taken: tuple[int, ...]
    groups: Mapping[int, tuple[Group, ...]]
    helpers: Mapping[int, tuple[frozenset[int], ...]]

    @staticmethod
    def of(problem: Problem, taken: Iterable[int]) -> Frame:
        """`taken`: candidates; earned nodes are looked up as they are needed."""
        chosen = tuple(sorted(taken))
        here, groups, helpers = set(chosen), dict[int, list[Group]](), dict[int, list[frozenset[int]]]()
        for group in problem.groups:
            if group.owner in here or group.owner >= problem.count:
                groups.setdefault(group.owner, []).append(group)
        for one in problem.helps:
            if one.owner in here and (members := here.intersection(one.members)):
                helpers.setdefault(one.owner, []).append(frozenset(members))
        return Frame(
            problem,
            chosen,
            {k: tuple(v) for k, v in groups.items()},
            {k: tuple(v) for k, v in helpers.items()},
        )

    def ready_at(self, node: int, ends: Mapping[int, float]) -> float:
        """The week in which all that the node needs is held; NEVER while something is missing."""
        if node < self.problem.count and node not in self.groups:
            return 0.0
        return max((self._met_at(group, ends) for group in self.groups.get(node, ())), default=0.0)

    def _met_at(self, group: Group, ends: Mapping[int, float]) -> float:
        count = self.problem.count
        times = ((ends.get(m, NEVER) if m < count else self.ready_at(m, ends), b) for m, b in zip(
            group.members, group.brings, strict=True))  # fmt: skip
        brought = 0.0
        for end, brings in sorted(times):
            brought += brings
            if brought >= group.needed - SLACK:
                return end
        return NEVER

    def helped_at(self, node: int, ends: Mapping[int, float]) -> float:
        """The week in which one helper of each kind is held; NEVER while one that is in the set is to come."""
        each = (min(ends.get(m, NEVER) for m in members) for members in self.helpers.get(node, ()))
        return max(each, default=0.0)


@dataclass(slots=True)
class Board:
    """What is placed so far."""

    frame: Frame
    starts: dict[int, float] = field(default_factory=dict)
    ends: dict[int, float] = field(default_factory=dict)

    def place(self, node: int, after: float) -> bool:
        """Puts the node at the first week from `after` on at which it fits; False when no week allows it."""
        p = self.frame.problem
        start = self._earliest(node, max(after, float(p.opens[node])))
        end = start + float(p.weeks_each[node])
        if start > p.shuts[node] + SLACK or (p.weeks is not None and end > p.weeks * (1 + SLACK)):
            return False
        self.starts[node], self.ends[node] = start, end
        return True

    def _earliest(self, node: int, after: float) -> float:
        for start in sorted({after, *(end for end in self.ends.values() if end > after)}):
            if self._fits(node, start):
                return start
        return after  # not reached: once everything has ended, all is free

    def _fits(self, node: int, start: float) -> bool:
        p, end = self.frame.problem, start + float(self.frame.problem.weeks_each[node])
        moments = {start, *(s for s in self.starts.values() if start < s < end - SLACK)}
        for moment in moments:
            beside = [k for k, s in self.starts.items() if s <= moment + SLACK and self.ends[k] > moment + SLACK]
            hours = sum(float(p.pace_each[k]) for k in beside) + float(p.pace_each[node])
            if len(beside) >= p.parallel or hours > p.pace * (1 + SLACK):
                return False
        return True

    def too_late(self, nodes: Iterable[int]) -> bool:
        """One of them cannot be started any more, whatever comes before it."""
        p = self.frame.problem
        return any(self._earliest(node, float(p.opens[node])) > p.shuts[node] + SLACK for node in nodes)

    def plan(self) -> Plan:
        """Steps by start; of those that start together the one that was placed before."""
        order = sorted(self.starts, key=lambda k: self.starts[k])
        return Plan(tuple(order), tuple(self.starts[k] for k in order))


def schedule(problem: Problem, taken: Iterable[int], preferred: Sequence[int] = (), tries: int = TRIES) -> Plan | None:
    """A plan that takes exactly these, or None when no order was found that every limit allows.

    `preferred`: an order to keep as far as what is needed first allows; else what is worth most for its time goes
    first, and what helps comes before what it helps.
    """
    frame = Frame.of(problem, taken)
    order = [k for k in preferred if k in frame.taken]
    order += [k for k in in_order_of_worth(frame) if k not in order]
    found = laid_out(frame, order, soft=not preferred)
    if found is not None or problem.separable:
        return found if found is not None else laid_out(frame, order, soft=False)
    for attempt in _orders(frame, order):
        found = laid_out(frame, attempt, soft=False)
        if found is not None:
            return found
    return _searched(frame, [tries])


def laid_out(frame: Frame, order: Sequence[int], soft: bool) -> Plan | None:
    """Places the set in the order given; who must wait for another is passed over until that one is placed.

    `soft`: wait for helpers as for prerequisites.
    """
    board, left, first = Board(frame), list(order), frame.problem.first
    if first in left:
        left.remove(first)
        left.insert(0, first)
    while left:
        for node in left:
            after = frame.ready_at(node, board.ends)
            if soft and after < NEVER and node != first:
                after = max(after, frame.helped_at(node, board.ends))
            if after < NEVER:
                break
            if node == first:  # nothing else may start before it
                return None
        else:
            return None
        if first in board.starts:
            after = max(after, board.starts[first])
        if not board.place(node, after):
            return None
        left.remove(node)
    return board.plan()


def in_order_of_worth(frame: Frame) -> list[int]:
    """What closes most for its time first; a key counts with the best of what it opens."""
    problem, left, done = frame.problem, list(frame.taken), list[int]()
    needed_by: dict[int, list[int]] = {}
    for owner in frame.taken:
        for member in {m for g in frame.groups.get(owner, ()) for m in g.members}:
            needed_by.setdefault(member, []).append(owner)
    load, near = np.zeros(len(problem.caps)), np.zeros(len(problem.caps))
    while left:
        after = closed_by(problem, load + problem.taught[left] + np.maximum(near, problem.near[left]))
        more = np.add.reduce(after - closed_by(problem, load + near), axis=1) + problem.credits[left]
        gain = dict(zip(left, more.tolist(), strict=True))
        each = {k: _merit(problem, k, gain, [o for o in needed_by.get(k, ()) if o in gain]) for k in left}
        best = min(left, key=lambda k: (-each[k], k))
        left.remove(best)
        done.append(best)
        load, near = load + problem.taught[best], np.maximum(near, problem.near[best])
    return done


def _merit(problem: Problem, node: int, gain: Mapping[int, float], opens: Sequence[int]) -> float:
    hours = max(1.0, float(problem.hours[node]))
    behind = ((gain[node] + gain[o]) / (hours + float(problem.hours[o])) for o in opens)
    steep = 0.0 if problem.steep is None else float(problem.steep[node])
    return round(max([gain[node] / hours, *behind]) * max(LEAST_MERIT, 1.0 - STEEPNESS * steep), 12)


def _orders(frame: Frame, order: Sequence[int]) -> Iterator[list[int]]:
    """Promising orders where dates bind: what shuts first, what opens first, what lasts longest."""
    p, rank = frame.problem, {k: at for at, k in enumerate(order)}
    keys: tuple[Callable[[int], float], ...] = (
        lambda k: float(p.shuts[k]), lambda k: float(p.opens[k]), lambda k: -float(p.weeks_each[k]),
    )  # fmt: skip
    yield list(order)
    for key in keys:
        yield sorted(order, key=lambda k: (key(k), rank[k]))


def _searched(frame: Frame, tries: list[int]) -> Plan | None:
    """The first order, what shuts soonest before others, that every limit allows; None after so many tries."""
    p = frame.problem
    ranked = sorted(frame.taken, key=lambda k: (k != p.first, float(p.shuts[k]), float(p.opens[k]), k))
    shutting = [k for k in ranked if p.shuts[k] < NEVER]

    def deeper(board: Board) -> Plan | None:
        left = [k for k in ranked if k not in board.starts]
        if not left:
            return board.plan()
        if board.too_late(k for k in shutting if k not in board.starts):
            return None
        for node in left:
            after = frame.ready_at(node, board.ends)
            if p.first in frame.taken and p.first not in board.starts and node != p.first:
                break
            if after == NEVER or tries[0] <= 0:
                continue
            tries[0] -= 1
            further = Board(frame, dict(board.starts), dict(board.ends))
            if further.place(node, max(after, board.starts.get(p.first, 0.0))) and (found := deeper(further)):
                return found
        return None

    return deeper(Board(frame))
