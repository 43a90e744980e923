"""The item-to-item models in closed form, each from weighted counts of pairs of steps.

EASE: Steck, Embarrassingly Shallow Autoencoders for Sparse Data (WWW 2019). SLIST: Choe et al., Session-aware Linear
Item-Item Models (WWW 2021). ItemKNN: Sarwar et al., Item-Based Collaborative Filtering (WWW 2001).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Floats
from training.attention_config import AttentionConfig
from training.item_pairs import StepPairs


@dataclass(frozen=True, slots=True)
class ItemModelConfig:
    """How each item-to-item model is fitted; tuned by `training.tuning` on the log itself, the defaults are sound.

    `*_decay`: how much less a step of the history counts than the step after it, when scoring. `*_ridge`: penalty in
    learners. `slist_reach`: the factor by which a target counts less for each step that it lies further ahead.
    """

    ease_ridge: float = 40.0
    ease_decay: float = 0.8
    slist_ridge: float = 60.0
    slist_decay: float = 0.7
    slist_reach: float = 0.5
    knn_shrink: float = 10.0
    knn_power: float = 0.5
    knn_decay: float = 0.7
    markov_shrink: float = 20.0
    markov_decay: float = 0.7
    usual_length: float = 10.0
    window: int = 30
    followers: int = 256
    most_dense: int = 6_000
    attention: AttentionConfig = field(default_factory=AttentionConfig)

    def __post_init__(self) -> None:
        decays = (self.ease_decay, self.slist_decay, self.knn_decay, self.markov_decay)
        if not all(0 < d < 1 for d in decays) or not 0 <= self.slist_reach < 1:
            raise InvalidInput("a decay is not between 0 and 1", where="item_models")
        if min(self.ease_ridge, self.slist_ridge, self.markov_shrink, self.usual_length) <= 0 or self.knn_shrink < 0:
            raise InvalidInput("a ridge or shrinkage is not above 0", where="item_models")
        if min(self.window, self.followers, self.most_dense) < 1:
            raise InvalidInput("a size below 1", where="item_models", fix="window, followers, most_dense of 1 or more")


def ease(gram: Floats, ridge: float) -> Floats:
    """(n, n) weights of EASE from a gram matrix: -P / diag(P), P the inverse of gram + ridge; zero diagonal."""
    inverse = np.linalg.inv(gram + ridge * np.eye(len(gram), dtype=np.float32))
    weights = (-inverse / np.diag(inverse)[None, :]).astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    return weights


def gram_matrix(pairs: StepPairs) -> Floats:
    """(n, n) learners with both items, each learner with their weight."""
    both = pairs.dense(pairs.summed(pairs.weight))
    both += both.T
    np.fill_diagonal(both, pairs.steps(pairs.step_weight))
    return both


def source_gram(pairs: StepPairs, decay: float) -> Floats:
    """(n, n) sum over all prefixes of s s', s the steps of a prefix decayed by age; the last step is no prefix's.

    Two steps d apart whose later one has `left` steps after it share `left` prefixes: sum of decay^(d + 2 a).
    """
    sums = pairs.summed(pairs.weight * decay**pairs.distance * _ages(decay**2, pairs.left))
    gram = pairs.dense(sums)
    gram += gram.T
    return gram


def source_diagonal(pairs: StepPairs, decay: float) -> Doubles:
    """(n,) the diagonal of `source_gram`: in how many prefixes an item is, decayed by age."""
    return pairs.steps(pairs.step_weight * _ages(decay**2, pairs.step_left))


def _ages(factor: float, count: NDArray[np.integer]) -> Doubles:
    """1 + factor + ... of `count` terms."""
    return np.asarray((1.0 - factor ** count.astype(np.float64)) / (1.0 - factor))


def target_weights(pairs: StepPairs, decay: float, reach: float) -> Doubles:
    """(pairs,) what a pair counts in prefix-times-targets: over every split between its two steps,
    decay^(age of the earlier) * reach^(steps from the split to the later)."""
    distance = pairs.distance.astype(np.float64)
    if abs(decay - reach) < 1e-6:
        return pairs.weight * distance * decay ** (distance - 1)
    return pairs.weight * (decay**distance - reach**distance) / (decay - reach)


def slist(pairs: StepPairs, decay: float, reach: float, ridge: float) -> Floats:
    """(n, n) weights that map a decayed history to what comes next: (S'S + ridge)^-1 S'T."""
    gram = source_gram(pairs, decay)
    np.fill_diagonal(gram, source_diagonal(pairs, decay) + ridge)
    follows = pairs.dense(pairs.summed(target_weights(pairs, decay, reach)))
    return np.linalg.solve(gram, follows).astype(np.float32)


def markov(pairs: StepPairs, decay: float, reach: float, shrink: float) -> Floats:
    """(n, n) decayed share of the learners with an item who went on to another."""
    follows = pairs.dense(pairs.summed(target_weights(pairs, decay, reach)))
    return (follows / (source_diagonal(pairs, decay)[:, None] + shrink)).astype(np.float32)


def item_knn(both: Floats, source: Doubles, target: Doubles, power: float, shrink: float) -> Floats:
    """(sources, targets) learners with both over source^power * target^(1 - power), a cosine at one half; shrunk.

    `source`, `target`: how many learners took up the items down and across.
    """
    norm = np.maximum(source, 1.0)[:, None] ** power * np.maximum(target, 1.0)[None, :] ** (1.0 - power)
    return (both / (norm + shrink)).astype(np.float32)
