"""One command from logged outcomes to a better model that serves, or to the reasons why not: `make retrain`.

Reads a tenant's log, fits and judges a challenger, asks the gate, publishes a bundle (serving if promoted, else kept
beside it), and keeps the run in MLflow. One retraining at a time; a kill at any moment leaves a whole bundle serving.
Exits 0 when it ran, promoted or held (`--json` says which), 1 when it failed, 2 when misused.
"""

from __future__ import annotations

import csv
import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from credpath.cli.printing import print_error, print_json, say, stage, table
from credpath.cli.running import opened, tenant_of
from credpath.config import load_settings
from credpath.errors import CredpathError, InvalidInput
from credpath.evaluation.intervals import Interval
from credpath.recommender.learned import MASTERY
from credpath.service.context import Context
from credpath.service.tasks import followed
from training.challenger import Challenger, Retraining, make_challenger
from training.figures import figures_document, write_figures
from training.gate_thresholds import DEFAULT as GATE
from training.gate_thresholds import load_thresholds
from training.learning_curve import learning_curve
from training.logging_policy import logging_policy
from training.mastery_fit import MasterySettings
from training.mastery_trial import MasteryTrial, try_mastery
from training.publishing import Decision, carry_mastery, publish_learned, publish_mastery
from training.retrain_config import DEFAULTS, RetrainConfig, read_config
from training.retrain_lock import only_retraining
from training.run_report import command_of, draw_plots, model_card, run_of, write_card
from training.tenant_log import TenantLog, read_tenant_log
from training.tracking import Recorded, Tracking, open_tracking

