"""Other paths that really differ: faster, cheaper, surer, or with more credit, and nearly as good at the gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from credpath.domain.paths import LearningPath, PathKind
from credpath.recommender.csr import Doubles
from credpath.recommender.path_integers import Chosen
from credpath.recommender.path_problem import Plan, Problem, check, closed_by, closes, earned_with, value_of
from credpath.recommender.path_schedule import schedule
from credpath.recommender.path_search import Search
from credpath.recommender.path_sets import asked_for, narrowed, usable_nodes, ways_to, without
from credpath.recommender.path_solving import Solved

# An alternative closes at least so much of what the best path closes.
CLOSES_AT_LEAST = 0.9
# It is so much faster or cheaper, or has so much more credit; or it is so much likelier to be finished.
DIFFERS, SURER = 0.05, 0.02
# Beside the best path's own candidates so many that stand out by what the alternative is about.
OTHERS = 14
MOST = 3
KINDS: tuple[PathKind, ...] = ("fastest", "cheapest", "surest", "most_credit")
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Aim:
    """`toll` (nodes,): what taking each costs in what the alternative is about; less is better."""

    kind: PathKind
    toll: Doubles


def aims(problem: Problem, calibrated: bool) -> Iterator[Aim]:
    """What an alternative may be about, where the candidates differ in it."""
    tolls: dict[PathKind, Doubles] = {
        "fastest": np.maximum(problem.hours / problem.pace, problem.weeks_each / problem.parallel),
        "cheapest": problem.money,
        "surest": -np.log(np.maximum(TINY, problem.chances)) if calibrated else np.zeros(len(problem.hours)),
        "most_credit": -problem.ects,
    }
    for kind in KINDS:
        if np.any(tolls[kind] != 0):
            yield Aim(kind, tolls[kind])


def alternatives(problem: Problem, best: Solved, calibrated: bool) -> list[tuple[PathKind, Solved]]:
    """At most one of each kind that differs enough from the best; the caller drops what another dominates."""
    if len(best.plan.steps) < 2:
        return []
    least = CLOSES_AT_LEAST * closes(problem, best.plan.steps)
    found = []
    for aim in aims(problem, calibrated):
        plan = _toward(problem, aim, best, least)
        if plan is not None and _stands_out(problem, aim, plan, best.plan):
            found.append((aim.kind, Solved(plan, value_of(problem, plan), best.bound, "search", kernel=best.kernel)))
    return found


def _stands_out(problem: Problem, aim: Aim, plan: Plan, best: Plan) -> bool:
    if aim.kind == "fastest":
        weeks = [max((s + problem.weeks_each[k] for k, s in zip(p.steps, p.starts, strict=True)), default=0.0)
                 for p in (plan, best)]  # fmt: skip
        return bool(weeks[0] < (1.0 - DIFFERS) * weeks[1])
    ours, theirs = (float(aim.toll[list(p.steps)].sum()) for p in (plan, best))
    if aim.kind == "surest":
        return bool(np.exp(-ours) > np.exp(-theirs) + SURER)
    return ours < theirs - DIFFERS * abs(theirs) - TINY


def _toward(problem: Problem, aim: Aim, best: Solved, least: float) -> Plan | None:
    """The plan with the least toll that exchanges find and that closes enough, or None."""
    plan = least_toll(problem, aim.toll, best, least)
    return None if set(plan.steps) == set(best.plan.steps) or check(problem, plan) else plan


def least_toll(problem: Problem, toll: Doubles, best: Solved, least: float) -> Plan:
    """A plan that closes `least` with as little toll as exchanges find; the best plan where there is none."""
    small, back = narrowed(problem, _kernel(problem, toll, best))
    number = {node: at for at, node in enumerate(back)}
    mine, known = toll[list(back)], Chosen(number[k] for k in best.plan.steps)
    search = Search.of(small, ways_to(small), _least_asked(small, mine, known))
    starts = [known, *_covered(search, mine, least)]
    settled = {_lowered(search, mine, least, start) for start in starts}
    taken = min(settled, key=lambda one: (round(_sum(mine, one), 9), sorted(one)))
    plan = schedule(small, taken)
    return best.plan if plan is None else Plan(tuple(back[k] for k in plan.steps), plan.starts)


def _kernel(problem: Problem, toll: Doubles, best: Solved) -> set[int]:
    """The best path's candidates and others that close much for little of the toll, with the ways to them."""
    alone = closed_by(problem, problem.taught + problem.near).sum(axis=1)
    share = toll / max(TINY, float(np.abs(toll).max()))
    merit = np.where(share >= 0, alone / (0.1 + np.maximum(0.0, share)), alone * (10.0 - 10.0 * share))
    ways, usable = ways_to(problem), set(usable_nodes(problem))
    ranked = [k for k in np.argsort(-merit.round(12), kind="stable").tolist() if k in usable and k in ways]
    chosen = {*best.kernel, *best.plan.steps}
    for node in (*sorted(ways.keys() & set(problem.required)), *ranked[:OTHERS]):
        chosen |= ways[node]
    return set(earned_with(problem, chosen))


