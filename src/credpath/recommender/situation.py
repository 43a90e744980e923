"""One question to the catalogue with all that was found out about it before ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from credpath.domain.paths import Constraints
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import Closing, GoalGap
from credpath.recommender.csr import Floats, Rows
from credpath.recommender.filters import HOURS_PER_WEEK, Eligibility
from credpath.recommender.learned_columns import LearnedView
from credpath.recommender.retrieval import Candidates, Worth
from credpath.recommender.standing import Standing


@dataclass(frozen=True, slots=True)
class Situation:
    """What the features are computed from.

    `gap`: once what is in progress is finished, see `begun.gap_ahead`. `amounts`, `via`: (k, m) from `Closing.matrix`
    for the k candidates and the m skills of the goal. `learned`: what the learned models see of this learner, None
    where nothing is learned.
    """

    index: CatalogueIndex
    standing: Standing
    limits: Constraints
    eligibility: Eligibility
    gap: GoalGap
    closed: Closing
    worth: Worth
    candidates: Candidates
    amounts: Floats
    via: Rows
    goal_vector: Floats | None
    co_completion: Floats | None
    rates: Mapping[str, float]
    today: date
    learned: LearnedView | None = None

    @property
    def looks_ahead(self) -> bool:
        """Whether `gap` is what will be missing once all that is in progress is finished."""
        return self.gap.standing is not self.standing

    @property
    def hours_per_week(self) -> float:
        """The learner's, or what is assumed of somebody who does not say."""
        return self.limits.hours_per_week or HOURS_PER_WEEK
