"""Completion on the Open University's enrolments (OULAD): trained on earlier presentations, tested on the last.

Every row of studentInfo is one enrolment, including those who left before the horizon (no table here says when);
it counts as completed with a pass or a distinction. The horizons are the enrolment itself and a day of the
presentation. Everything is chosen on the earlier presentations, each held out in turn; the last is only judged.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from credpath.cli.printing import say, table
from credpath.errors import InvalidInput
from credpath.evaluation.calibration import reliability
from credpath.recommender.csr import Doubles, Mask, Offsets
from training.completion import fit_calibrated
from training.completion_metrics import FIGURES, Drawn, difference, judge
from training.completion_oulad import Enrolments, read_oulad
from training.completion_oulad_features import enrolment_table
from training.completion_periods import Fitting
from training.completion_plain import plain_forest, plain_logistic, tune_forest
from training.completion_table import CompletionTable
from training.completion_trees import ForestConfig

Tell = Callable[[str], None]
SHOWN = ("auc", "log_loss", "brier", "ece", "level")
LEAST = 100  # rows of a slice; a smaller one is hidden


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `python -m training.benchmark completion`."""
    parser.add_argument("--data", type=Path, required=True, help="folder with OULAD's CSV files")
    parser.add_argument("--test", default="2014J", help="the presentation that is judged; earlier ones are trained on")
    parser.add_argument("--day", type=int, default=60, help="of the presentation; the other horizon is enrolment")
    parser.add_argument("--seeds", type=int, default=3, help="fits of each model, seeds 0, 1, ...; the first is shown")
    parser.add_argument("--resamples", type=int, default=1_000, help="of the bootstrap over students")
    parser.add_argument("--bags", type=int, default=ForestConfig().bags, help="lines with forests that are averaged")
    parser.add_argument("--threads", type=int, default=1)


def run(chosen: Namespace, tell: Tell = lambda _: None) -> dict[str, Any]:
    """The figures as one document. Raises CredpathError."""
    started = time.perf_counter()
    enrolments = read_oulad(chosen.data)
    period = _periods(enrolments, chosen.test)
    tell(f"{len(period)} enrolments, {int((period == period.max()).sum())} of them in {chosen.test}")
    horizons: dict[str, Any] = {}
    for name, day in (("enrolment", None), (f"day {chosen.day}", chosen.day)):
        tell(name)
        horizons[name] = _horizon(enrolments, period, day, chosen)
    return {
        "test": chosen.test,
        "trained_on": sorted(set(enrolments.presentation[(period >= 0) & (period < period.max())].tolist())),
        "enrolments": int((period == period.max()).sum()),
        "completed": float(enrolments.completed[period == period.max()].mean()),
        "horizons": horizons,
        "seconds": round(time.perf_counter() - started, 1),
    }


def _periods(enrolments: Enrolments, test: str) -> Offsets:
    """(n,) place of each presentation in time; -1 for those after the tested one."""
    names = np.unique(enrolments.presentation).tolist()
    if test not in names[1:]:
        fix = f"one of {', '.join(names[1:])}"
        raise InvalidInput(f"no presentation {test!r} with earlier ones", where="--test", fix=fix)
    order = {name: at if at <= names.index(test) else -1 for at, name in enumerate(names)}
    return np.array([order[name] for name in enrolments.presentation.tolist()], np.int64)


def _horizon(enrolments: Enrolments, period: Offsets, day: int | None, chosen: Namespace) -> dict[str, Any]:
    names, features = enrolment_table(enrolments, day)
    whole = CompletionTable(
        features, names, enrolments.completed, period.astype(float), enrolments.student,
        period=period, strata=enrolments.module,
    )  # fmt: skip
    is_test = period == period.max()
    past, test = whole.only((period >= 0) & ~is_test), whole.only(is_test)
    stated, tuned = _fit_all(past, test, chosen)
    ours = stated["credpath"][0]
    return {
        "features": list(names),
        "tuned": tuned,
        "models": {name: _figures(runs, test, chosen.resamples) for name, runs in stated.items()},
        "differences": {
            f"credpath - {name}": _differences(ours, runs[0], test, chosen.resamples)
            for name, runs in stated.items()
            if name != "credpath"
        },
        "reliability": [asdict(one) for one in reliability(ours, test.finished)],
        "slices": _slices(enrolments, is_test, ours, test, day),
    }


