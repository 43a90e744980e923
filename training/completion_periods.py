"""Periods held out in turn: how line, forest and calibration are chosen without a look at what they are judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Mask, Offsets
from training.completion_curve import SHAPES, Scored, choose_shape
from training.completion_table import CompletionTable
from training.completion_trees import ForestConfig, fit_bag

# Where the sign is known. Not the goal's features: who needs a skill is not thereby likelier to finish.
MONOTONE: Mapping[str, int] = {
    "readiness": 1, "unmet_preparation": -1, "over_level": -1, "level_fit": 1, "quality": 1, "hours": -1, "weeks": -1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitting:
    """How the model is fitted. Every default is valid.

    `strengths`, `trees`: tried against each other on periods held out in turn; `shapes`: of the calibration, from
    simple to free; `periods`: blocks of equal count where a table has none; `monotone`: 1 for a feature that never
    lowers the probability, -1 for one that never raises it.
    """

    forest: ForestConfig = field(default_factory=ForestConfig)
    strengths: tuple[float, ...] = (0.0, 0.1, 1.0)
    trees: tuple[int, ...] = (25, 50, 100, 200)
    shapes: tuple[str, ...] = tuple(SHAPES)
    periods: int = 5
    monotone: Mapping[str, int] = field(default_factory=lambda: MONOTONE)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.shapes) - set(SHAPES))
        if unknown or not (self.shapes and self.strengths and self.trees) or self.periods < 3:
            fix = f"shapes of {', '.join(SHAPES)}; at least one strength and one count of trees; 3 periods or more"
            raise InvalidInput("shapes, strengths, trees or periods make no sense", where="completion", fix=fix)


def periods_of(table: CompletionTable, blocks: int) -> Offsets:
    """(n,) the table's own periods, or blocks of about equal count; rows of one moment stay together."""
    if table.period is not None:
        return np.asarray(table.period, np.int64)
    _, place, counts = np.unique(table.time, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2.0) / max(1, len(table.time))
    found: Offsets = np.minimum((middle * blocks).astype(np.int64), blocks - 1)[place]
    return found


def out_of_period(table: CompletionTable, period: Offsets, forest: ForestConfig, monotone: Mapping[str, int]) -> Scored:
    """Each period's margins by a fit on all the others, with what happened."""
    parts = []
    for chosen in np.unique(period).tolist():
        here, rest = held_out(table, period, chosen)
        if not here.any() or _alike(table.finished[rest]):
            continue
        bag = fit_bag(table.rows.only(rest), table.names, forest, monotone)
        parts.append(Scored(
            bag.mean_margin(table.features[here]), table.finished[here], table.who[here], period[here]
        ))  # fmt: skip
    if not parts:
        raise InvalidInput("no period can be held out", where="completion", fix="log results over a longer time")
    return Scored(*(np.concatenate([getattr(part, name) for part in parts]) for name in Scored.__slots__))


def held_out(table: CompletionTable, period: Offsets, chosen: int) -> tuple[Mask, Mask]:
    """(rows of the period whose stratum the others know, rows of the others)."""
    here, rest = period == chosen, period != chosen
    if table.strata is not None:
        here &= np.isin(table.strata, np.unique(table.strata[rest]))
    return here, rest


def _alike(finished: Mask) -> bool:
    return not len(finished) or bool(finished.all()) or not bool(finished.any())


def tune(table: CompletionTable, period: Offsets, fitting: Fitting) -> tuple[ForestConfig, dict[str, float]]:
    """The line's strength and the count of trees with the lowest log loss over the periods, and all mean losses."""
    sums: dict[tuple[float, int], float] = {}
    for chosen in np.unique(period).tolist():
        here, rest = held_out(table, period, chosen)
        if not here.any() or _alike(table.finished[rest]):
            continue
        for strength in fitting.strengths:
            largest = replace(fitting.forest, strength=strength, trees=max(fitting.trees), bags=1)
            bag = fit_bag(table.rows.only(rest), table.names, largest, fitting.monotone)
            for trees in fitting.trees:
                margins = bag.margins(table.features[here], trees)[0]
                found = loss(margins, table.finished[here])
                sums[strength, trees] = sums.get((strength, trees), 0.0) + found
    best = min(sums, key=lambda pair: (sums[pair], pair))
    total = max(1, len(table.finished))
    losses = {f"strength {line:g}, {trees} trees": found / total for (line, trees), found in sums.items()}
    return replace(fitting.forest, strength=best[0], trees=best[1]), losses


def loss(margins: Doubles, finished: Mask) -> float:
    """Summed negative log likelihood of the margins."""
    return float(np.logaddexp(0.0, np.where(finished, -margins, margins)).sum())


def calibration_shape(
    table: CompletionTable, period: Offsets, forest: ForestConfig, fitting: Fitting
) -> tuple[str, dict[str, float]]:
    """The shape that does best on the last period when all is fitted before it; the simplest without such a period."""
    last = int(period.max())
    here, before = held_out(table, period, last)
    if len(np.unique(period[before])) < 2 or not here.any():
        return fitting.shapes[0], {}
    earlier = table.only(before)
    scored = out_of_period(earlier, period[before], forest, fitting.monotone)
    bag = fit_bag(earlier.rows, table.names, forest, fitting.monotone)
    latest = Scored(bag.mean_margin(table.features[here]), table.finished[here], table.who[here], period[here])
    return choose_shape(scored, latest, fitting.shapes)
