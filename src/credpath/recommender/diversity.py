"""The rest of the slate: good alternatives that differ from each other, so that one title never fills it."""

from __future__ import annotations

import numpy as np

from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.features import Situation
from credpath.recommender.ranking import TIER, best_first

# Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) with this much of the best score at stake.
LIKENESS_COST = 0.35
# How far down the order an alternative is looked for.
POOL = 30


def slate(situation: Situation, scores: Doubles, first: int, limit: int) -> Offsets:
    """Places of candidates, `first` leading, then by score less likeness to those already chosen."""
    pool = best_first(scores)[: max(POOL, 2 * limit)]
    pool = np.concatenate([[first], pool[pool != first]])
    size = min(limit, len(pool))
    rows = situation.candidates.rows[pool]
    first_with: dict[str, int] = {}
    titles = np.array([first_with.setdefault(situation.index.titles[row], row) for row in rows.tolist()])
    alike = _likeness(situation.index.vectors[rows], _unit(situation.amounts[pool]))
    value = scores[pool].copy()
    cost = LIKENESS_COST * max(abs(float(value[0])) % TIER, 0.1)
    nearest = np.zeros(len(pool))
    chosen = [0]
    while len(chosen) < size:
        last = chosen[-1]
        nearest = np.maximum(nearest, alike[last])
        value -= 4.0 * TIER * (titles == titles[last])
        open_value = value - cost * nearest
        open_value[chosen] = -np.inf
        chosen.append(int(open_value.argmax()))
    return pool[chosen]


def _unit(amounts: Floats) -> Floats:
    norms = np.linalg.norm(amounts, axis=1, keepdims=True)
    unit: Floats = np.divide(amounts, norms, out=np.zeros_like(amounts), where=norms > 0)
    return unit


def _likeness(vectors: Floats, skills: Floats) -> Doubles:
    """(pool, pool) how alike two are: by their words, and by which part of the gap they close."""
    words = np.maximum(0.0, vectors @ vectors.T)
    same_gap = skills @ skills.T
    alike: Doubles = ((words * words + same_gap * same_gap) / 2.0).astype(np.float64)
    return alike
