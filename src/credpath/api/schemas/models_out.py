"""Bundles, their figures and the history of what served, on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import TypedDict

from credpath.api.schemas.values import time_out
from credpath.evaluation.intervals import Interval
from credpath.service.promotion import Change, Model


class FigureOut(TypedDict):
    """A figure of the evaluation with its 95 % interval."""

    value: float
    low: float
    high: float


class ModelOut(TypedDict):
    """One bundle; `current` marks the one that serves.

    `verdict`: what the gate said of the model learned for your tenant, `promote` or `hold`; empty where ranking is by
    rules. `metrics` by name, for example `ndcg_at_10`.
    """

    version: str
    created_at: str | None
    current: bool
    note: str
    verdict: str
    metrics: dict[str, FigureOut]


class ModelsOut(TypedDict):
    """Every bundle on disk, newest first."""

    items: list[ModelOut]


class ChangeOut(TypedDict):
    """One switch: which bundle, when, who and why; verdict and metrics as in a model."""

    version: str
    at: str | None
    by: str
    reason: str
    verdict: str
    metrics: dict[str, FigureOut]


class HistoryOut(TypedDict):
    """The last switches, newest first."""

    items: list[ChangeOut]


class ServingOut(TypedDict):
    """The bundle that serves from now on.

    `held_by_gate`: what the gate said where it had held your own model in it, "" where it had not.
    """

    version: str
    held_by_gate: str


def model_out(model: Model) -> ModelOut:
    """From the use case."""
    return {
        "version": model.version,
        "created_at": time_out(model.created_at),
        "current": model.current,
        "note": model.note,
        "verdict": model.verdict,
        "metrics": _figures(model.metrics),
    }


def change_out(change: Change) -> ChangeOut:
    """From the use case."""
    return {
        "version": change.version,
        "at": time_out(change.at),
        "by": change.by,
        "reason": change.reason,
        "verdict": change.verdict,
        "metrics": _figures(change.metrics),
    }


def _figures(metrics: Mapping[str, Interval]) -> dict[str, FigureOut]:
    return {name: {"value": i.value, "low": i.low, "high": i.high} for name, i in metrics.items()}
