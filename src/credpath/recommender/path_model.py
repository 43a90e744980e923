"""The path's problem as a linear model for HiGHS: its relaxation bounds every path, its integers find the best one.

Columns: one a node (taken or not), one a skill (share of the gap closed), one a skill with neighbours (the best load
from beside), one a piece of preparation, one a stack, and the weeks. Closing is concave, so it lies below each of its
tangents, and below what the credentials close one by one; both only ever promise too much, so the bound is one.
HiGHS gives the interpreter free while it runs, and with one thread and limits on its work, not on time, it answers
the same every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

from credpath.recommender.csr import Doubles
from credpath.recommender.path_problem import LATE, SLACK, Problem, closed_by

INFINITY = 1e30
# Tangents of each skill's closing: more make the bound tighter and the model slower.
TANGENTS = 4
# Where nothing is left to close, as a load.
FULL = 6.0
# Models are small and begin from a good answer: what HiGHS does to simplify them and to guess costs four times what
# the search tree does.
BARE_TREE: tuple[tuple[str, object], ...] = (
    ("presolve", "off"), ("mip_allow_restart", False), ("mip_heuristic_run_feasibility_jump", False),
    ("mip_heuristic_run_rens", False), ("mip_heuristic_run_rins", False),
    ("mip_heuristic_run_root_reduced_cost", False),
)  # fmt: skip
# Levels of load from beside at which the model is told that only the best counts.
LEVELS = 3


@dataclass(slots=True)
class Model:
    """Columns and rows as they are collected; the first columns are the problem's nodes.

    `closed`: the column of each skill that anything moves.
    """

    problem: Problem
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    gain: list[float] = field(default_factory=list)
    places: list[Any] = field(default_factory=list)
    weights: list[Any] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    closed: dict[int, int] = field(default_factory=dict)

    def column(self, lower: float, upper: float, gain: float) -> int:
        """The number of a new column."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.gain.append(gain)
        return len(self.gain) - 1

    def row(self, places: Sequence[int], weights: Sequence[float], least: float, most: float) -> None:
        """least <= sum of weights times columns <= most."""
        self.places.append(np.asarray(places, dtype=np.int32))
        self.weights.append(np.asarray(weights, dtype=np.float64))
        self.least.append(least)
        self.most.append(most)


def model_of(problem: Problem, tangents: int = TANGENTS) -> Model:
    """The whole model; the problem should hold usable nodes only."""
    model = Model(problem)
    fixed = {problem.first, *problem.required}
    for node in range(len(problem.hours)):
        worth = float(problem.credits[node] - problem.prices[node])
        model.column(1.0 if node in fixed else 0.0, 1.0, worth)
    _limits(model)
    _edges(model)
    _helps(model)
    _draws(model)
    for skill in range(len(problem.caps)):
        _skill(model, skill, tangents)
    return model


def _limits(model: Model) -> None:
    p, nodes = model.problem, list(range(len(model.problem.hours)))
    weeks = model.column(0.0, INFINITY if p.weeks is None else p.weeks * (1 + SLACK), -LATE)
    model.row([*nodes, weeks], [*(p.hours / p.pace), -1.0], -INFINITY, 0.0)
    if p.parallel > 1:
        model.row([*nodes, weeks], [*(p.weeks_each / p.parallel), -1.0], -INFINITY, 0.0)
    if not p.separable:
        for node in (p.opens > 0).nonzero()[0].tolist():
            model.row([node, weeks], [float(p.opens[node] + p.weeks_each[node]), -1.0], -INFINITY, 0.0)
    if p.budget is not None:
        model.row(nodes, p.money.tolist(), -INFINITY, p.budget * (1 + SLACK) + SLACK)
    model.row(nodes[: p.count], [1.0] * p.count, -INFINITY, float(p.most))


