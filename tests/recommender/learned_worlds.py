"""What a tenant's outcomes might have taught, written by hand: who follows whom, and a forest with a taste."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from credpath.recommender.co_completion import CoCompletion
from credpath.recommender.features import COLUMN, MONOTONE
from credpath.recommender.follow_arrays import ITEM_COLUMNS, PAIR_TABLES, RETRIEVING
from credpath.recommender.learned_ranking import LearnedRanker
from tests.recommender.forests import forest_over


def follows(pairs: Mapping[str, Mapping[str, float]]) -> CoCompletion:
    """credential -> what follows it, and how strongly by every model."""
    ids = tuple(sorted({*pairs, *(name for after in pairs.values() for name in after)}))
    place = {name: at for at, name in enumerate(ids)}
    width = max(map(len, pairs.values()))
    targets = np.full((len(ids), width), len(ids), dtype=np.int32)
    values = np.zeros((len(ids), width, len(PAIR_TABLES)), dtype=np.float32)
    for first, after in pairs.items():
        for slot, name in enumerate(sorted(after)):
            targets[place[first], slot] = place[name]
            values[place[first], slot] = after[name]
    items = np.ones((len(ids), len(ITEM_COLUMNS)), dtype=np.float32)
    return CoCompletion(ids, targets, values, items, dict.fromkeys(RETRIEVING, 0.9))


def ranker_that_likes(folder: Path, **worth: float) -> LearnedRanker:
    """A forest fitted to a weighted sum of the named features, monotone where the release promises it."""
    names = [*worth, *sorted(set(MONOTONE) - set(worth))]
    assert set(names) <= set(COLUMN)
    return LearnedRanker.of(forest_over(names, worth, folder, MONOTONE))
