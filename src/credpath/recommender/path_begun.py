"""What a learner is in the middle of: it comes before a path, takes up its hours, and counts as finished then."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.outcomes import IN_PROGRESS_KINDS
from credpath.domain.paths import Constraints
from credpath.domain.sayings import Saying
from credpath.recommender import path_templates as say
from credpath.recommender.begun import rows_begun
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.filters import HOURS_PER_WEEK, begins_on

ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Begun:
    """`overdue`: by their hours and the learner's pace over by today. `hours`: left of the others.

    `free_on`: the first day after all of it.
    """

    rows: tuple[int, ...]
    overdue: frozenset[int]
    hours: float
    free_on: date

    def told(self, index: CatalogueIndex) -> tuple[Saying, ...]:
        """Why the path starts later, and what it does not wait for; () where nothing is in progress."""
        over = tuple(index.credentials[row].title for row in self.rows if row in self.overdue)
        ahead = tuple(index.credentials[row].title for row in self.rows if row not in self.overdue)
        first = [Saying(say.BEGUN, {"titles": ahead, "hours": self.hours})] if ahead else []
        return (*first, Saying(say.OVERDUE, {"titles": over})) if over else tuple(first)


def begun_by(index: CatalogueIndex, snapshot: LearnerSnapshot, limits: Constraints, today: date) -> Begun:
    """What is in progress, one after the other at the learner's pace since the day on which it was taken up.

    Nothing else says how far they are, and with all hours still ahead each day that passes would delay the path by a
    day. A degree goes on beside the path.
    """
    since, free, over = begun_on(snapshot, today), -math.inf, set()
    pace, day = (limits.hours_per_week or HOURS_PER_WEEK) / 7.0, today.toordinal()
    rows = rows_begun(index, snapshot)
    for row in sorted(rows, key=lambda r: (since.get(index.ids[r], day), r)):
        free = max(free, since.get(index.ids[row], day)) + float(index.columns.hours[row]) / pace
        if free <= day:
            over.add(row)
    left = max(0.0, free - day)
    days = min(math.ceil(left - ROUNDING), (date.max - today).days)
    return Begun(rows, frozenset(over), left * pace, today + timedelta(days=max(0, days)))


def begun_on(snapshot: LearnerSnapshot, today: date) -> dict[str, int]:
    """credential id -> the day on which it was last taken up, where that is known, as `date.toordinal` counts."""
    found: dict[str, int] = {}
    for outcome in snapshot.outcomes:
        if outcome.kind in IN_PROGRESS_KINDS and not outcome.ordinal:
            at = min(outcome.moment.date(), today).toordinal()
            found[outcome.credential_id] = max(at, found.get(outcome.credential_id, at))
    return found


def limits_after(begun: Begun, limits: Constraints, today: date) -> Constraints:
    """The limits of what comes after it: the same last day, and a start that its hours allow."""
    if not begun.rows:
        return limits
    begins, deadline = begins_on(limits, today), limits.deadline or date.max
    if limits.weeks is not None:
        deadline = min(deadline, begins + timedelta(days=min((date.max - begins).days, int(7 * limits.weeks))))
    last = None if limits.weeks is None and limits.deadline is None else deadline
    return replace(limits, weeks=None, deadline=last, starts_on=max(begins, begun.free_on))
