"""What a learner is in the middle of counts as finished for what comes next: nobody needs the same course twice."""

from __future__ import annotations

from collections.abc import Iterable

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import GoalGap, open_gap
from credpath.recommender.ranking import RankerWeights
from credpath.recommender.standing import Standing, expect_after

RULES = RankerWeights()


def too_long(index: CatalogueIndex, row: int) -> bool:
    """A degree is no step of a path that has begun."""
    return bool(index.columns.hours[row] > RULES.long_hours)


def rows_begun(index: CatalogueIndex, snapshot: LearnerSnapshot) -> tuple[int, ...]:
    """What is in progress and known here. A degree goes on beside everything else."""
    known = (index.position[i] for i in snapshot.in_progress if i in index.position)
    return tuple(sorted(row for row in known if not too_long(index, row)))


def standing_after(index: CatalogueIndex, standing: Standing, rows: Iterable[int]) -> Standing:
    """Where the learner will stand once these are finished."""
    for row in rows:
        standing = expect_after(index, standing, row)
    return standing


def gap_ahead(index: CatalogueIndex, goal: CareerGoal, standing: Standing) -> GoalGap:
    """What will be missing once all that is in progress is finished; what is missing now if that leaves nothing.

    Its own standing is the expected one. What a step asks for is still met by what is held today.
    """
    rows = [row for row in rows_begun(index, standing.snapshot) if not standing.held[row]]
    ahead = open_gap(index, goal, standing_after(index, standing, rows))
    return ahead if ahead.total > 0 or not rows else open_gap(index, goal, standing)
