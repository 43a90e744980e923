"""What was learned about matching goals: the view of titles, the trees that rank, the calibration of confidence.

The weights in `goal_defaults/` were fitted by `python -m training.goal_reranker` on the English labels of ESCO 1.2.0
(this service uses the ESCO classification of the European Commission); they hold hashes and numbers, no labels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from credpath.errors import BundleRefused
from credpath.recommender.encoding import FloatArray
from credpath.recommender.goal_features import FEATURES
from credpath.recommender.goal_trees import Trees
from credpath.recommender.goal_view import GoalView

DEFAULTS = Path(__file__).with_name("goal_defaults")
FILE = "goal_weights.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores to chances: a softmax at `temperature`, then a monotone curve through (shares, chances).

    `closest`: the closeness (see `Candidates`) from which a goal counts as answered; below it confidence fades.
    """

    temperature: float
    shares: tuple[float, ...]
    chances: tuple[float, ...]
    closest: float

    def confidence(self, shares: FloatArray, closeness: float) -> FloatArray:
        """(K,) calibrated chance that each candidate is the one meant; never above 1 in total."""
        if not len(shares):
            return shares
        chances = np.interp(shares, self.shares, self.chances)
        chances *= min(1.0, closeness / self.closest) ** 2
        return np.asarray(chances / max(1.0, float(chances.sum())), np.float32)

    def softmax(self, scores: FloatArray) -> FloatArray:
        """Shares of the candidates, before calibration."""
        if not len(scores):
            return scores
        raised = np.exp((scores - scores.max()) / self.temperature)
        return np.asarray(raised / raised.sum(), np.float32)


@dataclass(frozen=True, slots=True)
class GoalWeights:
    """Everything learned, and `fitted_on`: of what and how, for the manifest and for people."""

    view: GoalView
    trees: Trees
    calibration: Calibration
    fitted_on: Mapping[str, str]

    def save(self, folder: Path) -> None:
        """Writes `goal_weights.json` and the arrays of the view."""
        self.view.save(folder)
        document = {
            "features": FEATURES,
            "fitted_on": dict(self.fitted_on),
            "calibration": {
                "temperature": self.calibration.temperature,
                "shares": self.calibration.shares,
                "chances": self.calibration.chances,
                "closest": self.calibration.closest,
            },
            "trees": self.trees.as_dict(),
        }
        (folder / FILE).write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> GoalWeights:
        """Reads what `save` wrote. Raises BundleRefused when it was fitted for other features than this code has."""
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if tuple(document["features"]) != FEATURES:
            raise BundleRefused(
                "the goal weights were fitted for other features",
                where=str(folder / FILE),
                fix="build the bundle again",
            )
        curve = document["calibration"]
        calibration = Calibration(
            curve["temperature"], tuple(curve["shares"]), tuple(curve["chances"]), curve["closest"]
        )
        return GoalWeights(
            GoalView.load(folder), Trees.from_dict(document["trees"]), calibration, document["fitted_on"]
        )


@cache
def default_weights() -> GoalWeights:
    """The weights that come with the package; read once."""
    return GoalWeights.load(DEFAULTS)
