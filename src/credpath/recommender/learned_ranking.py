"""The learned score among what serves the goal: a forest orders, and the order of tiers stays above it.

The tiers (what fits, what is too hard or too long for now, what moves nothing toward the goal) are a promise to a
learner who has a goal, and logs made while it was kept hold no evidence for breaking it. Who has no goal, or has met
it, is served by the learned score alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from credpath.errors import BundleRefused
from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.features import COLUMN, FEATURES
from credpath.recommender.forest import ForestRanker
from credpath.recommender.ranking import TIER, TIERED, RankerWeights, steps_down

# Two standard deviations of the forest's scores to each side of its mean make 0..1, about what the rules give.
DEVIATIONS = 4.0
MIDDLE = 0.5
# A credential that no record links to the goal counts as moving toward it once this share of the learners with the goal
# finished it (shrunk, so that few learners prove nothing), and this many times (a logarithm) the share of all learners:
# what is merely popular proves nothing either.
PROVEN_SHARE, PROVEN_LIFT = 0.02, float(np.log(1.5))
# Whatever the forest says, it stays within its tier.
MOST = 0.4 * TIER


@dataclass(frozen=True, slots=True)
class LearnedRanker:
    """A forest over some of FEATURES, `columns`. `base`: the score of a candidate of which nothing is known."""

    forest: ForestRanker
    columns: Offsets
    weights: RankerWeights = field(default_factory=RankerWeights)
    base: float = MIDDLE

    @staticmethod
    def of(forest: ForestRanker) -> LearnedRanker:
        """Raises BundleRefused when the forest reads a feature that this release does not compute."""
        unknown = sorted(set(forest.names) - set(COLUMN))
        if unknown:
            reason = f"it reads the feature {unknown[0]!r}, which this release does not compute"
            raise BundleRefused(reason, where=forest.name, fix="run `python -m training.retrain`")
        return LearnedRanker(forest, np.array([COLUMN[name] for name in forest.names], dtype=np.int64))

    @property
    def name(self) -> str:
        """The forest's."""
        return self.forest.name

    def score(self, features: Floats) -> Doubles:
        """(n, FEATURES) -> (n,). Where the forest is monotone in gap and preparation, so is this."""
        learned = (self.forest.score(features[:, self.columns]) - self.forest.bias) * self._scale
        total: Doubles = np.clip(self.base + learned, -MOST, MOST)
        for step in self._steps(features).values():
            total += step
        return total

    def contributions(self, features: Floats) -> Doubles:
        """(n, FEATURES) what each feature adds to or takes from the score; a row sums to its score - base."""
        parts: Doubles = np.zeros((len(features), len(FEATURES)))
        parts[:, self.columns] = self.forest.contributions(features[:, self.columns]) * self._scale
        for name, step in self._steps(features).items():
            parts[:, COLUMN[name]] += step
        return parts

    @property
    def _scale(self) -> float:
        return 1.0 / (DEVIATIONS * self.forest.spread) if self.forest.spread > 0 else 1.0

    def _steps(self, features: Floats) -> dict[str, Doubles]:
        f = {name: features[:, COLUMN[name]].astype(np.float64) for name in TIERED}
        toward = f["goal_gap"] > 0
        proven = (features[:, COLUMN["goal_popularity"]] >= PROVEN_SHARE) & (
            features[:, COLUMN["goal_lift"]] >= PROVEN_LIFT
        )
        return {name: step * toward for name, step in steps_down(f, self.weights, proven).items()}


def load_ranker(folder: Path) -> LearnedRanker:
    """Reads a forest that the caller has verified. Raises BundleRefused when it cannot rank here."""
    return LearnedRanker.of(ForestRanker.load(folder))
