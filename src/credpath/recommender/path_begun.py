"""What a learner is in the middle of: it comes before a path, takes up its hours, and counts as finished then."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.paths import Constraints
from credpath.domain.sayings import Saying
from credpath.recommender import path_templates as say
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.filters import HOURS_PER_WEEK, begins_on
from credpath.recommender.path_prices import too_long
from credpath.recommender.standing import Standing, expect_after

ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Begun:
    """`hours`: of all of it, since nothing says how much is done. `free_on`: the first day after it."""

    rows: tuple[int, ...]
    hours: float
    free_on: date

    def told(self, index: CatalogueIndex) -> tuple[Saying, ...]:
        """Why the path starts later; () where it does not."""
        titles = tuple(index.credentials[row].title for row in self.rows)
        return (Saying(say.BEGUN, {"titles": titles, "hours": self.hours}),) if titles else ()


def begun_by(index: CatalogueIndex, snapshot: LearnerSnapshot, limits: Constraints, today: date) -> Begun:
    """What is in progress, one after the other at the learner's pace. A degree goes on beside the path."""
    known = sorted(index.position[i] for i in snapshot.in_progress if i in index.position)
    rows = tuple(row for row in known if not too_long(index, row))
    hours = math.fsum(float(index.columns.hours[row]) for row in rows)
    days = math.ceil(7 * hours / (limits.hours_per_week or HOURS_PER_WEEK) - ROUNDING)
    return Begun(rows, hours, today + timedelta(days=max(0, min(days, (date.max - today).days))))


def limits_after(begun: Begun, limits: Constraints, today: date) -> Constraints:
    """The limits of what comes after it: the same last day, and a start that its hours allow."""
    if not begun.rows:
        return limits
    begins, deadline = begins_on(limits, today), limits.deadline or date.max
    if limits.weeks is not None:
        deadline = min(deadline, begins + timedelta(days=min((date.max - begins).days, int(7 * limits.weeks))))
    last = None if limits.weeks is None and limits.deadline is None else deadline
    return replace(limits, weeks=None, deadline=last, starts_on=max(begins, begun.free_on))


def standing_after(index: CatalogueIndex, standing: Standing, rows: tuple[int, ...]) -> Standing:
    """Where the learner will stand once these are finished."""
    for row in rows:
        standing = expect_after(index, standing, row)
    return standing
