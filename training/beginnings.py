"""What somebody without a history is ranked by: a choice that the run makes on its own questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from credpath.evaluation.ranking import ndcg_at
from credpath.recommender.co_completion import Followers
from credpath.recommender.csr import Doubles, Floats, offsets
from training.questions import NAMES, Questions, ask

# Columns whose sum ranks for somebody without a history: what others begin with, what most took up, what many take up
# lately. Which of them holds differs from log to log, so the run chooses.
BEGINNINGS = (("follow_popular",), ("follow_item_popularity",), ("follow_item_popularity", "follow_item_late"))
BEGINNERS, JUDGED_AT = 2_000, 10  # questions that are looked at, and how deep


def beginners_scores(features: Floats, columns: Sequence[str]) -> Doubles:
    """(candidates,) for somebody without a history."""
    total: Doubles = features[:, [NAMES.index(name) for name in columns]].astype(np.float64).sum(axis=1)
    return total


def judge_beginnings(followers: Followers, questions: Questions, depth: int) -> Doubles:
    """(BEGINNINGS,) discounted gain of each over the questions without a history."""
    total = np.zeros(len(BEGINNINGS))
    without = [at for at, history in enumerate(questions.histories) if not len(history)][:BEGINNERS]
    some = questions.take(without)
    for asked in ask(followers, some, depth):
        if not len(asked.rows):  # models of nothing bring nothing, to any of them
            continue
        right = asked.rows == some.answers[asked.which].repeat(asked.counts)
        for at, columns in enumerate(BEGINNINGS):
            scores = beginners_scores(asked.features, columns)
            mine = np.where(right, scores, -np.inf)
            mine = np.maximum.reduceat(mine, offsets(asked.counts)[:-1])
            before = np.bincount(asked.owner, weights=scores > mine[asked.owner], minlength=len(mine))
            total[at] += ndcg_at(np.where(np.isfinite(mine), before + 1.0, np.inf), JUDGED_AT).sum()
    return total