def _edges(model: Model) -> None:
    for group in model.problem.groups:
        brings = [min(b, group.needed) for b in group.brings]
        model.row([group.owner, *group.members], [-group.needed, *brings], 0.0, INFINITY)
        if len(set(brings)) == 1 and brings and abs(sum(brings) - group.needed) < 1e-9:
            for member in group.members:  # all of them: tighter one by one
                model.row([group.owner, member], [-1.0, 1.0], 0.0, INFINITY)


def _helps(model: Model) -> None:
    for one in model.problem.helps:
        model.gain[one.owner] -= one.price
        helped = model.column(0.0, 1.0, one.price)
        model.row([helped, one.owner], [-1.0, 1.0], 0.0, INFINITY)
        model.row([helped, *one.members], [-1.0, *[1.0] * len(one.members)], 0.0, INFINITY)


def _draws(model: Model) -> None:
    for one in model.problem.draws:
        share = model.column(0.0, max(0.0, 1.0 - one.have / one.need), one.credit)
        model.row([share, *one.members], [-1.0, *(b / one.need for b in one.brings)], 0.0, INFINITY)


def _skill(model: Model, skill: int, tangents: int) -> None:
    """Share closed <= its cap, the sum of what each closes alone, and the tangents of what the loads close."""
    p = model.problem
    taught, near = p.taught[:, skill], p.near[:, skill]
    movers = (taught + near > 0).nonzero()[0]
    if not len(movers):
        return
    closed = model.closed[skill] = model.column(0.0, float(p.caps[skill]), 1.0)
    cap, room = float(p.caps[skill]), float(p.rooms[skill])
    alone = np.minimum(cap, room * -np.expm1(-(taught + near)[movers]))
    model.row([closed, *movers.tolist()], [-1.0, *alone], 0.0, INFINITY)
    if len(movers) == 1:
        return
    places, loads = taught.nonzero()[0].tolist(), taught[taught > 0].tolist()
    beside = near.nonzero()[0]
    if len(beside):
        places.append(_best_beside(model, beside, near[beside]))
        loads.append(1.0)
    top = min(FULL, -np.log1p(-min(1.0 - 1e-3, cap / max(room, 1e-12))))
    for load in np.linspace(0.0, top, tangents + 2)[1:-1].tolist():
        slope = room * float(np.exp(-load))
        reached = room * -float(np.expm1(-load))
        model.row([closed, *places], [-1.0, *(slope * each for each in loads)], slope * load - reached, INFINITY)


