"""The columns that a ranker reads: what each is, which come from learned models, and where the sign is known."""

from __future__ import annotations

from collections.abc import Mapping

from credpath.recommender.follow_features import FOLLOW_MEANING
from credpath.recommender.retrieval import RETRIEVERS
from credpath.recommender.table_features import TABLE_MEANING

# name: what it is. All are finite; shares are 0..1. The order is the order of columns.
GIVEN_MEANING: Mapping[str, str] = {
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
    "mastery_level": "mean mastery of what it teaches",
    "mastery_trend": "how much that mean rose by evidence of the last 90 days",
    "pace_fit": "1 where the learner's week has the hours that its stated length asks for, else their share",
    "budget_share": "its price as a share of the learner's budget; 0 where either is unknown",
}
# 0 everywhere without a learned model. A training run computes them anew for each row that it reads from the log,
# with models fitted on what came before the row: a new retriever cannot use the old one's columns.
LEARNED_MEANING: Mapping[str, str] = {**FOLLOW_MEANING, **TABLE_MEANING}
# 1 for the first place shown, 2 for the second ...: known to training alone, 0 for every candidate that is scored.
POSITION = "position"
MEANING: Mapping[str, str] = {**GIVEN_MEANING, **LEARNED_MEANING, POSITION: "place where it was shown; 0 when serving"}
FEATURES: tuple[str, ...] = tuple(MEANING)
COLUMN: Mapping[str, int] = {name: at for at, name in enumerate(FEATURES)}
LEARNED_FEATURES: tuple[str, ...] = tuple(LEARNED_MEANING)

# 1: more never lowers a learned score, -1: more never raises it. Only promises that hold for every learner; what
# is merely likely, such as a price that deters, is left to the data.
MONOTONE: Mapping[str, int] = {
    "gap_closed": 1, "gap_share": 1, "gap_share_per_10_hours": 1, "gap_skills": 1, "unlock_share": 1,
    "prepares_share": 1, "readiness": 1, "unmet_preparation": -1, "over_level": -1, "completion_rate": 1,
    "dismissal_rate": -1,
}  # fmt: skip
