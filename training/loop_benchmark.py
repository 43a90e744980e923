"""Closes the loop in worlds whose truth is known: log by rules, retrain, and see how much better the promoted model is.

For each seed a new world: decisions logged by the rules with exploration, the very fit that `retrain` runs, then the
true value of rules, promoted model and oracle for learners whom the log does not know. Beside it: how often the gate
holds what is worse and passes what is better, and how often intervals of the off-policy estimators hold the truth.
Simulated learners follow rules that were written down (`training.simulate`): none of this is evidence about people.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from credpath.cli.printing import say, table
from credpath.errors import InvalidInput
from credpath.evaluation.intervals import bootstrap_mean
from credpath.recommender.learned import load_learned
from credpath.recommender.recommend import recommend
from training.challenger import Challenger, Retraining, make_challenger
from training.gate_thresholds import load_thresholds
from training.gate_trials import power
from training.goals_benchmark import open_encoder
from training.offpolicy_trials import coverage
from training.retrain_config import RetrainConfig
from training.simulate import EXPLORING, NOTE
from training.simulated_facts import make_world
from training.simulated_log import simulated_tenant_log
from training.simulated_sample import sample_setting
from training.simulated_value import Values, fresh_situations, informed_value, values
from training.simulated_world import Setting, World

# Seeds below were looked at while this was made; those from here on were not.
FIRST_SEED = 1_000
TARGET = 0.7  # of the gap between rules and oracle
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """One world: how much, by which seed, judged on how many visits of fresh learners, where its files may lie."""

    seed: int
    decisions: int
    fresh: int
    threads: int


@dataclass(frozen=True, slots=True)
class Round:
    """True values in one world. `challenger` counts as promoted only where the gate said so."""

    seed: int
    rules: float
    challenger: float
    informed: float
    oracle: float
    promoted: bool
    recovered: float
    verdict: str
    estimated_lift: float | None
    seconds_log: float
    seconds_fit: float
    seconds: float


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `python -m training.benchmark loop`."""
    parser.add_argument("--seeds", type=int, default=10, help="how many worlds")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="the worlds' seeds count up from here")
    parser.add_argument("--decisions", type=int, default=20_000, help="logged in each world before retraining")
    parser.add_argument(
        "--fresh", type=int, default=2_000, help="visits of fresh learners that the truth is taken over"
    )
    parser.add_argument("--processes", type=int, default=2, help="worlds at a time")
    parser.add_argument("--trials", type=int, default=20, help="simulated logs of the gate's trial; 0: leave it out")
    parser.add_argument("--logs", type=int, default=200, help="simulated logs for interval coverage; 0: leave it out")


def run(chosen: Namespace, tell: Tell = lambda _: None) -> dict[str, Any]:
    """The figures as one document. Raises CredpathError."""
    if min(chosen.seeds, chosen.decisions, chosen.fresh, chosen.processes) < 1:
        raise InvalidInput("seeds, decisions, fresh and processes are at least 1", where="loop")
    started = time.perf_counter()
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
    trials = [Trial(seed, chosen.decisions, chosen.fresh, 1) for seed in seeds]
    tell(f"{len(trials)} worlds of {chosen.decisions} decisions; two at a time take three to five minutes")
    rounds = []
    for done in play(trials, chosen.processes):
        rounds.append(done)
        tell(f"seed {done.seed}: recovered {done.recovered:.2f}, {done.verdict} ({done.seconds:.0f} s)")
    document = summary(rounds) | {"decisions": chosen.decisions, "fresh": chosen.fresh, "note": NOTE}
    if chosen.trials:
        tell(f"the gate on trial: {chosen.trials} logs")
        document["gate"] = power(chosen.trials)
    if chosen.logs:
        tell(f"coverage of the off-policy estimators: {chosen.logs} logs a scenario")
        document["coverage"] = coverage(chosen.logs)
    return document | {"seconds": round(time.perf_counter() - started, 1)}


def play(trials: Sequence[Trial], processes: int) -> Iterator[Round]:
    """Rounds in the order of the trials; in processes of their own, since a fork after OpenMP hangs."""
    if processes == 1:
        yield from map(play_round, trials)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(play_round, trials)


@cache
def _setting() -> Setting:
    return sample_setting(open_encoder(None))


