"""What a retraining tells: cards, plots, the run for MLflow, and the table at its end."""

from __future__ import annotations

import json
import shlex
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import credpath
from credpath.evaluation.calibration import wilson
from credpath.evaluation.intervals import Interval, bootstrap_mean
from credpath.evaluation.offpolicy import Estimate
from credpath.recommender.feature_names import FEATURES
from training.challenger import Challenger, learned_until
from training.data_card import DataCard, count_simulated, render_data_card
from training.evaluate import CHALLENGER, METRIC, Evaluation
from training.gate_thresholds import DEFAULT as THRESHOLDS
from training.model_card import CompletionPart, ModelCard, card_document, metrics_of, render_model_card
from training.plot_style import png
from training.plots import (
    Curve,
    plot_calibration,
    plot_gain,
    plot_importance,
    plot_learning,
    plot_off_policy,
    plot_slices,
)
from training.policy_value import PolicyValues
from training.retrain_config import DEFAULTS, RetrainConfig
from training.teaching import Rows
from training.tenant_log import TenantLog
from training.tracking import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CARD, DATA, GATE = "model_card.md", "data_card.md", "gate.json"


def command_of(tenant: str, chosen: Namespace) -> str:
    """The command line of a retraining, without the arguments that were left out."""
    usual = {"config": DEFAULTS, "gate": THRESHOLDS, "groups": None}
    given = {name: getattr(chosen, name) for name, default in usual.items() if getattr(chosen, name) != default}
    arguments = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    return shlex.join(["python", "-m", "training.retrain", "--tenant", tenant, *arguments])


def data_card(log: TenantLog, challenger: Challenger, config: RetrainConfig) -> DataCard:
    """What the log held."""
    outcomes = [outcome for past in log.pasts for outcome in past.outcomes]
    times = [outcome.occurred_at for outcome in outcomes if not outcome.ordinal]
    learners = [past.learner_id for past in log.pasts]
    unused = max(0, len(log.decisions) - config.bounds.decisions)
    return DataCard(
        tenant=log.tenant,
        as_of=log.now,
        digest=log.decisions.digest() if len(log.decisions) else _digest_of_outcomes(log),
        learners=len(learners),
        credentials=len({outcome.credential_id for outcome in outcomes}),
        counts=challenger.report.counts,
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        simulated=count_simulated(learners),
        kinds=Counter(outcome.kind for outcome in outcomes),
        bounded={"decisions": unused},
        groups=log.groups is not None,
    )


def _digest_of_outcomes(log: TenantLog) -> str:
    """SHA-256 of who did what when: without impressions nothing else is learned from."""
    rows = {(o.learner_id, o.credential_id, o.kind, o.occurred_at.timestamp()) for o in log.outcomes()}
    return sha256(json.dumps(sorted(rows)).encode()).hexdigest()


def model_card(
    log: TenantLog, challenger: Challenger, config: RetrainConfig, plots: Mapping[str, str], command: str
) -> ModelCard:
    """What the model is and what it was measured at. `plots`, `command`: as the card has them."""
    report = challenger.report
    trial = report.completion
    chosen = report.settings
    return ModelCard(
        tenant=log.tenant,
        trained_at=log.now,
        release=credpath.__version__,
        verdict=challenger.verdict,
        data=data_card(log, challenger, config),
        feature_names=FEATURES,
        evaluation=report.judged.evaluation,
        values=report.judged.values,
        completion=None if trial is None else CompletionPart(
            trial.model is not None, trial.metrics, trial.why, trial.calibration
        ),
        importance=report.importance,
        settings={} if chosen is None else {
            "objective": chosen.ranker.objective,
            "trees": chosen.ranker.trees, "leaves": chosen.ranker.leaves, "step_share": chosen.step_share,
            "learning_rate": chosen.ranker.learning_rate, "seed": config.seed,
            "blocks_begin": ", ".join(f"{datetime.fromtimestamp(cut, UTC):%Y-%m-%d}" for cut in report.cuts),
        },
        command=command,
        plots=plots,
        negative_results=[f"{name}: {reached:.3f} on the tuning part" for name, reached in chosen.tried.items()
                          if reached < max(chosen.tried.values())] if chosen is not None else (),
    )  # fmt: skip


def ranked_among(rows: Rows) -> str:
    """What the learning curve's lists hold: fewer credentials, and so a higher NDCG, than full ranking's."""
    return "slates as shown" if len(rows.slates.times) else "each step's candidates"


def draw_plots(challenger: Challenger, curve: Curve | None) -> dict[str, bytes]:
    """path -> PNG of all that was measured."""
    report = challenger.report
    found = {"importance": plot_importance(report.importance)} if report.importance else {}
    if curve is not None and challenger.teaching is not None:
        found["learning_curve"] = plot_learning(curve, f"NDCG@10 within {ranked_among(challenger.teaching)}")
    if report.judged.evaluation is not None:
        found |= _evaluation_plots(report.judged.evaluation)
    if report.judged.values is not None and len(report.judged.decisions):
        first = report.judged.decisions.reward[report.judged.decisions.first]
        found["off_policy"] = plot_off_policy(_estimates(report.judged.values), bootstrap_mean(first.astype(float), 0))
    return {f"plots/{name}.png": png(figure) for name, figure in found.items()}


def _evaluation_plots(evaluation: Evaluation) -> dict[str, Figure]:
    curves = [
        Curve(name, range(1, len(f.hits_by_rank) + 1), [_share(hit, evaluation.steps) for hit in f.hits_by_rank])
        for name, f in evaluation.systems.items()
    ]
    found: dict[str, Figure] = {"gain_by_rank": plot_gain(curves, "HR", evaluation.learners)}
    cells = {kind: systems[CHALLENGER] for kind, systems in evaluation.slices.items() if CHALLENGER in systems}
    found["slices"] = plot_slices(cells, evaluation.systems[CHALLENGER].metrics[METRIC])
    told = {name: f.calibration for name, f in evaluation.systems.items() if f.calibration}
    if told:
        errors = {name: evaluation.systems[name].calibration_error or 0.0 for name in told}
        found["calibration"] = plot_calibration(told, errors)
    return found


def _share(hit: float, count: int) -> Interval:
    low, high = wilson(hit, count)
    return Interval(hit, low, high)


def _estimates(values: PolicyValues) -> dict[str, Estimate]:
    return {f"{target}, {how}": estimate for target, by in values.values.items() for how, estimate in by.items()}


def write_card(folder: Path, card: ModelCard, log: TenantLog, plots: Mapping[str, bytes]) -> None:
    """card.json of the bundle, with the moment up to which the model knows, and the card to read with its plots."""
    document = {**card_document(card), "learned_until": learned_until(log)}
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    (folder / "card.json").write_text(text + "\n", encoding="utf-8")
    (folder / CARD).write_text(render_model_card(card), encoding="utf-8")
    for path, picture in plots.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(picture)


def run_of(log: TenantLog, card: ModelCard, plots: Mapping[str, bytes], ended_at: datetime) -> Run:
    """The run as MLflow keeps it; the bundle is added once it is published."""
    return Run(
        tenant=log.tenant,
        started_at=log.now,
        ended_at=ended_at,
        figures=metrics_of(card),
        params={name: str(value) for name, value in card.settings.items()},
        tags={"verdict": "promote" if card.verdict.promote else "hold", "data_digest": card.data.digest,
              "simulated": str(card.data.simulated > 0).lower()},
        artefacts={
            CARD: render_model_card(card), DATA: render_data_card(card.data),
            GATE: json.dumps(card.verdict.as_dict(), indent=1, sort_keys=True), **plots,
        },
    )  # fmt: skip
