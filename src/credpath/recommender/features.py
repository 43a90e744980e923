"""What the ranker sees of each candidate: defined here once, for serving, for the log and for training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from credpath.domain.paths import Constraints
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import Closing, GoalGap
from credpath.recommender.columns import ASSUMED
from credpath.recommender.csr import Doubles, Floats, Offsets, Rows
from credpath.recommender.filters import HOURS_PER_WEEK, Eligibility, prices
from credpath.recommender.preparations import known_share
from credpath.recommender.retrieval import RETRIEVERS, Candidates, Worth, goal_similarity
from credpath.recommender.standing import AWARD_LEVEL, Standing

# name: what it is. All are finite; shares are 0..1. The order is the order of columns.
MEANING: Mapping[str, str] = {
    "gap_closed": "part of the goal's whole requirement that holding it is expected to close",
    "gap_share": "the same as a share of the gap that is left",
    "gap_share_per_10_hours": "gap_share for each ten hours of work",
    "gap_skills": "share of the skills still missing that it moves",
    "related_share": "part of gap_closed that comes through skills close to the needed ones",
    "unlock_share": "best share of the gap that lies behind it, shared with what else is still required",
    "prepares_share": "best share of the gap of a credential that recommends it, or a skill of it, beforehand; damped",
    "goal_match": "cosine of its text and the goal's",
    "goal_known": "1 where the goal has a text to compare with",
    "readiness": "share of its recommended preparation that is met; 1 where none is named",
    "unmet_preparation": "how many pieces of preparation are unmet, weighted by confidence",
    "level_fit": "1 where its level suits what is known of its field, less where too hard or too easy",
    "over_level": "how far it lies above the learner, in levels 0..1",
    "novelty": "share of what it teaches that is not mastered yet",
    "stack_progress": "how far the furthest larger credential would be",
    "quality": "rating shrunk by its count, completeness, quality assurance",
    "popularity": "learners and raters on a log scale against the most popular one",
    "co_completion": "how often it follows what the learner holds, from the logs; 0 without them",
    "hours": "workload, stated or estimated",
    "hours_known": "1 stated, 0.5 converted from ECTS or weeks, 0 assumed from the kind",
    "weeks": "hours over the learner's hours a week",
    "cost_usd": "price in US dollars, 0 where unknown",
    "cost_known": "1 where the price is known",
    "eu_complete": "share of the nine EU elements that its record has",
    "goal_gap": "the gap that is left before it, the same for all candidates",
    "progress": "share of the goal that is met already, the same for all candidates",
    **{f"found_by_{name}": "1 / (1 + its rank there), 0 where not found" for name in RETRIEVERS},
}
FEATURES: tuple[str, ...] = tuple(MEANING)
COLUMN: Mapping[str, int] = {name: at for at, name in enumerate(FEATURES)}
TINY = 1e-12  # instead of a division by nothing
LIMIT = 1e9  # keeps a record with absurd hours from drowning everything in float32

# A candidate may lie this far above the learner before it counts as too hard, or below as too easy.
LEVEL_SLACK_ABOVE, LEVEL_SLACK_BELOW = 0.25, 0.4
UNKNOWN_LEVEL_FIT = 0.85


@dataclass(frozen=True, slots=True)
class Situation:
    """One question to the catalogue with all that was found out about it before ranking.

    `amounts`, `via`: (k, m) from `Closing.matrix` for the k candidates and the m skills of the goal.
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

    @property
    def hours_per_week(self) -> float:
        """The learner's, or what is assumed of somebody who does not say."""
        return self.limits.hours_per_week or HOURS_PER_WEEK


def feature_matrix(situation: Situation) -> Floats:
    """(candidates, features) float32, finite always; columns as in FEATURES."""
    columns = {**_gap_columns(situation), **_fit_columns(situation), **_static_columns(situation)}
    columns |= {f"found_by_{name}": situation.candidates.ranks[:, at] for at, name in enumerate(RETRIEVERS)}
    lines = np.empty((len(FEATURES), len(situation.candidates.rows)), dtype=np.float32)
    for at, name in enumerate(FEATURES):
        lines[at] = columns[name]
    np.minimum(lines, LIMIT, out=lines)
    np.maximum(lines, -LIMIT, out=lines)
    if not np.isfinite(lines.sum()):
        lines[np.isnan(lines)] = 0.0
    return np.ascontiguousarray(lines.T)


def _gap_columns(s: Situation) -> dict[str, Doubles | Floats | float]:
    rows, left = s.candidates.rows, s.gap.total
    closes = s.worth.closes[rows]
    share = closes / left if left > 0 else closes
    related = (s.amounts * (s.via >= 0)).sum(axis=1)
    missing = max(1, int((s.gap.gap > 0).sum()))
    return {
        "gap_closed": closes,
        "gap_share": share,
        "gap_share_per_10_hours": 10.0 * share / np.maximum(1.0, s.index.columns.hours[rows]),
        "gap_skills": (s.amounts > 0).sum(axis=1) / missing,
        "related_share": related / np.maximum(closes, TINY),
        "unlock_share": s.worth.unlocks[rows] / left if left > 0 else 0.0,
        "prepares_share": s.worth.prepares[rows] / left if left > 0 else 0.0,
        "goal_match": goal_similarity(s.index, s.goal_vector, rows),
        "goal_known": 0.0 if s.goal_vector is None else 1.0,
        "goal_gap": left,
        "progress": s.gap.progress,
    }


def _fit_columns(s: Situation) -> dict[str, Doubles | Floats | float]:
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
        "stack_progress": index.stacks.progress(rows, standing.held),
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


def _static_columns(s: Situation) -> dict[str, Doubles | Floats | float]:
    columns, rows = s.index.columns, s.candidates.rows
    cost, _ = prices(s.index, "USD", s.rates, rows)
    hours, unknown = columns.hours[rows], np.isnan(cost)
    return {
        "quality": columns.quality[rows],
        "popularity": columns.popularity[rows],
        "co_completion": 0.0 if s.co_completion is None else s.co_completion[rows],
        "hours": hours,
        "hours_known": 1.0 - columns.hours_source[rows] / ASSUMED,
        "weeks": hours / s.hours_per_week,
        "cost_usd": np.where(unknown, 0.0, cost),
        "cost_known": ~unknown * 1.0,
        "eu_complete": columns.eu[rows],
    }


def as_mapping(values: Floats) -> dict[str, float]:
    """One candidate's features by name."""
    return dict(zip(FEATURES, values.tolist(), strict=True))


def candidate_ids(index: CatalogueIndex, rows: Offsets) -> tuple[str, ...]:
    """Ids of candidate rows."""
    return tuple(map(index.ids.__getitem__, rows.tolist()))
