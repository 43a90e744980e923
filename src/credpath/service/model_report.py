"""All that a learned model was measured at, as its bundle tells it: what a page draws.

The file is of a bundle that may never have served, so it is not verified here: it is bounded, and what in it is not
as it should be is left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from credpath.evaluation.calibration import Bin
from credpath.evaluation.intervals import Interval
from credpath.service.model_figures import CARD, MAX_CARD, MAX_SENTENCE

FIGURES = "figures.json"
MOST = 200  # entries of any list
PRODUCTS = ("challenger", "champion", "rules")


@dataclass(frozen=True, slots=True)
class System:
    """One system under full ranking. `hits_by_rank`: share of take-ups within the first k."""

    name: str
    metrics: Mapping[str, Interval]
    coverage: float | None
    hits_by_rank: tuple[float, ...]

    @property
    def is_product(self) -> bool:
        """Whether it is ours, and no plain baseline."""
        return self.name in PRODUCTS


@dataclass(frozen=True, slots=True)
class Cell:
    """A slice that is large enough to be shown."""

    name: str
    count: int
    challenger: Interval
    champion: Interval | None


@dataclass(frozen=True, slots=True)
class SliceGroup:
    """The cells of one kind of slice; `hidden` more hold too few learners."""

    kind: str
    cells: tuple[Cell, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a policy would have earned, or why that cannot be said. `effective`: decisions that tell as much."""

    policy: str
    estimator: str
    interval: Interval | None
    effective: float
    refused: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule of the gate. `measured` False: there was nothing to apply it to, or it was told and not `judged`."""

    name: str
    passed: bool
    measured: bool
    sentence: str
    judged: bool = True


@dataclass(frozen=True, slots=True)
class ModelReport:
    """Parts are empty where nothing was measured. `calibration`: of the probability of finishing."""

    verdict: str = ""
    sentence: str = ""
    regime: str = ""
    simulated: bool = False
    criteria: tuple[Criterion, ...] = ()
    steps: int = 0
    learners: int = 0
    systems: tuple[System, ...] = ()
    differences: Mapping[str, Interval] = field(default_factory=dict)
    slices: tuple[SliceGroup, ...] = ()
    decisions: int = 0
    values: tuple[Estimated, ...] = ()
    lifts: tuple[Estimated, ...] = ()
    importance: Mapping[str, float] = field(default_factory=dict)
    learning_curve: tuple[tuple[float, Interval], ...] = ()
    calibration: tuple[Bin, ...] = ()
    completion_shown: bool = False
    completion: Mapping[str, Interval] = field(default_factory=dict)
    completion_why: tuple[str, ...] = ()
    mastery: Mapping[str, Interval] = field(default_factory=dict)
    mastery_why: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the bundle holds a learned model of the tenant."""
        return bool(self.verdict or self.systems)


def read_report(bundle: Path, tenant: str) -> ModelReport:
    """From the tenant's folder of a bundle; empty where nothing was learned or nothing can be read."""
    folder = bundle / "learned" / tenant
    card, figures = _document(folder / CARD, tenant), _document(folder / FIGURES, tenant)
    return ModelReport(**_of_card(card), **_of_figures(figures))


def _document(path: Path, tenant: str) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_CARD + 1)
        found = json.loads(content) if len(content) <= MAX_CARD else None
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("tenant") == tenant else {}


def _of_card(card: Mapping[str, Any]) -> dict[str, Any]:
    gate = _mapping(card.get("gate"))
    verdict = card.get("verdict")
    return {
        "verdict": verdict if verdict in ("promote", "hold") else "",
        "sentence": _text(gate.get("sentence")),
        "regime": _text(gate.get("regime")),
        "simulated": bool(_number(card.get("simulated_learners"))),
        "criteria": tuple(map(_criterion, _mappings(gate.get("criteria")))),
    }


def _criterion(found: Mapping[str, Any]) -> Criterion:
    judged = found.get("judged") is not False  # cards made before it was said judged whatever they measured
    measured = bool(found.get("measured")) and judged
    return Criterion(
        _text(found.get("name")), bool(found.get("passed")), measured, _text(found.get("sentence")), judged
    )


