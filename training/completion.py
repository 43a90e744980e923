"""Fits the probability that a learner finishes what they enrol in, and decides whether it may be shown."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from credpath.errors import InvalidInput
from credpath.evaluation.calibration import Bin, reliability
from credpath.evaluation.intervals import Interval
from credpath.recommender.completion import Completion, Curve, chances
from credpath.recommender.csr import Floats, Offsets
from training.completion_curve import fit_curve
from training.completion_metrics import chance_ece, difference, judge
from training.completion_periods import Fitting, calibration_shape, out_of_period, periods_of, tune
from training.completion_table import CompletionTable
from training.completion_trees import Bag, ForestConfig, fit_bag, save_bag

DEFAULTS = Path(__file__).parent / "completion.toml"


@dataclass(frozen=True, slots=True)
class Gate:
    """When the probability may be shown. All on the latest period, by a model fitted before it.

    `rows`, `each`: known results at least, in all and of each kind; `judged`: of them in the latest period.
    `auc`: the interval of the AUC must lie above it. The log loss must be below that of the plain share of earlier
    finishers by an interval. `ece`: the calibration error may be so much above what chance alone shows in so few rows.
    """

    rows: int = 500
    each: int = 100
    judged: int = 300
    auc: float = 0.55
    ece: float = 0.03


@dataclass(frozen=True, slots=True)
class CompletionConfig:
    """What `completion.toml` says. Every default is valid."""

    fitting: Fitting = field(default_factory=Fitting)
    gate: Gate = field(default_factory=Gate)


def read_config(path: Path = DEFAULTS) -> CompletionConfig:
    """The settings of a TOML file like `completion.toml`. Raises InvalidInput for an unknown name."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    _known(given, CompletionConfig, path.name)
    fitting = dict(_known(given.get("fitting", {}), Fitting, f"{path.name} [fitting]"))
    fitting |= {name: tuple(value) for name, value in fitting.items() if isinstance(value, list)}
    if "forest" in fitting:
        fitting["forest"] = ForestConfig(**_known(fitting["forest"], ForestConfig, f"{path.name} [fitting.forest]"))
    return CompletionConfig(Fitting(**fitting), Gate(**_known(given.get("gate", {}), Gate, f"{path.name} [gate]")))


def _known(values: dict[str, Any], kind: type, where: str) -> dict[str, Any]:
    unknown = sorted(set(values) - {one.name for one in fields(kind)})
    if unknown:
        raise InvalidInput(f"unknown setting {unknown[0]!r}", where=where, fix="remove it")
    return values


@dataclass(frozen=True, slots=True)
class FittedCompletion:
    """A calibrated bag; `facts` say how it came about."""

    bag: Bag
    curve: Curve
    usual_spread: float
    facts: Mapping[str, Any]

    def predict(self, features: Floats) -> Floats:
        """(n, names) -> (n, 3) probability, low, high: what serving gives but for the rounding of float32."""
        return chances(self.bag.margins(features), self.curve, self.usual_spread)

    def save(self, folder: Path) -> Completion:
        """Writes the files that serving reads, and reads them back."""
        return save_bag(self.bag, self.curve, self.usual_spread, self.facts, folder)


def fit_calibrated(table: CompletionTable, fitting: Fitting) -> FittedCompletion:
    """Chooses, calibrates and fits by looking at the table's own periods alone.

    Line and forest are chosen by log loss on each period, by fits on the others; the calibration's shape on the last
    period, by curves of the periods before it; the curve is fitted on margins of forests that had not seen the period.
    """
    period = periods_of(table, fitting.periods)
    forest, losses = tune(table, period, fitting)
    shape, tried = calibration_shape(table, period, forest, fitting)
    curve = fit_curve(shape, out_of_period(table, period, forest, fitting.monotone))
    bag = fit_bag(table.rows, table.names, forest, fitting.monotone)
    facts = {
        "rows": len(table.finished), "finished": int(table.finished.sum()), "periods": len(np.unique(period)),
        "strength": forest.strength, "trees": forest.trees, "losses": losses,
        "calibration": shape, "calibration_losses": tried,
    }  # fmt: skip
    return FittedCompletion(bag, curve, bag.usual_spread(table.features), facts)