def play_round(trial: Trial) -> Round:
    """Log, retrain, judge by the truth."""
    started, world = time.perf_counter(), make_world(_setting(), trial.seed)
    log = simulated_tenant_log(world, trial.decisions, trial.seed)
    logged = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="credpath-loop-"))
    try:
        config = RetrainConfig(seed=trial.seed, threads=trial.threads)
        made = make_challenger(Retraining(log, None, config, load_thresholds(), folder, EXPLORING))
        fitted = time.perf_counter()
        return _judged(trial, world, made, (started, logged, fitted))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _judged(trial: Trial, world: World, made: Challenger, moments: tuple[float, float, float]) -> Round:
    situations = fresh_situations(world, trial.fresh, trial.seed)
    learned = load_learned(made.learned) if made.learned is not None else None
    found = values(world, situations, [lambda request: recommend(world.index, request, learned)])
    promoted = made.learned is not None and made.verdict.promote
    started, logged, fitted = moments
    return Round(
        seed=trial.seed,
        **_means(found),
        informed=informed_value(world, situations),
        promoted=promoted,
        recovered=found.recovered() if promoted else 0.0,
        verdict=made.verdict.sentence,
        estimated_lift=_estimated(made),
        seconds_log=round(logged - started, 1),
        seconds_fit=round(fitted - logged, 1),
        seconds=round(time.perf_counter() - started, 1),
    )


def _means(found: Values) -> dict[str, float]:
    means = {"rules": found.rules, "challenger": found.policies[0], "oracle": found.oracle}
    return {name: round(float(each.mean()), 6) for name, each in means.items()}


def _estimated(made: Challenger) -> float | None:
    """What the off-policy estimator said that the challenger earns over the rules, before anybody knew the truth."""
    judged = made.report.judged.values
    return None if judged is None else judged.lifts["rules"]["doubly_robust"].value


def summary(rounds: Sequence[Round]) -> dict[str, Any]:
    """Means over worlds, with a 95 % interval of the recovered share by bootstrap over worlds."""
    recovered = bootstrap_mean(np.array([one.recovered for one in rounds]), 0)
    return {
        "rounds": [asdict(one) for one in rounds],
        "recovered": {"value": recovered.value, "low": recovered.low, "high": recovered.high},
        "target": TARGET,
        "promoted": sum(one.promoted for one in rounds),
        **{
            name: float(np.mean([getattr(one, name) for one in rounds]))
            for name in ("rules", "challenger", "informed", "oracle")
        },
    }


def show(document: dict[str, Any]) -> None:
    """The figures for a person."""
    lines = [
        [str(one["seed"]), *(f"{one[name]:.4f}" for name in VALUES), f"{one['recovered']:.2f}",
         "promoted" if one["promoted"] else "held", f"{one['seconds_log']:.0f} + {one['seconds_fit']:.0f}"]
        for one in document["rounds"]
    ]  # fmt: skip
    lines.append(["mean", *(f"{document[name]:.4f}" for name in VALUES), f"{document['recovered']['value']:.2f}",
                  f"{document['promoted']} of {len(document['rounds'])}", ""])  # fmt: skip
    title = f"true value of the first place after {document['decisions']} decisions ({document['fresh']} fresh visits)"
    table(["seed", *VALUES, "recovered", "gate", "seconds: log + fit"], lines, title)
    share = document["recovered"]
    say(f"recovered {share['value']:.2f} ({share['low']:.2f}-{share['high']:.2f}) of the gap between rules and oracle, "
        f"target {document['target']:.2f}")  # fmt: skip
    say("informed: an adviser who knows every hidden fact of the world, and of the learner only what they told")
    if "gate" in document:
        _show_gate(document["gate"])
    if "coverage" in document:
        overall = ", ".join(
            f"{name} {share:.3f}" for name, share in document["coverage"]["overall"].items() if share is not None
        )
        say(f"95 % intervals that hold the truth: {overall}")
    say(document["note"])


VALUES = ("rules", "challenger", "informed", "oracle")


def _show_gate(gate: dict[str, Any]) -> None:
    rows = [
        [name, f"{found['lift']:+.4f}", f"{found['promoted']} of {gate['trials']}"]
        for name, found in gate["challengers"].items()
    ]
    table(["challenger", "true lift", "promoted"], rows, "the gate on trial")
