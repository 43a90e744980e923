"""The problem that a learning path solves, stated once: what may be taken, what must hold, what a path is worth.

`value_of` and `check` are pure and know nothing of a solver. The solver's answers, the tests and the benchmark are
all judged by them.

Worth is counted in shares of the gap that is open at the start: what the path is expected to close, less a price for
hours, money, lateness and missing preparation, plus a little for progress toward stacks. Mastery after a set of
credentials is 1 less the product of what each leaves, so that a second one on the same skill adds less than the
first; of those that merely teach a neighbour of a skill only the best counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from credpath.recommender.csr import Doubles

# Longer than this, and nobody follows it: plan again from there.
MAX_STEPS = 12
# A week on the way costs so much of the gap: of two paths that close the same, the sooner one.
LATE = 0.01 / 52.0
SLACK = 1e-6  # of a limit; sums of hours and prices in floating point


@dataclass(frozen=True, slots=True)
class Group:
    """`owner` needs members that together bring `needed`: a hard prerequisite, or the rule of a stack."""

    owner: int
    members: tuple[int, ...]
    brings: tuple[float, ...]
    needed: float

    @property
    def whole(self) -> bool:
        """It goes without none of its members."""
        return sum(self.brings) - min(self.brings, default=0.0) < self.needed - SLACK


@dataclass(frozen=True, slots=True)
class Help:
    """Without any of `members` before it, `owner` costs `price` more: preparation that is helpful, not required."""

    owner: int
    members: tuple[int, ...]
    price: float


@dataclass(frozen=True, slots=True)
class Draw:
    """A stack that draws: `have` of `need` counts already; a whole stack is worth `credit`."""

    stack: int
    members: tuple[int, ...]
    brings: tuple[float, ...]
    have: float
    need: float
    credit: float

    def progress(self, taken: Iterable[int]) -> float:
        """Share of the stack that counts once these are held, 0..1."""
        chosen = set(taken)
        more = sum(b for m, b in zip(self.members, self.brings, strict=True) if m in chosen)
        return min(1.0, (self.have + more) / self.need)


@dataclass(frozen=True, slots=True)
class Problem:
    """n candidates by id, then nodes that are earned and never enrolled in (stacks), in all arrays of length nodes.

    `caps` (m,): share of the gap that each skill can close; `rooms` (m,): what it would close at the level that an
    award lets expect. `taught`, `near` (nodes, m): what is left of a skill after a credential is exp(-load).
    `hours`, `money` (the budget's currency; 0 where unknown), `ects`, `chances` (of finishing), `prices`, `credits`
    (shares of the gap). `weeks_each`: how long it takes; `pace_each`: hours a week while it lasts; `opens`,
    `shuts`: first and last week in which it may start. `places`: an order that keeps every edge.
    `first`: taken, and nothing starts before it; -1 for none. `required`: nodes that must be taken.
    `steep` (nodes,): how far each lies above the learner now, 0..1; it decides the order only.
    """

    ids: tuple[str, ...]
    rows: tuple[int, ...]
    caps: Doubles
    rooms: Doubles
    taught: Doubles
    near: Doubles
    hours: Doubles
    money: Doubles
    ects: Doubles
    chances: Doubles
    prices: Doubles
    credits: Doubles
    weeks_each: Doubles
    pace_each: Doubles
    opens: Doubles
    shuts: Doubles
    places: tuple[int, ...]
    groups: tuple[Group, ...]
    helps: tuple[Help, ...]
    draws: tuple[Draw, ...]
    pace: float
    parallel: int = 1
    weeks: float | None = None
    budget: float | None = None
    most: int = MAX_STEPS
    first: int = -1
    required: tuple[int, ...] = ()
    steep: Doubles | None = None

    @property
    def count(self) -> int:
        """Candidates; nodes from here on are earned."""
        return len(self.ids)

    @property
    def separable(self) -> bool:
        """One after the other and without dates: which to take is one question, in what order another."""
        return self.parallel == 1 and not self.opens.any() and not np.isfinite(self.shuts).any()


@dataclass(frozen=True, slots=True)
class Plan:
    """Candidates in the order of their starts, in weeks from the path's beginning."""

    steps: tuple[int, ...] = ()
    starts: tuple[float, ...] = ()


NOTHING = Plan()


def loads(problem: Problem, taken: Collection[int]) -> Doubles:
    """(m,) how far the skills are moved together: all that teach each, and the best that teaches a neighbour."""
    chosen = list(taken)
    if not chosen:
        return np.zeros(len(problem.caps))
    # The ufuncs themselves: this is called tens of thousands of times a path, and the methods are wrappers.
    whole: Doubles = np.add.reduce(problem.taught[chosen], axis=0) + np.maximum.reduce(problem.near[chosen], axis=0)
    return whole


def closed_by(problem: Problem, load: Doubles) -> Doubles:
    """(..., m) share of the gap closed in each skill under such loads."""
    return np.minimum(problem.caps, problem.rooms * -np.expm1(-load))


def closes(problem: Problem, taken: Collection[int]) -> float:
    """Share of the gap that these are expected to close together, 0..1."""
    return float(np.add.reduce(closed_by(problem, loads(problem, taken))))


def ends_of(problem: Problem, plan: Plan) -> tuple[float, ...]:
    """The week in which each step ends."""
    return tuple(s + float(problem.weeks_each[k]) for k, s in zip(plan.steps, plan.starts, strict=True))


def lasts(problem: Problem, plan: Plan) -> float:
    """Weeks from the path's beginning to the end of its last step."""
    return max(ends_of(problem, plan), default=0.0)


def earned_with(problem: Problem, taken: Iterable[int]) -> frozenset[int]:
    """These nodes and the stacks that they complete."""
    held = set(taken)
    waiting = [g for g in problem.groups if g.owner >= problem.count]
    while True:
        short = {g.owner for g in waiting if not meets(g, held)}
        fresh = {g.owner for g in waiting} - short - held
        if not fresh:
            return frozenset(held)
        held |= fresh


def meets(group: Group, held: Iterable[int]) -> bool:
    """The members among these bring what the group needs."""
    has = held if isinstance(held, (set, frozenset)) else set(held)
    brought = 0.0
    for member, brings in zip(group.members, group.brings, strict=True):
        if member in has:
            brought += brings
            if brought >= group.needed - SLACK:
                return True
    return brought >= group.needed - SLACK


def unhelped(problem: Problem, plan: Plan) -> Iterator[Help]:
    """Preparation that the plan goes without, or that ends too late."""
    start = dict(zip(plan.steps, plan.starts, strict=True))
    end = dict(zip(plan.steps, ends_of(problem, plan), strict=True))
    for one in problem.helps:
        if one.owner in start and not any(end.get(m, np.inf) <= start[one.owner] + SLACK for m in one.members):
            yield one


def value_of(problem: Problem, plan: Plan) -> float:
    """What the plan is worth, in shares of the gap that is open at the start."""
    taken = list(plan.steps)
    price = float(problem.prices[taken].sum() - problem.credits[taken].sum()) if taken else 0.0
    price += sum(one.price for one in unhelped(problem, plan)) + LATE * lasts(problem, plan)
    drawn = sum(d.credit * (d.progress(taken) - d.progress(())) for d in problem.draws)
    return closes(problem, taken) - price + drawn


def check(problem: Problem, plan: Plan) -> tuple[str, ...]:
    """The names of all limits that the plan breaks; () for a plan that holds."""
    return tuple(dict.fromkeys([*_broken_limits(problem, plan), *_broken_times(problem, plan)]))


def _broken_limits(problem: Problem, plan: Plan) -> Iterator[str]:
    taken = list(plan.steps)
    if len(set(taken)) != len(taken) or any(not 0 <= k < problem.count for k in taken):
        yield "steps"
        return
    if len(taken) > problem.most:
        yield "most"
    if problem.budget is not None and problem.money[taken].sum() > problem.budget * (1 + SLACK) + SLACK:
        yield "budget"
    if problem.weeks is not None and lasts(problem, plan) > problem.weeks * (1 + SLACK):
        yield "weeks"
    held = earned_with(problem, taken)
    if not set(problem.required) <= held:
        yield "required"
    if problem.first >= 0 and (not taken or taken[0] != problem.first):
        yield "first"


def _broken_times(problem: Problem, plan: Plan) -> Iterator[str]:
    ends = ends_of(problem, plan)
    if list(plan.starts) != sorted(plan.starts):
        yield "order"
    for at, (k, start) in enumerate(zip(plan.steps, plan.starts, strict=True)):
        if start < problem.opens[k] - SLACK or start > problem.shuts[k] + SLACK:
            yield "dates"
        before = earned_with(problem, [m for m, end in zip(plan.steps, ends, strict=True) if end <= start + SLACK])
        if not all(meets(g, before) for g in problem.groups if g.owner == k):
            yield "prerequisites"
        beside = [b for b in range(at + 1) if plan.starts[b] <= start + SLACK and ends[b] > start + SLACK]
        if len(beside) > problem.parallel:
            yield "parallel"
        if sum(problem.pace_each[plan.steps[b]] for b in beside) > problem.pace * (1 + SLACK):
            yield "hours"
