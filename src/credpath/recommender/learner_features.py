"""Columns that say how a credential fits the learner: preparation, level, mastery, hours and money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import Mastery, without_last
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.filters import prices
from credpath.recommender.preparations import known_share
from credpath.recommender.situation import Situation
from credpath.recommender.standing import AWARD_LEVEL

Columns = Mapping[str, Doubles | Floats | float]
# A candidate may lie this far above the learner before it counts as too hard, or below as too easy.
LEVEL_SLACK_ABOVE, LEVEL_SLACK_BELOW = 0.25, 0.4
UNKNOWN_LEVEL_FIT = 0.85
# Evidence younger than this tells where a skill is going.
RECENT = timedelta(days=90)


def learner_columns(s: Situation) -> Columns:
    """(candidates,) each, or one number for all."""
    index, standing, rows = s.index, s.standing, s.candidates.rows
    trend = trends(index, standing.snapshot, s.today)
    return standing_columns(s) | {
        "mastery_trend": known_share(index.taught, rows, 1.0, trend)[0],
        "stack_progress": index.stacks.progress(rows, standing.held),
        "pace_fit": _pace_fit(s, rows),
        "budget_share": _budget_share(s, rows),
    }


def standing_columns(s: Situation) -> dict[str, Doubles | Floats | float]:
    """(candidates,) each: those that another level of mastery changes."""
    index, standing, rows = s.index, s.standing, s.candidates.rows
    readiness, unmet = index.preparations.readiness(rows, standing.held, standing.support, index.taught)
    around, known = known_share(index.taught, rows, AWARD_LEVEL, standing.support, standing.mastery)
    fit, over = level_fit(index.columns.level[rows], around, s.gap.progress)
    return {
        "readiness": readiness,
        "unmet_preparation": unmet,
        "level_fit": fit,
        "over_level": over,
        "novelty": 1.0 - known,
        "mastery_level": known_share(index.taught, rows, 1.0, standing.mastery)[0],
    }


def level_fit(level: Doubles, around: Doubles, progress: float) -> tuple[Doubles, Doubles]:
    """(fit 0..1, how far too hard 0..1). `around`: mastery of what is taught and of what lies near it.

    A learner stands where they know the field itself, lifted by progress toward the goal as a whole.
    """
    stands = np.maximum(around, (around + progress) / 2.0)
    over = np.maximum(0.0, level - stands - LEVEL_SLACK_ABOVE)
    under = np.maximum(0.0, around - level - LEVEL_SLACK_BELOW)
    fit = np.maximum(0.0, 1.0 - 1.2 * over - under)
    unknown = np.isnan(level)
    return np.where(unknown, UNKNOWN_LEVEL_FIT, fit), np.where(unknown, 0.0, over)


def trends(index: CatalogueIndex, snapshot: LearnerSnapshot, today: date) -> Doubles:
    """(S,) how far the mastery of each skill rose, or fell, by recent evidence; -1..1, 0 without any."""
    since = datetime.combine(today, time(), UTC) - RECENT
    rises: Doubles = np.zeros(len(index.space.uris))
    for uri, mastery in snapshot.mastery.items():
        place = index.space.position.get(uri)
        if place is not None and mastery.updated_at is not None and mastery.updated_at >= since:
            rises[place] = trend(mastery, since)
    return rises


def trend(mastery: Mastery, since: datetime) -> float:
    """The probability now less what it was before the evidence since then (of that which is still kept)."""
    recent = [piece for piece in mastery.evidence if piece.at >= since]
    return mastery.probability - without_last(mastery, recent).probability if recent else 0.0


def _pace_fit(s: Situation, rows: Offsets) -> Doubles:
    each = (s.index.credentials[row].duration_weeks or 0.0 for row in rows.tolist())
    lasts = np.fromiter(each, dtype=np.float64, count=len(rows))
    asked = s.index.columns.hours[rows] / np.maximum(lasts, 1e-9)
    fit: Doubles = np.where(lasts > 0, np.minimum(1.0, s.hours_per_week / np.maximum(asked, 1e-9)), 1.0)
    return fit


def _budget_share(s: Situation, rows: Offsets) -> Doubles | float:
    budget = s.limits.budget
    if budget is None or budget.amount <= 0:
        return 0.0
    cost, _ = prices(s.index, budget.currency, s.rates, rows)
    share: Doubles = np.nan_to_num(cost / budget.amount)
    return share
