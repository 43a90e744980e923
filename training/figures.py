"""Everything that a retraining measured, as one JSON file of the bundle: what a page draws its plots from.

The cards say it in words; this says it in numbers. Nothing is computed here, and what is hidden for its size is
only counted: the file travels with the bundle.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from credpath.evaluation.intervals import Interval
from credpath.evaluation.offpolicy import Estimate
from training.evaluate import CHALLENGER, CHAMPION, METRIC, RULES, Evaluation, Figures
from training.mastery_trial import MasteryTrial
from training.model_card import ModelCard
from training.plots import Curve
from training.policy_value import PolicyValues

FILE = "figures.json"
FORMAT = 1


def figures_document(
    card: ModelCard, curve: Curve | None = None, mastery: MasteryTrial | None = None
) -> dict[str, Any]:
    """JSON-ready and finite."""
    return {
        "format": FORMAT,
        "tenant": card.tenant,
        "trained_at": card.trained_at.isoformat(),
        "metric": METRIC,
        "importance": {name: gain for name, gain in card.importance.items() if math.isfinite(gain)},
        "learning_curve": _curve(curve),
        "completion": _completion(card),
        "mastery": _mastery(mastery),
        **_evaluated(card.evaluation),
        **_off_policy(card.values),
    }


def write_figures(folder: Path, document: Mapping[str, Any]) -> None:
    """figures.json beside the card; whoever publishes the folder hashes it."""
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def _evaluated(evaluation: Evaluation | None) -> dict[str, Any]:
    if evaluation is None:
        return {"test": None, "systems": [], "differences": {}, "slices": [], "group_gap": None}
    gap = evaluation.group_gaps.get(CHALLENGER)
    counts = ("steps", "learners", "credentials", "credential_share")
    return {
        "test": {name: getattr(evaluation, name) for name in counts},
        "systems": [_system(name, figures) for name, figures in sorted(evaluation.systems.items())],
        "differences": {o: by[METRIC].as_dict() for o, by in evaluation.differences.items() if by[METRIC].finite},
        "slices": [_slice(kind, by) for kind, by in sorted(evaluation.slices.items())],
        "group_gap": gap.as_dict() if gap and gap.finite else None,
    }


def _system(name: str, figures: Figures) -> dict[str, Any]:
    return {
        "name": name,
        "metrics": _intervals(figures.metrics),
        "coverage": _finite(figures.coverage),
        "popularity_lift": _finite(figures.popularity_lift),
        "milliseconds": {part: time for part, time in figures.milliseconds.items() if math.isfinite(time)},
        "hits_by_rank": [_finite(share) for share in figures.hits_by_rank],
        "calibration": [asdict(b) for b in figures.calibration or ()],
        "calibration_error": figures.calibration_error,
    }


def _slice(kind: str, systems: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Cells with the challenger's figure and the champion's; of those hidden for their size only how many there are."""
    cells, others = systems.get(CHALLENGER, {}), systems.get(CHAMPION, systems.get(RULES, {}))
    shown = []
    for name, cell in sorted(cells.items()):
        if not cell.hidden:
            other = others.get(name)
            known = other.interval.as_dict() if other is not None and other.interval else None
            shown.append({"name": name, "count": cell.count, CHALLENGER: cell.interval.as_dict(), CHAMPION: known})
    return {"kind": kind, "cells": shown, "hidden": len(cells) - len(shown)}


def _off_policy(values: PolicyValues | None) -> dict[str, Any]:
    if values is None:
        return {"decisions": None, "values": [], "lifts": []}
    return {
        "decisions": values.decisions,
        "values": list(_estimates(values.values)),
        "lifts": list(_estimates(values.lifts)),
    }


def _estimates(found: Mapping[str, Mapping[str, Estimate]]) -> Iterable[dict[str, Any]]:
    for policy, by in found.items():
        for how, e in by.items():
            known = e.value is not None and e.low is not None and e.high is not None
            figure = {"value": e.value, "low": e.low, "high": e.high} if known else None
            size = _finite(float(e.effective_sample_size))
            yield {"policy": policy, "estimator": how, "interval": figure, "effective": size, "refused": e.refused}


def _completion(card: ModelCard) -> dict[str, Any] | None:
    part = card.completion
    if part is None:
        return None
    told = {"shown": part.shown, "metrics": _intervals(part.metrics), "why": list(part.why)}
    return {**told, "calibration": [asdict(b) for b in part.calibration]}


def _mastery(mastery: MasteryTrial | None) -> dict[str, Any] | None:
    if mastery is None:
        return None
    return {"learned": mastery.model is not None, "metrics": _intervals(mastery.metrics), "why": list(mastery.why)}


def _curve(curve: Curve | None) -> list[dict[str, float]]:
    if curve is None:
        return []
    pairs: Sequence[tuple[float, Interval]] = list(zip(curve.places, curve.intervals, strict=True))
    return [{"share": place, "value": i.value, "low": i.low, "high": i.high} for place, i in pairs if i.finite]


def _intervals(metrics: Mapping[str, Interval]) -> dict[str, Any]:
    return {name: interval.as_dict() for name, interval in sorted(metrics.items()) if interval.finite}


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
