"""Whether 95 % intervals of the off-policy estimators hold what they promise, on simulated logs with known truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.offpolicy import Estimate, direct, doubly_robust, ips, lift, snips
from training.offpolicy_world import (
    Contexts,
    Log,
    World,
    draw_contexts,
    draw_log,
    exploring,
    greedy,
    scores,
    soft,
    true_value,
)

Doubles = NDArray[np.float64]
POPULATION = 200_000  # contexts whose mean counts as the truth; its error is a twentieth of a log's
ESTIMATORS = ("ips", "snips", "direct", "doubly_robust", "lift_doubly_robust", "lift_snips")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to log, and one target to judge by it. `champion`, `challenger`: skills of `offpolicy_world.scores`."""

    decisions: int = 5_000
    epsilon: float = 0.1
    base: float = -1.4
    champion: float = 0.4
    challenger: float = 0.7
    softened: bool = False  # the target draws in proportion to its scores instead of taking the best
    top: int = 10
    learner_spread: float = 0.5

    def world(self) -> World:
        """Whose truth is asked for."""
        return World(base=self.base, learner_spread=self.learner_spread)

    def target(self, contexts: Contexts) -> Doubles:
        """(n, actions) the challenger as a policy, kept to the `top` that the champion explores."""
        ours, theirs = scores(contexts, self.challenger), scores(contexts, self.champion)
        place = np.argsort(np.argsort(-theirs, axis=1, kind="stable"), axis=1)
        kept = np.where(place < min(self.top, 10), ours, -1e9) if self.epsilon > 0.03 else ours
        return soft(kept) if self.softened else greedy(kept)


SCENARIOS: Mapping[str, Scenario] = {
    "explored, better target": Scenario(),
    "explored, worse target": Scenario(challenger=-0.3),
    "explored, random target": Scenario(softened=True),
    "little exploration, many decisions": Scenario(decisions=20_000, epsilon=0.05),
    "few decisions, much exploration": Scenario(decisions=1_500, epsilon=0.2),
    "rare rewards": Scenario(decisions=10_000, base=-3.2),
    "target close to the champion": Scenario(decisions=20_000, challenger=0.45),
    "learners who differ much": Scenario(learner_spread=1.5),
}
LOW_OVERLAP: Mapping[str, Scenario] = {
    "hardly any exploration": Scenario(decisions=3_000, epsilon=0.005, challenger=-0.6),
    "three explored, target elsewhere": Scenario(epsilon=0.02, top=3, challenger=-0.6),
    "few decisions": Scenario(decisions=300, epsilon=0.05),
}


def coverage(
    logs: int = 200, seed: int = 0, scenarios: Mapping[str, Scenario] = SCENARIOS, population: int = POPULATION
) -> dict[str, Any]:
    """Share of `logs` simulated logs a scenario whose interval holds the truth, over those that were not refused.

    {"scenarios": {name: {estimator: {"covered", "refused", "width", "bias"}}}, "overall": {estimator: share},
    "low_overlap": {name: {estimator: share refused}}}. Figures are None where every log was refused.
    """
    tried = {name: try_scenario(scenario, logs, seed, population) for name, scenario in scenarios.items()}
    refused = {name: try_scenario(s, max(5, logs // 10), seed, 1_000) for name, s in LOW_OVERLAP.items()}
    return {
        "logs": logs,
        "seed": seed,
        "overall": {name: _overall(tried, name, logs) for name in ESTIMATORS},
        "scenarios": tried,
        "low_overlap": {name: {e: found[e]["refused"] for e in ESTIMATORS} for name, found in refused.items()},
    }


def _overall(tried: Mapping[str, Any], estimator: str, logs: int) -> float | None:
    cells = [found[estimator] for found in tried.values()]
    judged = sum(round(logs * (1 - cell["refused"])) for cell in cells)
    held = sum(cell["covered"] * round(logs * (1 - cell["refused"])) for cell in cells if cell["covered"] is not None)
    return held / judged if judged else None


def try_scenario(
    scenario: Scenario, logs: int, seed: int, population: int = POPULATION
) -> dict[str, dict[str, float | None]]:
    """Coverage, refusals, mean width and bias of every estimator in one scenario."""
    truths = _truths(scenario, population)
    found: dict[str, list[Estimate]] = {name: [] for name in ESTIMATORS}
    for at in range(logs):
        for name, estimate in estimates(draw(scenario, seed * 1_000_003 + at), scenario).items():
            found[name].append(estimate)
    return {name: _summary(given, truths[1] if "lift" in name else truths[0]) for name, given in found.items()}


def draw(scenario: Scenario, seed: int) -> Log:
    """One log of the champion that explores."""
    contexts = draw_contexts(scenario.world(), scenario.decisions, seed + 1)
    propensities = exploring(scores(contexts, scenario.champion), scenario.epsilon, scenario.top)
    return draw_log(contexts, propensities, seed)


def estimates(log: Log, scenario: Scenario) -> dict[str, Estimate]:
    """Every estimator on one log."""
    challenger = log.seen_from(scenario.target(log.contexts))
    champion = log.seen_from(greedy(scores(log.contexts, scenario.champion)))
    return {
        "ips": ips(challenger),
        "snips": snips(challenger),
        "direct": direct(challenger),
        "doubly_robust": doubly_robust(challenger),
        "lift_doubly_robust": lift(challenger, champion),
        "lift_snips": lift(challenger, champion, "snips"),
    }


def _truths(scenario: Scenario, population: int) -> tuple[float, float]:
    contexts = draw_contexts(scenario.world(), population, 0)
    value = true_value(contexts, scenario.target(contexts))
    return value, value - true_value(contexts, greedy(scores(contexts, scenario.champion)))


def _summary(given: list[Estimate], truth: float) -> dict[str, float | None]:
    ends = [(e.value, e.low, e.high) for e in given if e.value is not None and e.low is not None and e.high is not None]
    refused = 1.0 - len(ends) / len(given)
    if not ends:
        return {"covered": None, "refused": refused, "width": None, "bias": None}
    value, low, high = np.array(ends).T
    return {
        "covered": float(((low <= truth) & (truth <= high)).mean()),
        "refused": refused,
        "width": float((high - low).mean()),
        "bias": float(value.mean() - truth),
    }