def _least_asked(problem: Problem, toll: Doubles, taken: Chosen) -> Chosen:
    """As few of these as still hold all that is asked for, without the greatest toll first."""
    asked = set(asked_for(problem))
    for node in sorted(taken - asked, key=lambda k: (-round(float(toll[k]), 9), k)):
        fewer = without(problem, taken, node)
        if earned_with(problem, fewer) >= asked:
            taken = fewer
    return taken


def _sum(toll: Doubles, taken: Iterable[int]) -> float:
    return float(toll[sorted(taken)].sum())


def _tolls(search: Search, toll: Doubles, partly: Mapping[int, Chosen]) -> Doubles:
    """(items,) what each adds to the toll; `partly`: those that are partly there."""
    whole: Doubles = np.array([toll[list(one)].sum() if len(one) > 1 else toll[min(one)] for one in search.items.sets])
    for at, one in partly.items():
        whole[at] = _sum(toll, one)
    return whole


def _covered(search: Search, toll: Doubles, least: float) -> Iterator[Chosen]:
    """Sets that close enough, built up by what closes most for its toll."""
    floor = float(np.maximum(TINY, np.abs(toll)).mean()) * 0.1
    taken = search.asked
    while closes(search.problem, taken) < least:
        gain, sets = search.closing(taken)
        merit = gain / np.maximum(floor, _tolls(search, toll, sets) + floor)
        best = int(merit.argmax()) if len(merit) else -1
        if best < 0 or not np.isfinite(merit[best]) or gain[best] <= TINY:
            return
        taken = taken | sets.get(best, search.items.sets[best])
    if search.holds(taken):
        yield taken


def _lowered(search: Search, toll: Doubles, least: float, taken: Chosen) -> Chosen:
    """Drops and exchanges while the toll falls and enough is closed."""
    while True:
        less = round(_sum(toll, taken), 9) - TINY
        lower = {one for one in _neighbours(search, toll, least, taken) if one[0] < less}
        ranked = sorted(lower, key=lambda one: (one[0], sorted(one[1])))
        other = next((one for _, one in ranked if search.calendar.allows(one)), None)
        if other is None:
            return taken
        taken = other


def _neighbours(search: Search, toll: Doubles, least: float, taken: Chosen) -> Iterator[tuple[float, Chosen]]:
    """(toll, set) of what closes enough, whatever the calendar says."""
    dear = toll - toll.min()
    for out in [None, *sorted(taken - search.fixed)]:
        left = taken if out is None else search.mended(without(search.problem, taken, out), Chosen({out}), dear)
        if left is None:
            continue
        closed = closes(search.problem, left)
        if out is not None and closed >= least:
            yield round(_sum(toll, left), 9), left
        gain, sets = search.closing(left)
        enough = (closed + gain >= least).nonzero()[0].tolist()
        if not enough:
            continue
        costs = (_sum(toll, left) + _tolls(search, toll, sets)).round(9).tolist()
        for cost, at in sorted((costs[at], at) for at in enough)[:2]:
            yield cost, left | sets.get(at, search.items.sets[at])


def undominated(paths: list[LearningPath]) -> tuple[LearningPath, ...]:
    """The best, and of the others at most MOST: no two alike, none worse than another in every total."""
    kept = paths[:1]
    for path in paths[1:]:
        totals = [_totals(other) for other in kept]
        mine, steps = _totals(path), _ids(path)
        alike = any(_ids(other) == steps for other in kept)
        beaten = any(_dominates(one, mine) or _dominates(mine, one) for one in totals)
        if not alike and not beaten:
            kept.append(path)
    return tuple(kept[: MOST + 1])


def _ids(path: LearningPath) -> frozenset[str]:
    return frozenset(step.credential_id for step in path.steps)


def _totals(path: LearningPath) -> tuple[float, ...]:
    """All such that more is better."""
    cost = path.cost.amount if path.cost else 0.0
    chance = path.completion_probability or 0.0
    totals = (-path.gap_after, -path.weeks, -path.hours, -cost, chance, path.ects, -float(path.unpriced_steps))
    return tuple(round(total, 9) for total in totals)


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(a >= b for a, b in zip(one, other, strict=True))