def _fit_all(
    past: CompletionTable, test: CompletionTable, chosen: Namespace
) -> tuple[dict[str, list[Doubles]], dict[str, Any]]:
    """(model: its probabilities of the test rows for each seed, what was tuned)."""
    logistic, logistic_losses = plain_logistic(past, past.time.astype(np.int64), test.features)
    forest, forest_losses = tune_forest(past, past.time.astype(np.int64), chosen.threads)
    ours, plain, facts = [], [], {}
    for seed in range(chosen.seeds):
        # No signs: on earlier presentations they cost log loss, since scores differ in kind between modules.
        fitting = Fitting(ForestConfig(seed=seed, bags=chosen.bags, threads=chosen.threads), monotone={})
        fitted = fit_calibrated(past, fitting)
        ours.append(fitted.predict(test.features)[:, 0].astype(np.float64))
        plain.append(plain_forest(past, test.features, forest, seed))
        facts[f"credpath, seed {seed}"] = dict(fitted.facts)
    tuned = facts | {"logistic regression": logistic_losses, "plain LightGBM": forest_losses}
    return {"credpath": ours, "logistic regression": [logistic], "plain LightGBM": plain}, tuned


def _figures(runs: list[Doubles], test: CompletionTable, resamples: int) -> dict[str, Any]:
    """Of the first seed with intervals, and of each seed."""
    judged = judge(runs[0], test.finished, test.who, 0, resamples)
    whole = np.ones(len(test.finished))
    drawn = [Drawn(one, test.finished) for one in runs]
    return {
        name: interval.as_dict() | {"seeds": [FIGURES[name](one, whole) for one in drawn]}
        for name, interval in judged.items()
    }


def _differences(ours: Doubles, theirs: Doubles, test: CompletionTable, resamples: int) -> dict[str, Any]:
    return {
        name: difference(name, ours, theirs, test.finished, test.who, 0, resamples).as_dict()
        for name in ("auc", "log_loss", "brier", "ece")
    }


def _slices(
    enrolments: Enrolments, is_test: Mask, stated: Doubles, test: CompletionTable, day: int | None
) -> dict[str, dict[str, float]]:
    """AUC, calibration and level by module, and of those who had handed something in by the day."""
    module = enrolments.module[is_test]
    masks = {f"module {name}": module == name for name in np.unique(module).tolist()}
    if day is not None:
        active = test.features[:, test.names.index("handed_in")] > 0
        masks |= {"handed in something": active, "handed in nothing": ~active}
    found = {}
    for name, rows in masks.items():
        if rows.sum() >= LEAST:
            drawn, whole = Drawn(stated[rows], test.finished[rows]), np.ones(int(rows.sum()))
            found[name] = {"rows": float(rows.sum())} | {k: take(drawn, whole) for k, take in FIGURES.items()}
    return found


def show(document: dict[str, Any]) -> None:
    """The figures for a person."""
    trained = ", ".join(document["trained_on"])
    say(f"{document['enrolments']} enrolments of {document['test']}, {document['completed']:.3f} completed; "
        f"trained on {trained}; intervals of 95 % by student")  # fmt: skip
    for horizon, found in document["horizons"].items():
        rows = [[name, *(_cell(figures[k]) for k in SHOWN)] for name, figures in found["models"].items()]
        rows += [[name, *(_cell(gaps.get(k)) for k in SHOWN)] for name, gaps in found["differences"].items()]
        table([horizon, *SHOWN], rows, "")
        cells = [
            [name, f"{one['rows']:.0f}", *(f"{one[k]:.4f}" for k in SHOWN)] for name, one in found["slices"].items()
        ]
        table([f"credpath, {horizon}", "rows", *SHOWN], cells, "")
    say(f"{document['seconds']} s")


def _cell(figure: dict[str, Any] | None) -> str:
    return "" if figure is None else f"{figure['value']:.4f} ({figure['low']:.4f} to {figure['high']:.4f})"
