"""Solves a path's problem: the relaxation bounds it and says where to look, a search finds, small ones are proven.

The relaxation of the whole problem is solved first. Its favourites make a kernel among which exchanges find a set
that is, as measured, within a few tenths of a percent of the best. When at most EXACT candidates are left, the
integers are solved as well, so that the answer is proven. Work is bounded by counts, never by a clock, so the same
problem has the same answer on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from credpath.recommender.path_model import Answer, Model, exact, model_of, relaxed, tighten
from credpath.recommender.path_problem import NOTHING, Plan, Problem, check, closed_by, value_of
from credpath.recommender.path_schedule import schedule
from credpath.recommender.path_search import EMPTY, Chosen, Search
from credpath.recommender.path_sets import narrowed, usable_nodes, ways_to, without

# Candidates among which exchanges look, and up to which the integers are solved.
KERNEL = 26
EXACT = 25
# Small problems are cheap, so they have this many rounds a candidate.
SMALL_ROUNDS = 150
# The relaxation's favourites down to such a share make one set to begin from.
ROUNDED_UP = 0.3


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try.

    `gap`: as a share of the path's worth, proven within which is good enough; `nodes` of the search tree; `rounds`:
    sets that no calendar allows are barred so often before the search's answer is taken. `pairs`: exchange two at a
    time as well.
    """

    exact: int = EXACT
    gap: float = 0.002
    nodes: int = 200
    rounds: int = 4
    tangents: int = 4
    tries: int = 400
    pairs: bool = True


QUICK = Effort(exact=0, tries=100, pairs=False)
USUAL = Effort()


@dataclass(frozen=True, slots=True)
class Solved:
    """`plan` and its worth; `bound`: no plan is worth more.

    `solver`: "highs" when its answer, or its bound, says within `gap` that this is the best, else "search".
    `feasible`: False when not even all that is required fits. `kernel`: the nodes that were looked at most.
    `most_closed`: no plan is expected to close a larger share of the gap.
    """

    plan: Plan
    value: float
    bound: float
    solver: str
    feasible: bool = True
    kernel: tuple[int, ...] = ()
    most_closed: float = 1.0

    @property
    def gap(self) -> float:
        """How far below the best the plan may lie, as a share of the best there can be; 0..1."""
        if self.bound <= 0:
            return 0.0
        return min(1.0, max(0.0, (self.bound - self.value) / self.bound))


def solve(problem: Problem, effort: Effort = USUAL, starts: Iterable[Plan] = ()) -> Solved:
    """The best plan found, with a bound. `starts`: plans to begin from, in the problem's own numbers."""
    small, back = _narrowed(problem)
    number = {node: at for at, node in enumerate(back)}
    ways = ways_to(small)
    needed = [k for k in (small.first, *small.required) if k >= 0]
    model = model_of(small, effort.tangents)
    loose = relaxed(model)
    if any(k not in ways for k in needed) or loose.bound == -np.inf:
        return Solved(NOTHING, 0.0, 0.0, "highs", feasible=False)
    known = [Chosen(number[k] for k in plan.steps) for plan in starts if all(k in number for k in plan.steps)]
    kernel = _kernel(small, ways, loose, known)
    plan = _searched(small, kernel, loose, known, effort)
    value = value_of(small, plan) if plan is not None else -np.inf
    bound, solver = loose.bound, "search"
    if bound - value <= effort.gap * abs(bound):
        solver = "highs"
    elif small.count <= effort.exact:
        plan, value, bound, solver = _proven(small, model, plan, value, bound, effort)
    if plan is None:
        return Solved(NOTHING, 0.0, max(0.0, bound), solver, feasible=False)
    ours = Plan(tuple(back[k] for k in plan.steps), plan.starts)
    looked = tuple(back[k] for k in sorted(kernel))
    return Solved(ours, value, max(bound, value), solver, kernel=looked, most_closed=loose.closed)


def _narrowed(problem: Problem) -> tuple[Problem, tuple[int, ...]]:
    """Usable nodes only; and nothing can help what comes first."""
    small, back = narrowed(problem, usable_nodes(problem))
    helps = tuple(replace(h, members=()) if h.owner == small.first else h for h in small.helps)
    return replace(small, helps=helps), back


def solve_quickly(problem: Problem, starts: Iterable[Plan] = ()) -> Solved:
    """A good plan without a bound, from what closes most for its price: for questions beside the path itself."""
    small, back = _narrowed(problem)
    number, ways = {node: at for at, node in enumerate(back)}, ways_to(small)
    if any(k not in ways for k in (small.first, *small.required) if k >= 0):
        return Solved(NOTHING, 0.0, 0.0, "search", feasible=False)
    known = [Chosen(number[k] for k in plan.steps) for plan in starts if all(k in number for k in plan.steps)]
    alone = closed_by(small, small.taught + small.near).sum(axis=1) + small.credits
    guess = Answer(0.0, np.zeros(len(alone)), alone - small.prices, False, "")
    kernel = _kernel(small, ways, guess, known)
    plan = _searched(small, kernel, guess, known, QUICK)
    if plan is None:
        return Solved(NOTHING, 0.0, 0.0, "search", feasible=False)
    ours = Plan(tuple(back[k] for k in plan.steps), plan.starts)
    value = value_of(small, plan)
    return Solved(ours, value, value, "search", kernel=tuple(back[k] for k in sorted(kernel)))