DONE, FAILED, MISUSED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a retraining. `version`: the bundle that was published, "" where there was nothing to fit.

    `mastery_version`: the bundle with learned mastery that serves, "" where it is not learned.
    """

    challenger: Challenger
    mastery: MasteryTrial
    version: str
    mastery_version: str
    recorded: Recorded
    seconds: float

    @property
    def promoted(self) -> bool:
        """Whether the new model serves now."""
        return self.challenger.verdict.promote and bool(self.version)

    @property
    def sentence(self) -> str:
        """What came of the ranker and of mastery: each has its own gate, and each may have its own bundle."""
        return came_to(self.promoted, self.version, self.mastery_version)


def came_to(promoted: bool, version: str, mastery_version: str) -> str:
    """A ranker that was held may be kept in a bundle all the same; mastery that was not learned is in none."""
    ranker = ("ranker promoted" if promoted else "ranker held") + (f" in bundle {version}" if version else "")
    return f"{ranker}; mastery " + (f"served by bundle {mastery_version}" if mastery_version else "not learned")


def retrain(
    context: Context, tenant: str, config: RetrainConfig, chosen: Namespace, tracking: Tracking, folder: Path, tell: Any
) -> Outcome:
    """Reads, fits in `folder`, judges, publishes, records. Raises CredpathError; whatever fails, what serves stays."""
    started = time.perf_counter()
    tell("reading the log")
    log = read_tenant_log(context, tenant, read_groups(chosen.groups))
    champion = context.serving.bundle.learned.get(tenant)
    run = Retraining(log, champion, config, load_thresholds(chosen.gate), folder, logging_policy(context, log), tell)
    challenger = make_challenger(run)
    tell("mastery from the responses")
    mastery = try_mastery(log, config.seed, MasterySettings.on(config.threads))
    _add_mastery(context, tenant, mastery, challenger)
    version, recorded = _keep(context, log, challenger, mastery, config, chosen, tracking, tell)
    mastered = _keep_mastery(context, tenant, mastery, version if challenger.verdict.promote else "")
    return Outcome(challenger, mastery, version, mastered, recorded, time.perf_counter() - started)


def _followed(
    context: Context, tenant: str, config: RetrainConfig, chosen: Namespace, tracking: Tracking, folder: Path, tell: Any
) -> Outcome:
    """`retrain` with a row that says how far it is."""
    with followed(context, tenant, "retraining", "retraining") as task:

        def told(stage: str) -> None:
            tell(stage)
            task.tell(stage)

        outcome = retrain(context, tenant, config, chosen, tracking, folder, told)
        task.came_to(outcome.sentence)
    return outcome


def _add_mastery(context: Context, tenant: str, mastery: MasteryTrial, challenger: Challenger) -> None:
    """A ranker that is promoted comes with the mastery that was learned now, or else with the one that serves."""
    if challenger.learned is None:
        return
    if mastery.model is not None:
        mastery.model.save(challenger.learned / MASTERY)
    else:
        carry_mastery(context.serving.models, tenant, challenger.learned)


def _keep_mastery(context: Context, tenant: str, mastery: MasteryTrial, promoted: str) -> str:
    """The bundle with learned mastery that serves: it waits for no ranker, since it has a gate of its own."""
    if mastery.model is None or promoted:
        return promoted if mastery.model is not None else ""
    serving = context.serving.bundle
    known = serving.learned.get(tenant)
    if known is not None and known.mastery is not None and known.mastery.version == mastery.model.model.version:
        return serving.version
    decision = Decision(True, "training.retrain", "; ".join(mastery.why)[:500])
    return publish_mastery(context, tenant, mastery.model, decision)


def _keep(
    context: Context,
    log: TenantLog,
    challenger: Challenger,
    mastery: MasteryTrial,
    config: RetrainConfig,
    chosen: Namespace,
    tracking: Tracking,
    tell: Any,
) -> tuple[str, Recorded]:
    """Publishes the model with its card, then hands the run to MLflow: what serves never waits for what is recorded."""
    tell("cards and plots")
    rows, settings = challenger.teaching, challenger.report.settings
    curve = learning_curve(rows, settings, config) if rows is not None and settings is not None else None
    plots = draw_plots(challenger, curve)
    titles = {Path(path).stem.replace("_", " "): path for path in plots}
    card = model_card(log, challenger, config, titles, command_of(log.tenant, chosen))
    run, version = run_of(log, card, plots, context.clock()), ""
    if challenger.learned is not None:
        write_card(challenger.learned, card, log, plots)
        write_figures(challenger.learned, figures_document(card, curve, mastery))
        tell("publishing the bundle")
        verdict = challenger.verdict
        decision = Decision(verdict.promote, "training.retrain", verdict.sentence[:500])
        version = publish_learned(context, log.tenant, challenger.learned, decision)
        learned = context.serving.models / version / "learned" / log.tenant
        run = replace(run, bundle_version=version, learned=learned)
    tell("recording the run in MLflow")
    return version, tracking.record(run)


def read_groups(path: Path | None) -> Mapping[str, str] | None:
    """learner -> group from a CSV file `learner_id,group`; None without one. Raises InvalidInput."""
    if path is None:
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"cannot be read: {error}", where=str(path)) from error
    if rows and not {"learner_id", "group"} <= set(rows[0]):
        raise InvalidInput("has no columns learner_id and group", where=str(path), fix="name both in the first line")
    return {row["learner_id"]: row["group"] for row in rows if row["learner_id"] and row["group"]}


def summary(outcome: Outcome) -> dict[str, Any]:
    """JSON-ready: the verdict, the figures, where it went and how long it took."""
    report, judged = outcome.challenger.report, outcome.challenger.report.judged
    return {
        "promoted": outcome.promoted,
        "version": outcome.version,
        "verdict": outcome.challenger.verdict.as_dict(),
        "counts": dict(report.counts),
        "evaluation": judged.evaluation.as_dict() if judged.evaluation else None,
        "values": judged.values.as_dict() if judged.values else None,
        "completion": list(report.completion.why) if report.completion else [],
        "mastery": {
            "why": list(outcome.mastery.why),
            "metrics": {name: asdict(found) for name, found in outcome.mastery.metrics.items()},
            "version": outcome.mastery_version,
        },
        "seconds": {**report.seconds, "total": round(outcome.seconds, 1)},
        "mlflow": {"run_id": outcome.recorded.run_id, "problem": outcome.recorded.problem},
    }


def show(outcome: Outcome) -> None:
    """The tables at the end, for a person."""
    judged, verdict = outcome.challenger.report.judged, outcome.challenger.verdict
    if judged.evaluation is not None:
        names = ("hr_at_10", "ndcg_at_10", "mrr")
        rows = [
            (name, *(_figure(f.metrics[metric]) for metric in names), f"{f.coverage:.0%}")
            for name, f in judged.evaluation.systems.items()
        ]
        table(("full ranking", "HR@10", "NDCG@10", "MRR", "coverage"), rows)
    if judged.values is not None:
        values = [(name, how, str(e)) for name, by in judged.values.values.items() for how, e in by.items()]
        table(("would have earned", "estimator", "reward"), values)
    table(("criterion", "", "why"), [(c.name, c.outcome, c.sentence) for c in verdict.criteria])
    for sentence in outcome.mastery.why:
        say(sentence)
    if outcome.recorded.problem:
        say(outcome.recorded.problem)
    say(f"{outcome.sentence}; {outcome.seconds:.0f} s")


def _figure(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.low:.3f}-{interval.high:.3f})"


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m training.retrain", description=__doc__)
    parser.add_argument("--config", type=Path, default=DEFAULTS, help="settings; default: training/retrain.toml")
    parser.add_argument("--gate", type=Path, default=GATE, help="thresholds; default: training/gate.toml")
    parser.add_argument("--groups", type=Path, help="CSV learner_id,group: look for gaps between groups; no feature")
    parser.add_argument("--tenant", default="", help="default: CREDPATH_TENANT")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser.parse_args()


def main() -> None:
    """Entry point of `make retrain`."""
    chosen = _arguments()
    # Before LightGBM is loaded. Its threads must not spin: on a busy machine that makes a fit many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    began = time.perf_counter()

    def tell(what: str) -> None:
        stage(f"{time.perf_counter() - began:6.1f} s  {what}")

    try:
        settings, config = load_settings(), read_config(chosen.config)
        with (
            only_retraining(settings.models, at=datetime.now(UTC)) as folder,
            opened() as context,
            open_tracking(settings.home, settings.models) as tracking,
        ):
            outcome = _followed(context, tenant_of(chosen.tenant), config, chosen, tracking, folder, tell)
    except CredpathError as error:
        print_error(error, chosen.json)
        raise SystemExit(MISUSED if isinstance(error, InvalidInput) else FAILED) from error
    print_json(summary(outcome)) if chosen.json else show(outcome)
    raise SystemExit(DONE)


if __name__ == "__main__":
    main()
