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

from credpath.recommender.path_integers import EMPTY, Chosen, Work, holding_all, proven
from credpath.recommender.path_model import Answer, model_of, relaxed
from credpath.recommender.path_problem import NOTHING, Plan, Problem, closed_by, earned_with, value_of
from credpath.recommender.path_schedule import schedule
from credpath.recommender.path_search import Search
from credpath.recommender.path_sets import asked_for, narrowed, usable_nodes, ways_to, with_choice

# Candidates among which exchanges look, and up to which the integers are solved.
KERNEL = 26
EXACT = 25
# Shared by the candidates: so many rounds.
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

    def work(self, count: int) -> Work:
        """For the integers of so many candidates: small problems are cheap, so they have more rounds."""
        return Work(self.gap, self.nodes, max(self.rounds, SMALL_ROUNDS // max(1, count)), self.tries)


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


OUT_OF_REACH = Solved(NOTHING, 0.0, 0.0, "highs", feasible=False)


def solve(problem: Problem, effort: Effort = USUAL, starts: Iterable[Plan] = ()) -> Solved:
    """The best plan found, with a bound. `starts`: plans to begin from, in the problem's own numbers."""
    small, back = _narrowed(problem)
    ways = ways_to(small)
    asked = holding_all(small, ways, effort.tries)
    if asked is None:
        return OUT_OF_REACH
    model = model_of(small, effort.tangents)
    loose = relaxed(model)
    plan, kernel = _searched(small, ways, loose, asked, _renumbered(starts, back), effort)
    bound, sure = loose.bound, _close(small, plan, loose.bound, effort)
    if not sure and small.count <= effort.exact:
        plan, bound, sure = proven(small, model, plan, bound, effort.work(small.count))
    elif not sure and effort.exact and not with_choice(small).isdisjoint(asked_for(small)):
        plan = _best_among(small, kernel, plan, bound, effort)
        sure = _close(small, plan, bound, effort)
    value, solver = value_of(small, plan), "highs" if sure else "search"
    ours = Plan(tuple(back[k] for k in plan.steps), plan.starts)
    looked = tuple(back[k] for k in sorted(kernel))
    return Solved(ours, value, max(bound, value), solver, kernel=looked, most_closed=loose.closed)


def _close(problem: Problem, plan: Plan, bound: float, effort: Effort) -> bool:
    return bound - value_of(problem, plan) <= effort.gap * abs(bound)


def _best_among(problem: Problem, kernel: frozenset[int], plan: Plan, bound: float, effort: Effort) -> Plan:
    """The best of a kernel: other ways to what is asked for differ in more than exchanges can reach."""
    small, back = narrowed(problem, kernel)
    number = {node: at for at, node in enumerate(back)}
    begun = Plan(tuple(number[k] for k in plan.steps), plan.starts)
    found, _, _ = proven(small, model_of(small, effort.tangents), begun, bound, effort.work(small.count))
    return Plan(tuple(back[k] for k in found.steps), found.starts)


def yielding(problem: Problem) -> Problem:
    """Without the recommended first step, and without what is asked for and does not fit with what is before it."""
    problem, kept = replace(problem, first=-1), tuple[int, ...]()
    for asked in problem.required:
        small, _ = _narrowed(replace(problem, required=(*kept, asked)))
        if holding_all(small, ways_to(small), USUAL.tries) is not None:
            kept = (*kept, asked)
    return replace(problem, required=kept)


def as_followed(problem: Problem, plan: Plan) -> Problem:
    """The problem of whoever follows the plan: begun as that begins, without what that leaves out."""
    held = earned_with(problem, plan.steps)
    first = plan.steps[0] if plan.steps and problem.first >= 0 else -1
    return replace(problem, first=first, required=tuple(node for node in problem.required if node in held))


def _narrowed(problem: Problem) -> tuple[Problem, tuple[int, ...]]:
    """Usable nodes only; and nothing can help what comes first."""
    small, back = narrowed(problem, usable_nodes(problem))
    helps = tuple(replace(h, members=()) if h.owner == small.first else h for h in small.helps)
    return replace(small, helps=helps), back


def _renumbered(plans: Iterable[Plan], back: tuple[int, ...]) -> list[Chosen]:
    """The sets of those plans that take nothing else, in the numbers of the narrowed problem."""
    number = {node: at for at, node in enumerate(back)}
    return [Chosen(number[k] for k in plan.steps) for plan in plans if all(k in number for k in plan.steps)]


def solve_quickly(problem: Problem, starts: Iterable[Plan] = ()) -> Solved:
    """A good plan without a bound, from what closes most for its price: for questions beside the path itself."""
    small, back = _narrowed(problem)
    ways = ways_to(small)
    asked = holding_all(small, ways, QUICK.tries)
    if asked is None:
        return OUT_OF_REACH
    alone = closed_by(small, small.taught + small.near).sum(axis=1) + small.credits
    guess = Answer(0.0, np.zeros(len(alone)), alone - small.prices, False, "")
    plan, kernel = _searched(small, ways, guess, asked, _renumbered(starts, back), QUICK)
    ours = Plan(tuple(back[k] for k in plan.steps), plan.starts)
    value = value_of(small, plan)
    return Solved(ours, value, value, "search", kernel=tuple(back[k] for k in sorted(kernel)))


def _favourites(loose: Answer) -> list[int]:
    """Nodes by how far the relaxation takes them, then by how little they lack."""
    ranked: list[int] = np.lexsort((-loose.rests.round(9), -loose.shares.round(6))).tolist()
    return ranked


def _kernel(
    problem: Problem, ways: Mapping[int, Chosen], loose: Answer, asked: Chosen, known: list[Chosen]
) -> frozenset[int]:
    """The relaxation's favourites with the ways to them, and all that must or should be there."""
    kernel = set(asked).union(*known)
    for node in _favourites(loose):
        if len(kernel) >= KERNEL:
            break
        kernel |= ways.get(node, EMPTY)
    return earned_with(problem, kernel)


def _searched(
    problem: Problem, ways: Mapping[int, Chosen], loose: Answer, asked: Chosen, known: list[Chosen], effort: Effort
) -> tuple[Plan, frozenset[int]]:
    """The best that exchanges find in a kernel, and that kernel. `asked`: holds all that is asked for, and fits."""
    kernel = _kernel(problem, ways, loose, asked, known)
    small, back = narrowed(problem, kernel)
    number, ways = {node: at for at, node in enumerate(back)}, ways_to(small)
    search = Search.of(small, ways, Chosen(number[k] for k in asked), effort.tries)
    rounded = search.asked
    for node in _favourites(loose):
        if loose.shares[node] < ROUNDED_UP:
            break
        further = rounded | ways.get(number.get(node, -1), EMPTY)
        rounded = further if search.holds(further) else rounded
    best = search.best(effort.pairs, [rounded, *(Chosen(number[k] for k in one) for one in known)])
    plan = schedule(small, best, tries=effort.tries) or NOTHING
    return Plan(tuple(back[k] for k in plan.steps), plan.starts), kernel
