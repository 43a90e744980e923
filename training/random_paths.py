"""Seeded problems of a learning path, of any size: for proofs against an optimum and for property tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from credpath.recommender.path_nodes import ordered
from credpath.recommender.path_problem import Draw, Group, Help, Problem
from credpath.recommender.path_sets import ways_to

Doubles = NDArray[np.float64]
HOURS = (4, 10, 16, 25, 40, 60, 80, 120)
PRICES = (0, 0, 49, 99, 150, 300)


def make_path_problem(seed: int, most: int = 25, skills: int = 20) -> Problem:
    """Up to `most` candidates with prerequisites of every kind, stacks, preparation, limits and, in a third of them,
    dates or several at once."""
    random = np.random.default_rng(seed)
    count = int(random.integers(max(1, most // 2), most + 1))
    stacks = int(random.integers(0, 2))
    total, width = count + stacks, int(random.integers(3, skills + 1))
    caps = random.uniform(0.2, 1.0, width)
    caps /= caps.sum()
    hours = _column(random.choice(HOURS, count).astype(float), total)
    pace = float(random.choice([4, 6, 10, 20]))
    timed = random.random() < 1 / 3
    parallel = int(random.integers(2, 4)) if timed and random.random() < 0.6 else 1
    lasts = np.maximum(hours / pace, _column(random.choice([0, 4, 6, 10], count), total) if parallel > 1 else 0.0)
    problem = Problem(
        ids=tuple(f"c{k:03d}" for k in range(count)),
        rows=tuple(range(count)),
        caps=caps,
        rooms=caps * random.uniform(1.0, 1.4, width),
        taught=_loads(random, count, total, width, 0.18, 0.3, 0.95),
        near=_loads(random, count, total, width, 0.15, 0.1, 0.5),
        hours=hours,
        money=_column(random.choice(PRICES, count), total),
        ects=_column(random.integers(0, 6, count), total),
        chances=_column(random.uniform(0.3, 0.95, count), total, 1.0),
        prices=_column(0.01 * np.maximum(1.0, hours[:count] / 40) * random.choice([1, 1, 2], count), total),
        credits=_column(random.uniform(0, 0.005, count), total),
        weeks_each=lasts,
        pace_each=np.where(lasts > 0, hours / np.maximum(lasts, 1e-12), 0.0),
        opens=np.zeros(total),
        shuts=np.full(total, np.inf),
        places=(),
        groups=_groups(random, count, stacks),
        helps=_helps(random, count),
        draws=_draws(random, count),
        pace=pace,
        parallel=parallel,
        weeks=float(random.integers(8, 60)) if random.random() < 0.6 else None,
        budget=float(random.integers(100, 900)) if random.random() < 0.6 else None,
        most=int(random.choice([6, 12, 12])),
    )
    places, groups, helps = ordered(total, problem.groups, problem.helps)
    problem = replace(problem, places=places, groups=groups, helps=helps)
    return _asked(random, _dated(random, problem) if timed else problem)


def _column(values: Doubles | NDArray[np.integer], total: int, fill: float = 0.0) -> Doubles:
    whole: Doubles = np.full(total, fill)
    whole[: len(values)] = values
    return whole


def _loads(
    random: np.random.Generator, count: int, total: int, width: int, often: float, low: float, high: float
) -> Doubles:
    parts = np.where(random.random((count, width)) < often, random.uniform(low, high, (count, width)), 0.0)
    loads: Doubles = np.zeros((total, width))
    loads[:count] = -np.log1p(-parts)
    return loads


def _groups(random: np.random.Generator, count: int, stacks: int) -> tuple[Group, ...]:
    """A fifth of the candidates need earlier ones; a stack is earned by some, and one candidate may need it."""
    found = []
    for owner in range(2, count):
        if random.random() < 0.2:
            members = tuple(sorted(set(random.integers(0, owner, 3).tolist())))
            needed = float(random.choice([1, len(members), min(2, len(members))]))
            found.append(Group(owner, members, (1.0,) * len(members), needed))
    for stack in range(stacks):
        half = max(1, count // 2)
        members = tuple(sorted(set(random.integers(0, half, 4).tolist())))
        brings = tuple(float(b) for b in random.integers(1, 6, len(members)))
        found.append(Group(count + stack, members, brings, float(np.ceil(sum(brings) / 2))))
        if count - 1 > half:
            found.append(Group(count - 1, (count + stack,), (1.0,), 1.0))
    return tuple(found)


def _helps(random: np.random.Generator, count: int) -> tuple[Help, ...]:
    chosen = [owner for owner in range(count) if random.random() < 0.15]
    others = [tuple(k for k in sorted(set(random.integers(0, count, 2).tolist())) if k != owner) for owner in chosen]
    return tuple(Help(owner, members, 0.015) for owner, members in zip(chosen, others, strict=True) if members)


def _draws(random: np.random.Generator, count: int) -> tuple[Draw, ...]:
    members = tuple(sorted(set(random.integers(0, count, 4).tolist())))
    have = float(random.integers(0, 2))
    return (Draw(10_000, members, (1.0,) * len(members), have, len(members) + have, 0.02),)


def _dated(random: np.random.Generator, problem: Problem) -> Problem:
    opens, shuts = problem.opens.copy(), problem.shuts.copy()
    for node in range(problem.count):
        if random.random() < 0.3:
            opens[node] = float(random.integers(0, 20))
            shuts[node] = opens[node] + float(random.integers(1, 12))
    return replace(problem, opens=opens, shuts=shuts)


def _asked(random: np.random.Generator, problem: Problem) -> Problem:
    """With a first step that can be one, and now and then a pin."""
    needing = {group.owner for group in problem.groups}
    free = [k for k in range(problem.count) if k not in needing and problem.opens[k] == 0 and problem.shuts[k] > 0]
    first = int(random.choice(free)) if free and random.random() < 0.8 else -1
    pins = tuple(k for k in random.integers(0, problem.count, 1).tolist() if k in ways_to(problem))
    return replace(problem, first=first, required=pins if random.random() < 0.2 else ())
