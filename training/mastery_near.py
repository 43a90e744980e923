"""Related skills by co-response: who does better on one than their general standing does better on the other too."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from credpath.domain.mastery_parameters import Gains
from credpath.recommender.csr import Doubles
from credpath.recommender.mastery_features import Near
from training.mastery_gains import Trial
from training.mastery_items import things_of
from training.mastery_rasch import fit_rasch
from training.responses import Responses

MOST_NEAR = 8
LEAST_WEIGHT = 0.05
LEAST_GAIN = 3e-4  # of log loss an answer; less is what a table of nothing may win by chance
SHRINKAGE = 30.0  # learners with answers on both skills
MOST_SKILLS = 3_000  # a table of all pairs is held at once


def choose_near(train: Responses, candidates: Mapping[str, Near], gains: Gains, seed: int) -> Near:
    """The table of related skills that makes answers of held learners most likely, or none where none helps."""
    trial = Trial.of(train, 0, seed)
    tables = [{}, *(candidates[name] for name in sorted(candidates) if candidates[name])]
    losses = [trial.loss(trial.walk(gains, near), "elo", "near") for near in tables]
    best = int(np.argmin(losses))
    return tables[best] if losses[best] < losses[0] - LEAST_GAIN else {}


def near_skills(train: Responses) -> Near:
    """skill -> (other, weight 0..1), the strongest MOST_NEAR; only positive ties, so more right is never less.

    Weight: the correlation over learners of how far they lie above their own standing on both, shrunk.
    """
    if len(train.skill_names) > MOST_SKILLS:
        return {}
    thing, words = things_of(train)
    rasch = fit_rasch(train, thing, len(words))
    count = len(train.skill_names)
    key = train.learner[train.owner()].astype(np.int64) * count + train.skills
    pairs, which = np.unique(key, return_inverse=True)
    surprise = (train.correct - rasch.chance)[train.owner()]
    information = (rasch.chance * (1.0 - rasch.chance))[train.owner()]
    sums, weight = np.bincount(which, surprise), np.bincount(which, information)
    level = sums / np.sqrt(weight * (1.0 + weight))  # near 1 standard deviation, smaller where little was seen
    from scipy.sparse import csr_matrix

    shape = (len(train.learners), count)
    levels = csr_matrix((level, (pairs // count, pairs % count)), shape=shape)
    both = csr_matrix((np.ones(len(pairs)), (pairs // count, pairs % count)), shape=shape)
    tied = (levels.T @ levels).toarray()
    square = (levels.multiply(levels).T @ both).toarray()
    together = (both.T @ both).toarray()
    scale = np.sqrt(square * square.T) + 1e-9
    weights = tied / scale * together / (together + SHRINKAGE)
    np.fill_diagonal(weights, 0.0)
    return {train.skill_names[skill]: found for skill in range(count) if (found := _strongest(weights[skill], train))}


def _strongest(weights: Doubles, train: Responses) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-weights, kind="stable")[:MOST_NEAR].tolist()
    return tuple((train.skill_names[at], round(float(weights[at]), 4)) for at in order if weights[at] >= LEAST_WEIGHT)
