"""Who takes the first place: the best candidate, or now and then another good one, always with its exact chance.

Exploration touches the first place only, among eligible candidates that score nearly as well as the best. One
function gives the whole distribution; what is drawn, what is logged and what an estimator reads all come from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from credpath.domain.rules import check_number
from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Offsets

PolicyName = Literal["greedy", "epsilon-greedy", "softmax"]
POLICIES: tuple[PolicyName, ...] = get_args(PolicyName)


@dataclass(frozen=True, slots=True)
class Policy:
    """How the first place is given away. Every default is valid; the default explores nothing.

    "greedy": to the best. "epsilon-greedy": with probability `epsilon` one of the `top` best is drawn evenly, the
    best among them. "softmax": that draw favours the better ones, by exp(score / `temperature`). Only candidates
    take part whose score is above 0 and at least `floor` times the best one's, and only so many that none of them
    has a chance below `least`: a rarer action would be logged with a weight that no estimator survives.
    """

    name: PolicyName = "greedy"
    epsilon: float = 0.0
    floor: float = 0.5
    top: int = 10
    temperature: float = 0.1
    least: float = 0.005

    def __post_init__(self) -> None:
        if self.name not in POLICIES:
            raise InvalidInput(f"unknown policy {self.name!r}", where="policy", fix=", ".join(POLICIES))
        check_number(self.epsilon, "epsilon", high=1.0)
        check_number(self.floor, "floor", high=1.0)
        check_number(self.top, "top", low=1, high=1000)
        check_number(self.temperature, "temperature", low=1e-3, high=1e3)
        check_number(self.least, "least", low=1e-6, high=0.5)


@dataclass(frozen=True, slots=True)
class Choice:
    """`place` among the candidates, and the exact probability with which the policy puts it first."""

    place: int
    propensity: float


def best_first(scores: Doubles) -> Offsets:
    """Places by falling score; ties keep the order of rows, which is that of ids."""
    order: Offsets = (-scores).argsort(kind="stable")
    return order


def propensities(scores: Doubles, policy: Policy, planned: int | None = None) -> Doubles:
    """(n,) the chance of each of n >= 1 candidates to come first; sums to 1, each 0 or at least `policy.least`.

    `planned`: the place that stands first unless the policy explores, instead of the best one's; the next step of a
    path that the learner follows. It has no say where its score is not above 0.
    """
    return _spread_out(scores, *_distribution(scores, policy, planned))


def choose(scores: Doubles, policy: Policy, seed: int, planned: int | None = None) -> Choice:
    """The next credential, from at least one candidate. Same scores, policy, seed and plan: same choice."""
    places, chances = _distribution(scores, policy, planned)
    at = min(int(np.searchsorted(chances.cumsum(), uniform(seed), side="right")), len(places) - 1)
    return Choice(int(places[at]), float(chances[at]))


def _spread_out(scores: Doubles, places: Offsets, chances: Doubles) -> Doubles:
    everyone: Doubles = np.zeros(len(scores))
    everyone[places] = chances
    return everyone


def _distribution(scores: Doubles, policy: Policy, planned: int | None) -> tuple[Offsets, Doubles]:
    """(places that may come first, the one without exploration leading; their chances, which sum to 1)."""
    order = best_first(scores)
    if planned is not None and scores[planned] > 0:
        order = np.concatenate([[planned], order[order != planned]])
    leading = order[: policy.top]
    if policy.name == "greedy" or policy.epsilon == 0:
        return leading[:1], np.ones(1)
    leading = _explorable(scores, leading, policy)
    while len(leading) > 1:
        drawn = _drawn(scores[leading], policy)
        if drawn.min() >= policy.least:
            drawn[0] += 1.0 - drawn.sum()
            return leading, drawn
        leading = leading[:-1]
    return leading, np.ones(1)


def _drawn(scores: Doubles, policy: Policy) -> Doubles:
    """Chances by exploration alone; they sum to epsilon."""
    if policy.name == "epsilon-greedy":
        return np.full(len(scores), policy.epsilon / len(scores))
    weights = np.exp((scores - scores.max()) / policy.temperature)
    chances: Doubles = policy.epsilon * weights / weights.sum()
    return chances


def _explorable(scores: Doubles, leading: Offsets, policy: Policy) -> Offsets:
    best = float(scores[leading].max())
    if best <= 0:  # nothing fits; what is stepped down is no place to explore
        return leading[:1]
    good = (scores[leading] >= policy.floor * best) & (scores[leading] > 0)
    good[0] = True  # what stands first without exploration always takes part
    return leading[good]


def uniform(seed: int) -> float:
    """A number in [0, 1) with 53 random bits, by SHA-256 of the seed: no state, the same on every machine."""
    digest = hashlib.sha256(f"credpath-policy:{seed}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2.0**53