def _best_beside(model: Model, nodes: Any, loads: Doubles) -> int:
    """A column of at most the best load: below each level plus what those above it have more, if they are taken."""
    best = model.column(0.0, float(loads.max()), 0.0)
    levels = np.unique(loads)
    chosen = [0.0, *levels[:-1][:: max(1, len(levels) // LEVELS)].tolist()]
    for level in chosen:
        above = loads > level
        model.row([best, *nodes[above].tolist()], [-1.0, *(loads[above] - level)], -level, INFINITY)
    return best


def tighten(model: Model, taken: Sequence[int]) -> None:
    """Says exactly what these close together: no set closes more than they do and what each other one adds to them.

    True of every set, since an addition to more never brings more than the same addition to less.
    """
    p, chosen = model.problem, list(taken)
    load, near = p.taught[chosen].sum(axis=0), p.near[chosen].max(axis=0) if chosen else np.zeros(len(p.caps))
    now = closed_by(p, load + near)
    more = closed_by(p, load + p.taught + np.maximum(near, p.near)) - now
    more[chosen] = 0.0
    for skill, column in model.closed.items():
        adders = (more[:, skill] > 0).nonzero()[0]
        row = [column, *adders.tolist()]
        model.row(row, [-1.0, *more[adders, skill]], -float(now[skill]), INFINITY)


@dataclass(frozen=True, slots=True)
class Answer:
    """`bound`: no path is worth more. `shares` (nodes,): how far the relaxation takes each, or 0 and 1. `rests`
    (nodes,): what each would have to gain. `proven`: the gap was closed as far as asked; `status` in HiGHS' words.
    `found`: there is an answer; without one the bound still holds, minus infinity where there can be none."""

    bound: float
    shares: Doubles
    rests: Doubles
    proven: bool
    status: str
    closed: float = 1.0
    found: bool = True

    def candidates(self, count: int) -> list[int]:
        """Those of the first `count` nodes that are taken, in an answer of integers."""
        taken: list[int] = self.shares[:count].nonzero()[0].tolist()
        return taken


def relaxed(model: Model) -> Answer:
    """The best that fractions of credentials could do: a bound, and what to look at first.

    An infeasible one has a bound of minus infinity. `closed`: no set within the limits closes a larger share.
    """
    highs = _loaded(model, integers=False)
    highs.run()
    answer = _answer(model, highs, integers=False)
    columns = np.arange(len(model.gain), dtype=np.int32)
    gain = np.zeros(len(columns))
    gain[list(model.closed.values())] = 1.0
    highs.changeColsCost(len(columns), columns, gain)
    highs.run()
    return replace(answer, closed=min(1.0, float(highs.getInfo().objective_function_value)))


def exact(model: Model, gap: float, nodes: int, start: Iterable[int] = ()) -> Answer:
    """The best set within `gap` (a share of its worth), after at most `nodes` nodes of the search tree."""
    highs = _loaded(model, integers=True)
    for name, value in (("mip_rel_gap", gap), ("mip_max_nodes", nodes), *BARE_TREE):
        highs.setOptionValue(name, value)
    chosen = sorted(start)
    if chosen:
        highs.setSolution(len(chosen), np.array(chosen, dtype=np.int32), np.ones(len(chosen)))
    highs.run()
    return _answer(model, highs, integers=True)


def _loaded(model: Model, integers: bool) -> Any:
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.gain), len(model.least)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = (np.array(v) for v in (model.gain, model.lower, model.upper))
    lp.row_lower_, lp.row_upper_ = np.array(model.least), np.array(model.most)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *map(len, model.places)]).astype(np.int32)
    lp.a_matrix_.index_ = np.concatenate(model.places)
    lp.a_matrix_.value_ = np.concatenate(model.weights)
    if integers:
        kinds = [highspy.HighsVarType.kContinuous] * len(model.gain)
        kinds[: len(model.problem.hours)] = [highspy.HighsVarType.kInteger] * len(model.problem.hours)
        lp.integrality_ = kinds
    highs = _solver()
    highs.passModel(lp)
    return highs


def _solver() -> Any:
    """A solver of one thread that prints nothing."""
    highs = _quiet()()
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        highs.setOptionValue(name, value)
    return highs


@cache
def _quiet() -> Any:
    """The solver's class, silent from its construction on. Cached: the library is loaded by the first path only."""
    import highspy

    class Quiet(highspy.Highs):
        # Trap: since 1.16 the constructor prints a banner as it calls this, before any option can be set from outside.
        def enableCallbacks(self) -> None:  # noqa: N802 - the name is the library's
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    return Quiet


def _answer(model: Model, highs: Any, integers: bool) -> Answer:
    count, facts = len(model.problem.hours), highs.getInfo()
    status = highs.modelStatusToString(highs.getModelStatus())
    solution = highs.getSolution()
    if status == "Infeasible" or not solution.value_valid:
        bound = -np.inf if status == "Infeasible" or not integers else float(facts.mip_dual_bound)
        return Answer(bound, np.zeros(count), np.zeros(count), status == "Infeasible", status, found=False)
    shares = np.array(solution.col_value[:count])
    if not integers:
        rests = np.array(solution.col_dual[:count])
        return Answer(float(facts.objective_function_value), shares, rests, status == "Optimal", status)
    return Answer(float(facts.mip_dual_bound), shares.round(), np.zeros(count), status == "Optimal", status)
