"""Whole credentials instead of fractions: what holds all that is asked for, and which set of a small problem is best.

HiGHS names sets that keep every limit but the calendar; a set that no calendar allows is barred, and where the model
promised too much it is told what is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from credpath.recommender.path_model import INFINITY, Model, exact, model_of, tighten
from credpath.recommender.path_problem import Plan, Problem, check, value_of
from credpath.recommender.path_schedule import schedule
from credpath.recommender.path_sets import asked_for, fits, narrowed, upstream_of, with_choice, without

Chosen = frozenset[int]
EMPTY: Chosen = frozenset()
# Sets that hold all that is asked for and that no calendar allows are barred so often; and nodes of each search.
ASKED_ROUNDS, ASKED_NODES = 60, 2_000
# Any set that holds it will do: exchanges make the path better.
ASKED_GAP = 0.2


@dataclass(frozen=True, slots=True)
class Work:
    """How hard to try: within `gap`, a share of the worth, is good enough; after `nodes` of each search tree, `rounds`
    searches, `tries` of each calendar there is no more."""

    gap: float
    nodes: int
    rounds: int
    tries: int


def holding_all(problem: Problem, ways: Mapping[int, Chosen], tries: int) -> Chosen | None:
    """Candidates that hold all that is asked for within every limit; None where there are none.

    `ways`: from `ways_to`. The cheapest ways mostly fit; where they do not, others are looked for among all that
    lead to what is asked for, of which nothing else need be taken.
    """
    asked = asked_for(problem)
    if any(node not in ways for node in asked):
        return None
    taken = EMPTY.union(*(ways[node] for node in asked))
    if fits(problem, taken) and schedule(problem, taken, tries=tries) is not None:
        return taken
    if with_choice(problem).isdisjoint(asked):
        return None
    small, back = narrowed(_bare(problem), upstream_of(asked, problem.groups))
    model = model_of(small)
    for _ in range(ASKED_ROUNDS):
        answer = exact(model, ASKED_GAP, ASKED_NODES)
        if not answer.found:
            return None
        found = answer.candidates(small.count)
        if schedule(small, found, tries=tries) is not None:
            return Chosen(back[k] for k in found)
        _bar_with_more(model, _least_clash(small, found, tries))
    return None


def _bare(problem: Problem) -> Problem:
    """Nothing but limits and prices."""
    nothing = np.zeros((len(problem.hours), 0))
    return replace(
        problem, caps=np.zeros(0), rooms=np.zeros(0), taught=nothing, near=nothing, helps=(), draws=(), steep=None
    )  # fmt: skip


def proven(problem: Problem, model: Model, plan: Plan, bound: float, work: Work) -> tuple[Plan, float, bool]:
    """(the best plan found, a bound, whether the one is within the gap of the other), from a plan and a bound."""
    seen: set[tuple[int, ...]] = set()
    value = value_of(problem, plan)
    for _ in range(work.rounds):
        answer = exact(model, work.gap, work.nodes, plan.steps)
        bound = min(bound, max(answer.bound, value))
        if bound - value <= work.gap * abs(bound):
            return plan, bound, True
        if not answer.found:
            return plan, bound, False
        taken = answer.candidates(problem.count)
        if tuple(taken) in seen:  # its worth is known, and less than the model promises for what no set can tell
            _bar(model, taken)
            continue
        seen.add(tuple(taken))
        found = schedule(problem, taken, tries=work.tries)
        if found is None or check(problem, found):
            _bar_with_more(model, _least_clash(problem, taken, work.tries))
            continue
        if (worth := value_of(problem, found)) > value + 1e-12:
            plan, value = found, worth
        if bound - value <= work.gap * abs(bound):
            return plan, bound, True
        tighten(model, taken)
    return plan, bound, False


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
    leading = {node for node in upstream_of(clash, problem.groups) if node in here or node >= problem.count}
    members = {m for g in problem.groups if g.owner in leading for m in g.members}
    others = {m for m in members if m < problem.count} - here
    model.row([*clash, *sorted(others)], [*[1.0] * len(clash), *[-1.0] * len(others)], -INFINITY, len(clash) - 1.0)


def _bar(model: Model, taken: list[int]) -> None:
    """Not this very set again."""
    count, here = model.problem.count, set(taken)
    weights = [-1.0 if k in here else 1.0 for k in range(count)]
    model.row(list(range(count)), weights, 1.0 - len(here), INFINITY)