@dataclass(frozen=True, slots=True)
class CompletionTrial:
    """The model to serve, or None; what was measured on the latest period; and a sentence for each criterion.

    `calibration`: stated against what happened, bins of about equal count; () where nothing was judged.
    """

    model: FittedCompletion | None
    metrics: Mapping[str, Interval]
    why: tuple[str, ...]
    calibration: tuple[Bin, ...] = ()


def fit_completion(table: CompletionTable, config: CompletionConfig = CompletionConfig()) -> CompletionTrial:
    """Fits before the latest period, judges on it, and only where it passes fits again on everything."""
    gate = config.gate
    counts = (len(table.finished), int(table.finished.sum()), int((~table.finished).sum()))
    enough: tuple[Said, ...] = (
        Said(counts[0] >= gate.rows, f"{counts[0]} known results, {gate.rows} are needed"),
        Said(min(counts[1:]) >= gate.each, f"{counts[1]} finished and {counts[2]} did not, {gate.each} of each needed"),
    )
    if not all(said.holds for said in enough):
        return _held(enough, {})
    period = periods_of(table, config.fitting.periods)
    before, latest = _split(table, period)
    kinds = min(int(before.finished.sum()), int((~before.finished).sum()), len(np.unique(before.time)))
    enough += (
        Said(len(latest.finished) >= gate.judged, f"{len(latest.finished)} results to judge by, {gate.judged} needed"),
        Said(kinds >= gate.each / 2, f"{kinds} earlier results of the rarer kind, {gate.each / 2:g} needed"),
    )
    if not all(said.holds for said in enough):
        return _held(enough, {})
    metrics, verdict, curve = _judged(before, latest, config)
    passed = all(said.holds for said in verdict)
    model = fit_calibrated(table, config.fitting) if passed else None
    return CompletionTrial(model, metrics, tuple(map(str, enough + verdict)), curve)


@dataclass(frozen=True, slots=True)
class Said:
    """One criterion with its sentence."""

    holds: bool
    sentence: str

    def __str__(self) -> str:
        return f"{'met' if self.holds else 'not met'}: {self.sentence}"


def _held(said: tuple[Said, ...], metrics: Mapping[str, Interval]) -> CompletionTrial:
    return CompletionTrial(None, metrics, tuple(map(str, said)))


def _split(table: CompletionTable, period: Offsets) -> tuple[CompletionTable, CompletionTable]:
    """(what was known when the latest period began, the latest period)."""
    is_latest = period == period.max()
    began = float(table.time[is_latest].min())
    known = table.time if table.known_at is None else table.known_at
    return table.only(~is_latest & (known < began)), table.only(is_latest)


def _judged(
    before: CompletionTable, latest: CompletionTable, config: CompletionConfig
) -> tuple[dict[str, Interval], tuple[Said, ...], tuple[Bin, ...]]:
    gate, seed = config.gate, config.fitting.forest.seed
    fitted = fit_calibrated(before, config.fitting)
    stated = fitted.predict(latest.features)
    plain = np.full(len(latest.finished), before.finished.mean())
    who = latest.who
    metrics = judge(stated[:, 0], latest.finished, who, seed)
    metrics["log_loss_above_plain"] = difference("log_loss", stated[:, 0], plain, latest.finished, who, seed)
    gain, ece = metrics["log_loss_above_plain"], metrics["ece"]
    by_chance = chance_ece(stated[:, 0], seed)
    metrics["ece_above_chance"] = Interval(ece.value - by_chance, ece.low - by_chance, ece.high - by_chance)
    verdict = (
        Said(metrics["auc"].low > gate.auc, f"AUC {metrics['auc']}, its interval must lie above {gate.auc}"),
        Said(gain.high < 0, f"log loss less that of the share alone {gain}, its interval must lie below 0"),
        Said(
            ece.value - by_chance <= gate.ece,
            f"calibration error {ece}, {by_chance:.4f} by chance alone, at most {gate.ece} more is allowed",
        ),
    )
    return metrics, verdict, reliability(stated[:, 0].astype(np.float64), latest.finished, equal="mass")
