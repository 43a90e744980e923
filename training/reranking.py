"""How each contender orders the slates that were shown: told, never judged, since learners take what stands first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from credpath.evaluation.intervals import Interval, bootstrap_means
from credpath.recommender.csr import Doubles, Floats
from credpath.recommender.feature_names import COLUMN, FEATURES, LEARNED_FEATURES
from credpath.recommender.learned import Learned
from credpath.recommender.recommend import RULES
from training.dataset import Decisions
from training.decision_rows import learned_columns
from training.slate_metrics import grouped_ndcg
from training.steps import Stage

AS_SHOWN = "as shown"
DEPTH = 5


@dataclass(frozen=True, slots=True)
class Reranking:
    """NDCG at 5 of graded outcomes within slates where anything came of it. `differences`: first less other."""

    slates: int
    ndcg_at_5: Mapping[str, Interval]
    differences: Mapping[str, Interval]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, for the card and the run."""
        return {
            "slates": self.slates,
            "ndcg_at_5": {name: interval.as_dict() for name, interval in self.ndcg_at_5.items()},
            "differences": {name: interval.as_dict() for name, interval in self.differences.items()},
        }


def rerank(
    stage: Stage, decisions: Decisions, contenders: Mapping[str, Learned | None], seed: int = 0
) -> Reranking | None:
    """The first contender against the others and against the order as it was shown; None where nothing came of any.

    `contenders`: name -> models, None for the rules. Nobody knows the position: all score it as 0.
    """
    labels, sizes = decisions.label.astype(np.float64), decisions.sizes
    scores: dict[str, Doubles] = {
        name: _scores(stage, decisions, learned) for name, learned in contenders.items()
    } | {AS_SHOWN: -decisions.position.astype(np.float64)}  # fmt: skip
    values = {name: grouped_ndcg(given, labels, sizes, DEPTH) for name, given in scores.items()}
    first = next(iter(values))
    told = np.isfinite(values[first]) & (sizes > 1)
    if not told.any():
        return None
    who = np.array([str(name) for name in decisions.learners[told]], dtype=np.str_)
    own = np.array([decisions.impression_ids[at] for at in np.flatnonzero(told).tolist()], dtype=np.str_)
    learners = np.where(who == "", own, who)
    known = {name: found[told] for name, found in values.items()}
    others = {name: known[first] - found for name, found in known.items() if name != first}
    return Reranking(
        slates=int(told.sum()),
        ndcg_at_5=bootstrap_means(known, seed, learners=learners),
        differences=bootstrap_means(others, seed, learners=learners),
    )


def _scores(stage: Stage, decisions: Decisions, learned: Learned | None) -> Doubles:
    features = np.zeros((len(decisions.credentials), len(FEATURES)), dtype=np.float32)
    features[:, [COLUMN[name] for name in decisions.names]] = decisions.features
    features[:, COLUMN["position"]] = 0.0
    if learned is not None:
        columns: Floats = learned_columns(stage, decisions, learned)
        features[:, [COLUMN[name] for name in LEARNED_FEATURES]] = columns
    ranker = RULES if learned is None or learned.ranker is None else learned.ranker
    return ranker.score(features)
