"""Sets of credentials under the limits that need no calendar: their worth, whether they fit, what leads there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from credpath.recommender.csr import Doubles
from credpath.recommender.path_problem import (
    LATE,
    SLACK,
    Draw,
    Group,
    Help,
    Problem,
    closed_by,
    closes,
    earned_with,
    meets,
)


def weeks_at_least(problem: Problem, taken: Iterable[int]) -> float:
    """Weeks that a set takes without any break: by its hours, and by how many can be taken at once."""
    chosen = sorted(taken)
    if not chosen:
        return 0.0
    busy = float(problem.hours[chosen].sum()) / problem.pace
    return max(busy, float(problem.weeks_each[chosen].sum()) / problem.parallel)


def set_value(problem: Problem, taken: Iterable[int]) -> float:
    """What a set is worth at the most: without a break, with every preparation before what it helps."""
    chosen = sorted(taken)
    if not chosen:
        return 0.0
    here = set(chosen)
    price = float((problem.prices[chosen] - problem.credits[chosen]).sum())
    price += sum(h.price for h in problem.helps if h.owner in here and not here.intersection(h.members))
    drawn = sum(d.credit * (d.progress(here) - d.progress(())) for d in problem.draws)
    return closes(problem, chosen) - price - LATE * weeks_at_least(problem, chosen) + drawn


def supported(problem: Problem, taken: Iterable[int]) -> bool:
    """Everything that these need is among them."""
    held = earned_with(problem, taken)
    return all(meets(g, held) for g in problem.groups if g.owner in held)


def fits(problem: Problem, taken: Iterable[int]) -> bool:
    """Hours, money, number and prerequisites allow the set; dates are another question."""
    chosen = sorted(taken)
    if len(chosen) > problem.most or not supported(problem, chosen):
        return False
    if problem.budget is not None and problem.money[chosen].sum() > problem.budget * (1 + SLACK) + SLACK:
        return False
    return problem.weeks is None or weeks_at_least(problem, chosen) <= problem.weeks * (1 + SLACK)


def asked_for(problem: Problem) -> tuple[int, ...]:
    """Nodes that every path must hold: the first step, pins, a stack that is asked for."""
    return tuple(dict.fromkeys(k for k in (problem.first, *problem.required) if k >= 0))


def without(problem: Problem, taken: frozenset[int], out: int) -> frozenset[int]:
    """The set less one and all that needed it."""
    left = taken - {out}
    while True:
        held = earned_with(problem, left)
        lost = {g.owner for g in problem.groups if g.owner in left and not meets(g, held)}
        if not lost:
            return left
        left -= lost


def ways_to(
    problem: Problem,
    taken: frozenset[int] = frozenset(),
    barred: frozenset[int] = frozenset(),
    toll: Doubles | None = None,
) -> dict[int, frozenset[int]]:
    """For every node that can be reached the candidates that lead there most cheaply, itself among them.

    `taken`: candidates that cost nothing more; `barred`: nodes that no way goes through; `toll` (nodes,): what each
    costs, its price by default.
    """
    mine, ways, dear = dict[int, list[Group]](), dict[int, frozenset[int]](), dict[int, float]()
    for group in problem.groups:
        mine.setdefault(group.owner, []).append(group)
    costs = problem.prices - problem.credits + LATE * problem.hours / problem.pace if toll is None else toll
    own = np.maximum(0.0, costs)
    own[list(taken)] = 0.0
    for node in sorted(set(range(len(problem.hours))) - barred, key=lambda n: problem.places[n]):
        way = _way(frozenset({node} if node < problem.count else ()), mine.get(node, ()), ways, dear)
        if way is not None:
            ways[node], dear[node] = way, round(float(own[sorted(way)].sum()), 12)
    return ways


def with_choice(problem: Problem) -> frozenset[int]:
    """Nodes to which there may be more ways than one."""
    found: set[int] = set()
    for group in sorted(problem.groups, key=lambda g: problem.places[g.owner]):
        if not group.whole or not found.isdisjoint(group.members):
            found.add(group.owner)
    return frozenset(found)


def _way(
    way: frozenset[int], groups: Sequence[Group], ways: Mapping[int, frozenset[int]], dear: Mapping[int, float]
) -> frozenset[int] | None:
    for group in groups:
        brought = 0.0
        entries = [(m, b) for m, b in zip(group.members, group.brings, strict=True) if m in ways and b > 0]
        for member, bring in sorted(entries, key=lambda e: (dear[e[0]] / e[1], e[0])):
            if brought >= group.needed - SLACK:
                break
            way, brought = way | ways[member], brought + bring
        if brought < group.needed - SLACK:
            return None
    return way


def narrowed(problem: Problem, nodes: Iterable[int]) -> tuple[Problem, tuple[int, ...]]:
    """The problem among some of its nodes and the skills that these move; and the number that each had before.

    What a group needs of the others is then out of reach, so nodes should hold the way to each of them.
    """
    kept = tuple(sorted(nodes))
    now = {node: at for at, node in enumerate(kept)}
    chosen, count = np.array(kept, dtype=np.int64), sum(node < problem.count for node in kept)
    skills = np.flatnonzero((problem.taught[chosen] + problem.near[chosen]).any(axis=0))
    order = sorted(kept, key=lambda node: problem.places[node])
    place = {node: at for at, node in enumerate(order)}
    arrays = {name: getattr(problem, name)[chosen] for name in BY_NODE}
    return replace(
        problem,
        ids=tuple(problem.ids[node] for node in kept[:count]),
        rows=tuple(problem.rows[node] for node in kept[:count]),
        caps=problem.caps[skills],
        rooms=problem.rooms[skills],
        taught=problem.taught[np.ix_(chosen, skills)],
        near=problem.near[np.ix_(chosen, skills)],
        places=tuple(place[node] for node in kept),
        groups=tuple(_group(g, now) for g in problem.groups if g.owner in now),
        helps=tuple(
            Help(now[h.owner], tuple(now[m] for m in h.members if m in now), h.price)
            for h in problem.helps if h.owner in now
        ),
        draws=tuple(_draw(d, now) for d in problem.draws if any(m in now for m in d.members)),
        first=now.get(problem.first, -1),
        required=tuple(now[node] for node in problem.required if node in now),
        steep=None if problem.steep is None else problem.steep[chosen],
        **arrays,
    ), kept  # fmt: skip


BY_NODE = (
    "hours", "money", "ects", "chances", "prices", "credits", "weeks_each", "pace_each", "opens", "shuts",
)  # fmt: skip


def _group(group: Group, now: Mapping[int, int]) -> Group:
    entries = [(now[m], b) for m, b in zip(group.members, group.brings, strict=True) if m in now]
    return Group(now[group.owner], tuple(m for m, _ in entries), tuple(b for _, b in entries), group.needed)


def _draw(draw: Draw, now: Mapping[int, int]) -> Draw:
    entries = [(now[m], b) for m, b in zip(draw.members, draw.brings, strict=True) if m in now]
    return replace(draw, members=tuple(m for m, _ in entries), brings=tuple(b for _, b in entries))


def usable_nodes(problem: Problem) -> tuple[int, ...]:
    """Candidates that may be part of a best path: those that can pay by themselves, and whatever leads to them.

    Exact, since what a credential adds to others is never more than what it adds to nothing, or to what must be taken.
    """
    count, asked = problem.count, asked_for(problem)
    fixed = [k for k in asked if k < count]
    load = problem.taught[fixed].sum(axis=0)
    near = problem.near[fixed].max(axis=0) if fixed else np.zeros(len(problem.caps))
    taught, beside = problem.taught[:count], np.maximum(problem.near[:count], near)

    gain = (closed_by(problem, load + taught + beside) - closed_by(problem, load + near)).sum(axis=1)
    gain = gain + problem.credits[:count]
    for draw in problem.draws:
        np.add.at(gain, list(draw.members), [draw.credit * min(1.0, b / draw.need) for b in draw.brings])
    pays = gain > problem.prices[:count]
    return upstream_of([*asked, *pays.nonzero()[0].tolist()], (*problem.groups, *problem.helps))


def upstream_of(nodes: Iterable[int], edges: Iterable[Group | Help]) -> tuple[int, ...]:
    """These nodes and all that leads to them along the edges, ascending."""
    leads: dict[int, list[int]] = {}
    for edge in edges:
        leads.setdefault(edge.owner, []).extend(edge.members)
    waiting = list(dict.fromkeys(nodes))
    seen = set(waiting)
    for node in waiting:  # grows while it is read
        fresh = [m for m in leads.get(node, ()) if m not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return tuple(sorted(seen))
