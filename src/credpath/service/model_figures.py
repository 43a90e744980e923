"""The figures of a learned model, as its card in the bundle tells them: read for lists, never to serve with."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from credpath.evaluation.intervals import Interval

CARD = "card.json"
MAX_CARD = 1024 * 1024
MAX_METRICS = 100
MAX_SENTENCE = 2_000


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """What the gate said ("promote", "hold", or "" where nothing was learned), its sentence, metrics with intervals."""

    verdict: str = ""
    sentence: str = ""
    metrics: Mapping[str, Interval] = field(default_factory=dict)


def read_figures(bundle: Path, tenant: str) -> ModelFigures:
    """From the tenant's card in a bundle's folder; empty where there is none or it cannot be read.

    The file is not verified here, so it is bounded and nothing in it is trusted to be what it should.
    """
    try:
        with (bundle / "learned" / tenant / CARD).open("rb") as stream:
            content = stream.read(MAX_CARD + 1)
        document = json.loads(content) if len(content) <= MAX_CARD else None
    except (OSError, ValueError, RecursionError):
        return ModelFigures()
    if not isinstance(document, dict) or document.get("tenant") != tenant:
        return ModelFigures()
    verdict, gate = document.get("verdict"), document.get("gate")
    sentence = gate.get("sentence") if isinstance(gate, dict) else ""
    return ModelFigures(
        verdict=verdict if verdict in ("promote", "hold") else "",
        sentence=sentence[:MAX_SENTENCE] if isinstance(sentence, str) else "",
        metrics=_metrics(document.get("metrics")),
    )


def _metrics(listed: Any) -> dict[str, Interval]:
    if not isinstance(listed, dict):
        return {}
    found = {str(name)[:100]: _interval(entry) for name, entry in sorted(listed.items())[:MAX_METRICS]}
    return {name: interval for name, interval in found.items() if interval is not None}


def _interval(entry: Any) -> Interval | None:
    try:
        value, low, high = (float(entry[key]) for key in ("value", "low", "high"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return Interval(value, low, high) if all(map(math.isfinite, (value, low, high))) else None