def _of_figures(found: Mapping[str, Any]) -> dict[str, Any]:
    test, completion = _mapping(found.get("test")), _mapping(found.get("completion"))
    mastery = _mapping(found.get("mastery"))
    return {
        "steps": int(_number(test.get("steps"))),
        "learners": int(_number(test.get("learners"))),
        "systems": tuple(sorted((_system(s) for s in _mappings(found.get("systems"))), key=_place)),
        "differences": _intervals(found.get("differences")),
        "slices": tuple(_slice(s) for s in _mappings(found.get("slices"))),
        "decisions": int(_number(found.get("decisions"))),
        "values": tuple(map(_estimated, _mappings(found.get("values")))),
        "lifts": tuple(map(_estimated, _mappings(found.get("lifts")))),
        "importance": _shares(found.get("importance")),
        "learning_curve": tuple(_curve(found.get("learning_curve"))),
        "calibration": tuple(_bins(completion.get("calibration"))),
        "completion_shown": bool(completion.get("shown")),
        "completion": _intervals(completion.get("metrics")),
        "completion_why": _texts(completion.get("why")),
        "mastery": _intervals(mastery.get("metrics")),
        "mastery_why": _texts(mastery.get("why")),
    }


def _system(entry: Mapping[str, Any]) -> System:
    hits = entry.get("hits_by_rank")
    shares = tuple(_number(share) for share in hits[:MOST]) if isinstance(hits, list) else ()
    coverage = entry.get("coverage")
    known = None if coverage is None else _number(coverage)
    return System(_text(entry.get("name")), _intervals(entry.get("metrics")), known, shares)


def _place(system: System) -> tuple[int, float, str]:
    """Ours first, then the strongest."""
    ours = PRODUCTS.index(system.name) if system.is_product else len(PRODUCTS)
    metric = system.metrics.get("ndcg_at_10")
    return ours, -(metric.value if metric else 0.0), system.name


def _slice(entry: Mapping[str, Any]) -> SliceGroup:
    cells = []
    for cell in _mappings(entry.get("cells")):
        own = _interval(cell.get("challenger"))
        if own is not None:
            name, count = _text(cell.get("name")), int(_number(cell.get("count")))
            cells.append(Cell(name, count, own, _interval(cell.get("champion"))))
    return SliceGroup(_text(entry.get("kind")), tuple(cells), int(_number(entry.get("hidden"))))


def _estimated(entry: Mapping[str, Any]) -> Estimated:
    return Estimated(
        _text(entry.get("policy")),
        _text(entry.get("estimator")),
        _interval(entry.get("interval")),
        _number(entry.get("effective")),
        _text(entry.get("refused")),
    )


def _curve(found: Any) -> Iterator[tuple[float, Interval]]:
    for entry in _mappings(found):
        if (interval := _interval(entry)) is not None:
            yield _number(entry.get("share")), interval


def _bins(found: Any) -> Iterator[Bin]:
    for entry in _mappings(found):
        stated, happened, low, high = (_number(entry.get(name)) for name in ("stated", "happened", "low", "high"))
        yield Bin(int(_number(entry.get("count"))), *(min(1.0, max(0.0, v)) for v in (stated, happened, low, high)))


def _shares(found: Any) -> dict[str, float]:
    """Features by falling share of all gain."""
    shares = {_text(name): _number(value) for name, value in list(_mapping(found).items())[:MOST]}
    return dict(sorted(shares.items(), key=lambda pair: (-pair[1], pair[0])))


def _intervals(found: Any) -> dict[str, Interval]:
    read = {_text(name): _interval(entry) for name, entry in sorted(_mapping(found).items())[:MOST]}
    return {name: interval for name, interval in read.items() if interval is not None}


def _interval(entry: Any) -> Interval | None:
    try:
        interval = Interval(*(float(entry[key]) for key in ("value", "low", "high")))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return interval if interval.finite else None


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _mappings(found: Any) -> list[Mapping[str, Any]]:
    return [one for one in found[:MOST] if isinstance(one, dict)] if isinstance(found, list) else []


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in found[:MOST]) if isinstance(found, list) else ()


def _text(found: Any) -> str:
    return found[:MAX_SENTENCE] if isinstance(found, str) else ""


def _number(found: Any) -> float:
    try:
        number = float(found)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) and abs(number) < 1e12 else 0.0
