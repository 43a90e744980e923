"""How good, how fast and how steady paths are: gap to the proven optimum, milliseconds a plan, steps that moved.

`gap` proves the optimum of seeded problems by a long run of the solver and compares what is served with it; `speed`
plans on 20,000 synthetic credentials, everything included; `steady` walks simulated learners along their paths,
planning again after every step.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from credpath.cli.printing import say, table
from credpath.recommender.path_problem import check
from credpath.recommender.path_solving import Effort, solve
from training.paths_plots import plot_gaps, plot_speed
from training.paths_world import plan_times, walk_learners
from training.random_paths import make_path_problem

PARTS = ("gap", "speed", "steady")
INSTANCES, REQUESTS, LEARNERS = 500, 200, 1_000
CREDENTIALS = 20_000
# A long run: the integers of all candidates, to a tenth of a percent, with every set told exactly.
PROOF = Effort(exact=100, gap=1e-3, nodes=1_000_000, rounds=200, tangents=6, tries=1_000)
GAP_MEAN, GAP_WORST, P95 = 0.01, 0.05, 300.0
Tell = Callable[[str], None]


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `python -m training.benchmark paths`."""
    parser.add_argument("--only", choices=PARTS, help="one part; default: all three")
    parser.add_argument("--instances", type=int, default=INSTANCES, help="problems whose optimum is proven")
    parser.add_argument("--candidates", type=int, default=25, help="most candidates of such a problem")
    parser.add_argument("--first", type=int, default=0, help="seed of the first problem")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="plans that are timed")
    parser.add_argument("--credentials", type=int, default=CREDENTIALS, help="size of the synthetic catalogue")
    parser.add_argument("--learners", type=int, default=LEARNERS, help="simulated learners")
    parser.add_argument("--plots", type=Path, help="folder for the plots; default: none are drawn")


@dataclass(frozen=True, slots=True)
class Compared:
    """One problem: what is served, the optimum, and whether that was proven."""

    seed: int
    candidates: int
    served: float
    best: float
    bound: float
    stated_gap: float
    solver: str
    broken: tuple[str, ...]
    milliseconds: float

    @property
    def proven(self) -> bool:
        """The long run closed its gap, so that `best` is the optimum."""
        return self.bound - self.best <= 1.1e-3 * abs(self.bound)

    @property
    def gap(self) -> float:
        """Share of the best there can be that is missing; of the bound where nothing is proven."""
        against = self.best if self.proven else self.bound
        return max(0.0, (against - self.served) / against) if against > 1e-9 else 0.0


def compare(seed: int, candidates: int) -> Compared | None:
    """None for a problem that asks for what cannot be."""
    problem = make_path_problem(seed, candidates)
    started = time.perf_counter()
    served = solve(problem)
    elapsed = 1000.0 * (time.perf_counter() - started)
    if not served.feasible:
        return None
    long = solve(problem, PROOF, [served.plan])
    return Compared(
        seed, problem.count, served.value, max(long.value, served.value), max(long.bound, served.value), served.gap,
        served.solver, check(problem, served.plan), elapsed,
    )  # fmt: skip


def run(chosen: Namespace, tell: Tell) -> dict[str, Any]:
    """One document with what was measured."""
    document: dict[str, Any] = {}
    if chosen.only in (None, "gap"):
        document["gap"] = _gaps(chosen, tell)
    if chosen.only in (None, "speed"):
        document["speed"] = _speed(chosen, tell)
    if chosen.only in (None, "steady"):
        document["steady"] = _steady(chosen, tell)
    return document


def _gaps(chosen: Namespace, tell: Tell) -> dict[str, Any]:
    found: list[Compared] = []
    for seed in range(chosen.first, chosen.first + chosen.instances):
        one = compare(seed, chosen.candidates)
        found += [] if one is None else [one]
        if (seed - chosen.first) % 50 == 49:
            tell(f"{seed - chosen.first + 1} problems, worst gap {max(c.gap for c in found):.2%}")
    gaps = np.array([one.gap for one in found])
    if chosen.plots:
        plot_gaps([one.gap for one in found], [one.candidates for one in found], chosen.plots, GAP_WORST)
    return {
        "problems": len(found),
        "candidates_at_most": chosen.candidates,
        "proven": sum(one.proven for one in found),
        "gap_mean": float(gaps.mean()),
        "gap_p95": float(np.percentile(gaps, 95)),
        "gap_worst": float(gaps.max()),
        "optimal": int((gaps <= 1e-6).sum()),
        "bound_broken": sum(one.stated_gap < one.gap - 1e-6 for one in found),
        "limits_broken": sum(bool(one.broken) for one in found),
        "milliseconds_p50": float(np.median([one.milliseconds for one in found])),
        "milliseconds_p95": float(np.percentile([one.milliseconds for one in found], 95)),
        "passed": bool(gaps.mean() <= GAP_MEAN and gaps.max() <= GAP_WORST),
    }


def _speed(chosen: Namespace, tell: Tell) -> dict[str, Any]:
    tell(f"making {chosen.credentials:,} credentials")
    found = plan_times(chosen.credentials, chosen.requests)
    times, cpu = [one.milliseconds for one in found], [one.cpu_milliseconds for one in found]
    if chosen.plots:
        plot_speed(times, cpu, chosen.plots, P95)
    return {
        "credentials": chosen.credentials,
        "requests": len(found),
        **_spread("candidates", [float(one.candidates) for one in found]),
        **_spread("milliseconds", times),
        **_spread("cpu_milliseconds", cpu),
        **_spread("optimality_gap", [one.optimality_gap for one in found]),
        "with_bound": sum(one.bounded for one in found),
        "paths": sum(one.paths for one in found) / len(found),
        "concessions": sum(one.concessions for one in found) / len(found),
        "passed": bool(np.percentile(times, 95) <= P95 and all(one.bounded for one in found)),
    }


def _spread(name: str, values: Sequence[float]) -> dict[str, float]:
    middle, high = np.percentile(values, [50, 95])
    return {f"{name}_p50": float(middle), f"{name}_p95": float(high)}


def _steady(chosen: Namespace, tell: Tell) -> dict[str, Any]:
    tell(f"walking {chosen.learners:,} learners along their paths")
    return walk_learners(range(chosen.learners), tell)


def show(document: Mapping[str, Any]) -> None:
    """As tables."""
    for part, figures in document.items():
        say(f"\n{part}")
        table(("figure", "value"), [[name, _shown(value)] for name, value in figures.items()])


def _shown(value: object) -> str:
    return f"{value:,.4f}" if isinstance(value, float) else str(value)