def _favourites(loose: Answer) -> list[int]:
    """Nodes by how far the relaxation takes them, then by how little they lack."""
    ranked: list[int] = np.lexsort((-loose.rests.round(9), -loose.shares.round(6))).tolist()
    return ranked


def _kernel(problem: Problem, ways: Mapping[int, Chosen], loose: Answer, known: list[Chosen]) -> set[int]:
    """The relaxation's favourites with the ways to them, and all that must or should be there."""
    kernel = set[int]().union(*(ways[k] for k in (problem.first, *problem.required) if k >= 0), *known)
    for node in _favourites(loose):
        if len(kernel) >= KERNEL:
            break
        kernel |= ways.get(node, EMPTY)
    return kernel | {n for n in range(problem.count, len(problem.hours)) if n in ways and ways[n] <= kernel}


def _searched(problem: Problem, kernel: set[int], loose: Answer, known: list[Chosen], effort: Effort) -> Plan | None:
    """The best that exchanges find in the kernel; None when what is required does not fit."""
    small, back = narrowed(problem, kernel)
    number, ways = {node: at for at, node in enumerate(back)}, ways_to(small)
    search = Search.of(small, ways, effort.tries)
    if not search.holds(search.fixed):
        return None
    rounded = search.fixed
    for node in _favourites(loose):
        if loose.shares[node] < ROUNDED_UP:
            break
        further = rounded | ways.get(number.get(node, -1), EMPTY)
        rounded = further if search.holds(further) else rounded
    best = search.best(effort.pairs, [rounded, *(Chosen(number[k] for k in one) for one in known)])
    plan = schedule(small, best, tries=effort.tries)
    return None if plan is None else Plan(tuple(back[k] for k in plan.steps), plan.starts)


def _proven(
    problem: Problem, model: Model, plan: Plan | None, value: float, bound: float, effort: Effort
) -> tuple[Plan | None, float, float, str]:
    """The integers' answer where it is better, with their bound.

    Sets that no calendar allows are barred, and where the model promised too much it is told what is true.
    """
    seen: set[tuple[int, ...]] = set()
    for _ in range(max(effort.rounds, SMALL_ROUNDS // max(1, problem.count))):
        answer = exact(model, effort.gap, effort.nodes, plan.steps if plan else ())
        bound = min(bound, max(answer.bound, value))
        if answer.bound == -np.inf or bound - value <= effort.gap * abs(bound):
            return plan, value, max(bound, value) if plan else 0.0, "highs"
        taken = [k for k in answer.shares.nonzero()[0].tolist() if k < problem.count]
        if tuple(taken) in seen:  # its worth is known, and less than the model promises for what no set can tell
            _bar(model, taken)
            continue
        seen.add(tuple(taken))
        found = schedule(problem, taken, tries=effort.tries)
        if found is None or check(problem, found):
            _bar_with_more(model, _least_clash(problem, taken, effort.tries))
            continue
        if (worth := value_of(problem, found)) > value + 1e-12:
            plan, value = found, worth
        if bound - value <= effort.gap * abs(bound):
            return plan, value, bound, "highs"
        tighten(model, taken)
    return plan, value, bound, "search"


def _least_clash(problem: Problem, taken: list[int], tries: int) -> list[int]:
    """As few of these as still find no schedule."""
    clash = Chosen(taken)
    for one in sorted(taken):
        fewer = without(problem, clash, one)
        if one in clash and fewer and schedule(problem, fewer, tries=tries) is None:
            clash = fewer
    return sorted(clash)


def _bar_with_more(model: Model, clash: list[int]) -> None:
    """Not all of these, whatever else is taken; unless it is another way to something among them."""
    problem, here = model.problem, set(clash)
    earned = range(problem.count, len(problem.hours))
    others = {m for g in problem.groups if g.owner in here or g.owner in earned for m in g.members} - here - {*earned}
    model.row([*clash, *sorted(others)], [*[1.0] * len(clash), *[-1.0] * len(others)], -1e30, len(clash) - 1.0)


def _bar(model: Model, taken: list[int]) -> None:
    """Not this very set again."""
    count, here = model.problem.count, set(taken)
    weights = [-1.0 if k in here else 1.0 for k in range(count)]
    model.row(list(range(count)), weights, 1.0 - len(here), 1e30)
