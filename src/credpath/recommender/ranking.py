"""From features to a score that orders the candidates: what a ranker is, and the one that needs no training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Protocol

import numpy as np

from credpath.domain.rules import check_number
from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Floats, Mask
from credpath.recommender.exploration import Choice, Policy, best_first, choose, uniform
from credpath.recommender.features import COLUMN, FEATURES

__all__ = [
    "TIER", "Choice", "Policy", "Ranker", "RankerWeights", "RulesRanker", "best_first", "choose", "uniform",
    "weights_from_dict", "weights_to_dict",
]  # fmt: skip

# Two steps down: what is no fit for now, and what does not move this learner at all. Larger than any score.
TIER = 10.0


@dataclass(frozen=True, slots=True)
class RankerWeights:
    """How the rules weigh. Every default is valid; an operator or a training run may write others.

    score = (gap * relevance + goal) * effort * readiness * level * novelty * cost + quality + popularity + ...
    A `..._floor` is what remains of a factor when its feature is 0, so a factor never takes everything.
    """

    gap: float = 1.0  # of the saturating share x / (x + gap_half) that it closes, unlocks and prepares for
    gap_half: float = 0.15  # a step that closes so much of the gap is half as good as one that closes all
    unlock: float = 0.6  # a share behind it, against a share that it closes itself
    goal: float = 0.45  # of the text's likeness to the goal, between goal_low and goal_high
    goal_low: float = 0.10
    goal_high: float = 0.55
    # A skill counts for more when it is taught in the goal's own field: statistics for genomics is not
    # statistics for marketing, though a taxonomy has one entry for both.
    relevance_floor: float = 0.4
    weeks_half: float = 8.0  # a step of so many weeks is half as good as an instant one
    readiness_floor: float = 0.3
    level_floor: float = 0.2
    novelty_floor: float = 0.5
    cost_half: float = 1000.0  # US dollars
    unknown_cost: float = 0.95
    quality: float = 0.08
    popularity: float = 0.05
    stack: float = 0.05
    co_completion: float = 0.15
    progress_at_least: float = 0.005  # share of the gap below which a step does not count as one
    too_hard: float = 0.5  # over_level from which a step is no first choice
    long_hours: float = 400.0  # from here on it is a degree, and no first choice

    def __post_init__(self) -> None:
        for field in fields(self):
            check_number(getattr(self, field.name), f"ranker weight {field.name}", high=1e9)
        if min(self.gap_half, self.weeks_half, self.cost_half) <= 0 or self.goal_high <= self.goal_low:
            raise InvalidInput("gap_half, weeks_half or cost_half is 0, or goal_high below goal_low", where="ranker")
        if max(self.relevance_floor, self.readiness_floor, self.level_floor, self.novelty_floor, self.unknown_cost) > 1:
            raise InvalidInput("a floor or unknown_cost is above 1", where="ranker")


def weights_to_dict(weights: RankerWeights) -> dict[str, float]:
    """Plain JSON values."""
    return asdict(weights)


def weights_from_dict(values: Mapping[str, float]) -> RankerWeights:
    """Missing names keep their default. Raises InvalidInput for an unknown name or a bad value."""
    unknown = sorted(set(values) - {field.name for field in fields(RankerWeights)})
    if unknown:
        raise InvalidInput(f"unknown ranker weights {', '.join(unknown)}", where="ranker.json", fix="remove them")
    return RankerWeights(**values)


class Ranker(Protocol):
    """Scores candidates; higher is better. Nothing but the features decides, so a log replays."""

    @property
    def name(self) -> str:
        """Names the ranker in logs."""

    def score(self, features: Floats) -> Doubles:
        """(n, features) -> (n,) finite."""

    def contributions(self, features: Floats) -> Doubles:
        """(n, features) what each moves the score by, from a base that is the same for all rows."""


@dataclass(frozen=True, slots=True)
class RulesRanker:
    """The ranker that needs no training: what a good adviser would weigh, written down."""

    weights: RankerWeights = RankerWeights()
    name: str = "rules"

    def score(self, features: Floats) -> Doubles:
        """(n, features) -> (n,). More gap closed never lowers a score; more unmet preparation never raises one."""
        total: Doubles = np.zeros(len(features))
        for part in self._parts(features).values():
            total += part
        return total

    def contributions(self, features: Floats) -> Doubles:
        """(n, features) what each feature adds to or takes from the score; a row sums to its score.

        Factors are taken in a fixed order, each with what it takes from the product of those before it.
        """
        parts: Doubles = np.zeros((len(features), len(FEATURES)))
        for name, part in self._parts(features).items():
            parts[:, COLUMN[name]] += part
        return parts

    def _parts(self, features: Floats) -> dict[str, Doubles]:
        w = self.weights
        lines = features.T.astype(np.float64, order="C")
        f = {name: lines[COLUMN[name]] for name in USED}
        parts = self._value(f)
        running: Doubles = sum(parts.values(), start=np.zeros(len(features)))
        for name, factor in self._factors(f):
            after = running * factor
            parts[name] = after - running
            running = after
        parts |= {name: getattr(w, weight) * f[name] for name, weight in ADDED.items()}
        return parts | steps_down(f, w)

    def _value(self, f: Mapping[str, Doubles]) -> dict[str, Doubles]:
        """What the step is worth before effort and fit."""
        w = self.weights
        behind = w.unlock * np.maximum(f["unlock_share"], f["prepares_share"])
        prospect = f["gap_share"] + behind
        match = np.minimum(1.0, np.maximum(0.0, (f["goal_match"] - w.goal_low) / (w.goal_high - w.goal_low)))
        relevance = np.where(f["goal_known"] > 0, w.relevance_floor + (1.0 - w.relevance_floor) * match, 1.0)
        scale = w.gap * relevance / (prospect + w.gap_half)
        hard = f["unlock_share"] >= f["prepares_share"]
        return {
            "gap_share": scale * f["gap_share"],
            "unlock_share": np.where(hard, scale * behind, 0.0),
            "prepares_share": np.where(hard, 0.0, scale * behind),
            "goal_match": w.goal * match,
        }

    def _factors(self, f: Mapping[str, Doubles]) -> list[tuple[str, Doubles]]:
        w = self.weights
        price = np.where(f["cost_known"] > 0, 1.0 / (1.0 + f["cost_usd"] / w.cost_half), w.unknown_cost)
        return [
            ("weeks", 1.0 / (1.0 + f["weeks"] / w.weeks_half)),
            ("readiness", w.readiness_floor + (1.0 - w.readiness_floor) * f["readiness"]),
            ("level_fit", w.level_floor + (1.0 - w.level_floor) * f["level_fit"]),
            ("novelty", w.novelty_floor + (1.0 - w.novelty_floor) * f["novelty"]),
            ("cost_usd", price),
        ]


def steps_down(f: Mapping[str, Doubles], weights: RankerWeights, proven: Mask | bool = False) -> dict[str, Doubles]:
    """Too hard or too long comes after all that fits; what moves nothing comes last while there is a gap.

    What is taken off each score, under the name of the feature that is the reason; `f` holds at least TIERED.
    `proven`: outcomes say that it moves learners toward the goal, whatever the records say.
    """
    best = np.maximum(f["gap_share"], np.maximum(f["unlock_share"], f["prepares_share"]))
    idle = (best < weights.progress_at_least) & (f["goal_gap"] > 0) & np.logical_not(proven)
    hard = (f["over_level"] >= weights.too_hard) & ~idle
    long = (f["hours"] > weights.long_hours) & ~hard & ~idle
    steps = (("goal_gap", 2.0 * TIER, idle), ("over_level", TIER, hard), ("hours", TIER, long))
    return {name: np.where(who, -step, 0.0) for name, step, who in steps}


TIERED = ("gap_share", "unlock_share", "prepares_share", "goal_gap", "over_level", "hours")
ADDED: Mapping[str, str] = {
    "quality": "quality", "popularity": "popularity", "stack_progress": "stack", "co_completion": "co_completion",
}  # fmt: skip
USED = (
    "gap_share", "unlock_share", "prepares_share", "goal_match", "goal_known", "cost_known", "cost_usd", "weeks",
    "readiness", "level_fit", "novelty", "goal_gap", "over_level", "hours", *ADDED,
)  # fmt: skip
