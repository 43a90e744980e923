"""How far a forest leans on one retriever: as far as was best on questions that it was not grown on.

A forest that was grown on few questions can rank worse than the best of the retrievers whose scores it reads. So its
score is joined with the logarithm of a candidate's rank by one of them, or gives way to that retriever altogether.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from credpath.evaluation.ranking import ndcg_at
from credpath.recommender.co_completion import LEARNED
from credpath.recommender.csr import Doubles, Floats, offsets
from training.questions import NAMES
from training.ranker import RankerTable

# How many spreads of the forest's scores a step in the logarithm of a rank weighs.
WEIGHTS = (0.1, 0.2, 0.4, 0.8, 1.6)
JUDGED_AT = 10
# A forest leans only where some way to do so is better by this many standard errors: of the many ways the best by
# chance alone was worth less than none on other questions.
SURE = 1.96
FORESTS = 3  # grown without a part of the questions each, where too few are set apart to judge by
Grow = Callable[[RankerTable], Callable[[Floats], Doubles]]


@dataclass(frozen=True, slots=True)
class Lean:
    """`retriever`: whose rank counts, "" for none. `weight`: how much, infinite where it alone ranks."""

    retriever: str = ""
    weight: float = 0.0

    def join(self, features: Floats, scores: Doubles) -> Doubles:
        """(candidates,) the forest's scores and what the retriever says of the same candidates."""
        if not self.retriever:
            return scores
        at = NAMES.index(f"follow_{self.retriever}")
        if np.isinf(self.weight):
            return features[:, at].astype(np.float64)
        rank = features[:, NAMES.index(f"follow_{self.retriever}_rank")].astype(np.float64)
        joined: Doubles = scores - self.weight * rank
        return joined


ALONE = Lean()


def best_lean(judged: RankerTable, scores: Doubles) -> Lean:
    """The best on questions of which the forest knows nothing; the forest alone where no way to lean is surely better.

    `scores` (rows of `judged`,) by the forest.
    """
    if not len(judged.groups):
        return ALONE
    alone, best, most, is_sure = gains_of(judged, scores), ALONE, 0.0, False
    for lean in _leans(scores):
        more = gains_of(judged, lean.join(judged.features, scores)) - alone
        is_sure = is_sure or more.mean() > SURE * more.std() / np.sqrt(len(more))
        if more.mean() > most:
            best, most = lean, more.mean()
    return best if is_sure else ALONE


def _leans(scores: Doubles) -> Iterator[Lean]:
    spread = float(scores.std()) if len(scores) else 0.0
    for name in LEARNED:
        yield from (Lean(name, weight * spread) for weight in WEIGHTS if spread > 0)
        yield Lean(name, np.inf)


def gains_of(table: RankerTable, scores: Doubles) -> Doubles:
    """(groups,) the discounted gain of the one answer of each; among equal scores it stands last."""
    owner = np.arange(len(table.groups)).repeat(table.groups)
    starts = offsets(table.groups)[:-1]
    mine = np.maximum.reduceat(np.where(table.labels > 0, scores, -np.inf), starts)
    ranks = np.bincount(owner, weights=scores >= mine[owner], minlength=len(mine))
    return ndcg_at(ranks.astype(np.float64), JUDGED_AT)


def crossed(table: RankerTable, grow: Grow, seed: int) -> Doubles:
    """(rows,) scores of each question by a forest that was grown without it."""
    part = np.random.default_rng(seed).permutation(len(table.groups)) % FORESTS
    of_row = part.repeat(table.groups)
    scores = np.zeros(len(table.features))
    for left_out in range(FORESTS):
        judged = of_row == left_out
        rest = table.take(part != left_out)
        if judged.any() and rest.labels.any():
            scores[judged] = grow(rest)(table.features[judged])
    return scores
