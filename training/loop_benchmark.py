"""Closes the loop in worlds whose truth is known: log, retrain, serve what was promoted, and compare.

For each seed a new world, in one wave or more: the rules serve the first learners, and whatever the gate has promoted
serves the next ones, always with exploration; after each wave the very fit that `retrain` runs. Then the true value of
rules, promoted model and oracle for learners whom the log does not know. Beside it: how often the gate holds what is
worse and passes what is better, and how often intervals of the off-policy estimators hold the truth.
Simulated learners follow rules that were written down (`training.simulate`): none of this is evidence about people.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from credpath.cli.printing import say, table
from credpath.domain.rewards import MATURITY
from credpath.errors import InvalidInput
from credpath.evaluation.intervals import bootstrap_mean
from credpath.recommender.learned import Learned, load_learned
from credpath.recommender.ranking import Policy
from credpath.recommender.recommend import recommend
from training.challenger import Challenger, Retraining, learned_until, make_challenger
from training.gate_thresholds import load_thresholds
from training.gate_trials import power
from training.goals_benchmark import open_encoder
from training.offpolicy_trials import coverage
from training.retrain_config import RetrainConfig
from training.simulate import NOTE, Recommending, Wave, courses
from training.simulated_facts import make_world
from training.simulated_log import LogBook, decided_on
from training.simulated_people import YEAR_BEFORE
from training.simulated_sample import sample_setting
from training.simulated_value import Values, fresh_situations, informed_value, values
from training.simulated_world import Setting, World
from training.tenant_log import TenantLog

# Seeds below were looked at while this was made; those from here on were not.
FIRST_SEED = 1_000
TARGET = 0.7  # of the gap between rules and oracle
# One retraining after all decisions. With two, the second challenger's lift over the first lies within its interval.
WAVES = 1
# A new installation explores much: what its rules never show nobody learns, and the gate must tell two rankers apart.
LAUNCH = Policy("epsilon-greedy", epsilon=0.4)
WAVE_DAYS = 180.0  # in which the visits of one wave happen
LEARNERS_A_WAVE = 1_000_000  # numbers set aside for each
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """One world: how much, by which seed, judged on how many visits of fresh learners, where its files may lie."""

    seed: int
    decisions: int
    fresh: int
    threads: int
    waves: int = WAVES


@dataclass(frozen=True, slots=True)
class Round:
    """True values in one world. `promoted`: the model that serves after all waves, the rules if none was promoted."""

    seed: int
    rules: float
    served: float
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
    parser.add_argument("--decisions", type=int, default=20_000, help="logged in each world before the last retraining")
    parser.add_argument("--waves", type=int, default=WAVES, help="retrainings in each world, evenly over its decisions")
    parser.add_argument(
        "--fresh", type=int, default=2_000, help="visits of fresh learners that the truth is taken over"
    )
    parser.add_argument("--processes", type=int, default=2, help="worlds at a time")
    parser.add_argument("--trials", type=int, default=20, help="simulated logs of the gate's trial; 0: leave it out")
    parser.add_argument("--logs", type=int, default=200, help="simulated logs for interval coverage; 0: leave it out")


def run(chosen: Namespace, tell: Tell = lambda _: None) -> dict[str, Any]:
    """The figures as one document. Raises CredpathError."""
    if min(chosen.seeds, chosen.decisions, chosen.fresh, chosen.processes, chosen.waves) < 1:
        raise InvalidInput("seeds, decisions, waves, fresh and processes are at least 1", where="loop")
    started = time.perf_counter()
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
    trials = [Trial(seed, chosen.decisions, chosen.fresh, 1, chosen.waves) for seed in seeds]
    tell(f"{len(trials)} worlds of {chosen.decisions} decisions; two at a time take five to eight minutes")
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
    """Log, retrain, serve what was promoted, as often as there are waves; then judge by the truth."""
    world, clock = make_world(_setting(), trial.seed), _Clock()
    folder = Path(tempfile.mkdtemp(prefix="credpath-loop-"))
    book, champion, each = LogBook(world), None, trial.decisions // trial.waves
    try:
        for number, wave in enumerate(waves_of(trial.waves)):
            book.write(courses(world, each, trial.seed, serving(world, champion), LAUNCH, wave))
            log = book.read(decided_on(wave))
            clock.logged()
            config = RetrainConfig(seed=trial.seed, threads=trial.threads)
            run = Retraining(log, champion, config, load_thresholds(), folder / str(number), LAUNCH)
            made = make_challenger(run)
            clock.fitted()
            if made.learned is not None and made.verdict.promote:
                champion = promoted_model(made.learned, log)
        return _judged(trial, world, made, champion, clock)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def waves_of(count: int) -> tuple[Wave, ...]:
    """Learners who visit one after the other: a wave begins when all of the one before is decided."""
    apart = WAVE_DAYS + MATURITY.days + 1
    return tuple(Wave(at * LEARNERS_A_WAVE, YEAR_BEFORE + at * apart, WAVE_DAYS) for at in range(count))


def serving(world: World, champion: Learned | None) -> Recommending:
    """How a wave is served: by the rules as long as nothing was promoted."""
    return lambda request: recommend(world.index, request, champion)


def promoted_model(folder: Path, log: TenantLog) -> Learned:
    """The model as a bundle would carry it, which knows until when it has learned."""
    learned = load_learned(folder)
    return replace(learned, card={**learned.card, "learned_until": learned_until(log)})


@dataclass(slots=True)
class _Clock:
    """Seconds of logging and of fitting, over all waves."""

    began: float = field(default_factory=time.perf_counter)
    log: float = 0.0
    fit: float = 0.0
    last: float = field(default_factory=time.perf_counter)

    def logged(self) -> None:
        self.log += self._since()

    def fitted(self) -> None:
        self.fit += self._since()

    def _since(self) -> float:
        before, self.last = self.last, time.perf_counter()
        return self.last - before


def _judged(trial: Trial, world: World, made: Challenger, champion: Learned | None, clock: _Clock) -> Round:
    last = waves_of(trial.waves)[-1]
    after = last.day + last.span + MATURITY.days + 1
    situations = fresh_situations(world, trial.fresh, trial.seed, after)
    found = values(world, situations, [serving(world, champion)])
    return Round(
        seed=trial.seed,
        **_means(found),
        informed=informed_value(world, situations),
        promoted=champion is not None,
        recovered=found.recovered(),
        verdict=made.verdict.sentence,
        estimated_lift=_estimated(made),
        seconds_log=round(clock.log, 1),
        seconds_fit=round(clock.fit, 1),
        seconds=round(time.perf_counter() - clock.began, 1),
    )


def _means(found: Values) -> dict[str, float]:
    means = {"rules": found.rules, "served": found.policies[0], "oracle": found.oracle}
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
            for name in ("rules", "served", "informed", "oracle")
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


VALUES = ("rules", "served", "informed", "oracle")


def _show_gate(gate: dict[str, Any]) -> None:
    rows = [
        [name, f"{found['lift']:+.4f}", f"{found['promoted']} of {gate['trials']}"]
        for name, found in gate["challengers"].items()
    ]
    table(["challenger", "true lift", "promoted"], rows, "the gate on trial")
