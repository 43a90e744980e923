"""The gate on trial: simulated logs, and challengers of which it is known whether they are better or worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.evaluation.intervals import bootstrap_difference
from credpath.evaluation.offpolicy import lift
from credpath.evaluation.ranking import ndcg_at
from training.gate import Thresholds, Trial, Verdict, judge, load_thresholds
from training.offpolicy_world import (
    Contexts,
    Log,
    World,
    draw_contexts,
    draw_log,
    exploring,
    greedy,
    scores,
    true_value,
)

Doubles = NDArray[np.float64]
CHAMPION = 0.4  # skill of the champion that logs; see `offpolicy_world.scores`
# Skill of each challenger. The champion earns 0.28 a decision, the oracle 0.38; "better" closes 0.7 of that gap.
CHALLENGERS: Mapping[str, float] = {
    "reversed": -0.6,
    "random": 0.0,
    "worse": 0.25,
    "slightly worse": 0.35,
    "the same": 0.4,
    "better": 0.65,
    "oracle": 1.0,
}


@dataclass(frozen=True, slots=True)
class Run:
    """How the champion logged, and which part of the log judges (the rest would have been learned from)."""

    decisions: int = 20_000
    epsilon: float = 0.15
    judged: float = 0.6  # as `retrain.toml` cuts the log: three blocks of five
    world: World = field(default_factory=World)


USUAL = Run()


def power(
    trials: int = 20, seed: int = 0, run: Run = USUAL, names: Sequence[str] = tuple(CHALLENGERS)
) -> dict[str, Any]:
    """{challenger: {"lift": true lift, "promoted": of `trials`}}: a gate is good when only what is better passes."""
    thresholds = load_thresholds()
    skills = {name: CHALLENGERS[name] for name in names}
    population = draw_contexts(run.world, 100_000, 0)
    base = true_value(population, greedy(scores(population, CHAMPION)))
    found = {
        name: {"lift": true_value(population, greedy(scores(population, skill))) - base, "promoted": 0}
        for name, skill in skills.items()
    }
    for at in range(trials):
        log = logged(run, seed * 1_000_003 + at)
        for name, skill in skills.items():
            found[name]["promoted"] += decide(log, skill, thresholds).promote
    return {"trials": trials, "decisions": run.decisions, "epsilon": run.epsilon, "challengers": found}


def logged(run: Run, seed: int) -> Log:
    """The judged part of one log of the champion."""
    contexts = draw_contexts(run.world, run.decisions, seed + 1)
    return draw_log(contexts, exploring(scores(contexts, CHAMPION), run.epsilon), seed).later(run.judged)


def decide(log: Log, skill: float, thresholds: Thresholds) -> Verdict:
    """What the gate says of a challenger with that skill; what is not about its value is made to pass."""
    ours, theirs = scores(log.contexts, skill), scores(log.contexts, CHAMPION)
    if skill == CHAMPION:  # as good as the champion without being it: its own dice
        ours = _rolled(log.contexts, skill)
    challenger, champion = log.seen_from(greedy(ours)), log.seen_from(greedy(theirs))
    hit = log.reward > 0
    taken = np.bincount(log.action[hit], minlength=ours.shape[1])
    share = float(hit.mean())
    gain = bootstrap_difference(
        _ndcg(ours[hit], log.action[hit]), _ndcg(theirs[hit], log.action[hit]), 0, learners=log.contexts.learners[hit]
    )
    trial = Trial(
        decisions=len(hit), learners=len(np.unique(log.contexts.learners)), positives=int(hit.sum()),
        negatives=int((~hit).sum()), credentials=int((taken > 0).sum()), outcome_share=max(share, 1 - share),
        credential_share=float(taken.max() / taken.sum()), baselines={"rules": gain}, champion=gain, presented=True,
        lift=lift(challenger, champion, limits=thresholds.limits),
        lift_snips=lift(challenger, champion, "snips", limits=thresholds.limits),
        calibration_error=0.02, coverage=0.6, champion_coverage=0.6, popularity_lift=0.2, champion_popularity_lift=0.2,
        latency_ratio=1.2, bundle_bytes=100_000_000,
    )  # fmt: skip
    return judge(trial, thresholds)


def _rolled(contexts: Contexts, skill: float) -> Doubles:
    blur = np.roll(contexts.blur, 1, axis=1)
    return np.asarray(skill * contexts.suits + (1.0 - abs(skill)) * blur, dtype=np.float64)


def _ndcg(scored: Doubles, action: NDArray[np.int64]) -> Doubles:
    own = scored[np.arange(len(action)), action][:, None]
    return ndcg_at(1.0 + (scored > own).sum(axis=1), 10)
