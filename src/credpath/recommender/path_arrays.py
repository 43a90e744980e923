"""Columns of a path's problem: how far each candidate moves each skill, how long it takes, when it may start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from credpath.domain.paths import Constraints
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import GoalGap, reached
from credpath.recommender.columns import FOREVER
from credpath.recommender.csr import Doubles, Offsets, gather
from credpath.recommender.filters import HOURS_PER_WEEK
from credpath.recommender.path_problem import Group
from credpath.recommender.standing import AWARD_LEVEL

SUREST = 0.999  # what is taught wholly still leaves a trace, so that a logarithm exists


def widened(values: Doubles, total: int, fill: float = 0.0) -> Doubles:
    """The values of the candidates, then `fill` for each earned node."""
    shape = (total, *values.shape[1:])
    whole: Doubles = np.full(shape, fill, dtype=np.float64)
    whole[: len(values)] = values
    return whole


def moves(index: CatalogueIndex, gap: GoalGap, rows: Offsets) -> tuple[Doubles, Doubles]:
    """(candidates, m) twice: the part of what a skill lacks that each brings by teaching it, or else a neighbour.

    Whichever of the two brings more at the start counts, as `closing` has it.
    """
    strong, near = np.zeros((len(rows), len(gap.skills))), np.zeros((len(rows), len(gap.skills)))
    needed = ((gap.places >= 0) & (gap.gap > 0)).nonzero()[0]
    place = np.full(len(index.ids), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    flat, owner = gather(index.postings.starts, gap.places[needed])
    line = place[index.postings.rows[flat]]
    flat, skill, line = flat[line >= 0], needed[owner[line >= 0]], line[line >= 0]
    room = np.maximum(1e-12, AWARD_LEVEL - gap.mastery[skill])
    taught, beside = (
        np.clip((level - gap.mastery[skill]) / room, 0.0, 1.0)
        for level in reached(index, gap.standing, flat, gap.places[skill])
    )
    strong[line, skill] = np.where(beside > taught, 0.0, taught)
    near[line, skill] = np.where(beside > taught, beside, 0.0)
    return strong, near


def as_loads(parts: Doubles) -> Doubles:
    """What is left of a part is exp(-load): loads add up where what is left multiplies."""
    return np.asarray(-np.log1p(-np.minimum(SUREST, parts)))


def reach_chances(chances: Doubles, total: int, places: Sequence[int], groups: Sequence[Group]) -> Doubles:
    """(total,) of getting as far as each node and finishing it, by its likeliest prerequisites."""
    if (chances == 1.0).all():
        return np.ones(total)
    mine: dict[int, list[Group]] = {}
    for group in groups:
        mine.setdefault(group.owner, []).append(group)
    reach: Doubles = np.ones(total)
    for node in sorted(range(total), key=lambda n: places[n]):
        way = float(np.prod([_likeliest(group, reach) for group in mine.get(node, ())]))
        reach[node] = way * (chances[node] if node < len(chances) else 1.0)
    return reach


def _likeliest(group: Group, reach: Doubles) -> float:
    """Chance of the best members that together suffice."""
    chance, brought = 1.0, 0.0
    for member, bring in sorted(zip(group.members, group.brings, strict=True), key=lambda e: (-reach[e[0]], e[0])):
        if brought >= group.needed - 1e-6:
            break
        chance, brought = chance * float(reach[member]), brought + bring
    return chance


def durations(index: CatalogueIndex, limits: Constraints, rows: Offsets) -> tuple[Doubles, Doubles]:
    """Weeks that each takes, and hours a week meanwhile.

    Beside others, what states its duration takes that long at the least and leaves the other hours free; all else
    takes every hour there is.
    """
    pace = limits.hours_per_week or HOURS_PER_WEEK
    hours = index.columns.hours[rows]
    weeks = hours / pace
    if limits.parallel > 1:
        stated = np.array([index.credentials[row].duration_weeks or 0.0 for row in rows.tolist()])
        weeks = np.maximum(weeks, stated)
    return weeks, np.where(weeks > 0, hours / np.maximum(weeks, 1e-12), 0.0)


def windows(index: CatalogueIndex, start: date, rows: Offsets) -> tuple[Doubles, Doubles]:
    """First and last week in which each may start; 0 and infinity where no date says otherwise."""
    day = start.toordinal()
    opens = np.maximum(0.0, (index.columns.starts_on[rows] - day) / 7.0)
    last = index.columns.ends_on[rows]
    return opens, np.where(last >= FOREVER, np.inf, np.maximum(0.0, (last - day) / 7.0))
