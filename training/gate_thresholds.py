"""The thresholds of the gate, read from a versioned file and checked key by key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from credpath.errors import InvalidInput
from credpath.evaluation.offpolicy import Limits
from training.contenders import ITEM_MODELS

DEFAULT = Path(__file__).with_name("gate.toml")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One field a key of `gate.toml`, where each is documented."""

    version: int
    least_decisions: int
    least_learners: int
    least_positives: int
    least_negatives: int
    least_credentials: int
    most_outcome_share: float
    most_credential_share: float
    least_lift: float
    least_lift_snips: float
    least_effective: float
    least_carried: float
    most_unexplored: float
    least_propensity: float
    least_ranking_gain: float
    required_baselines: tuple[str, ...]
    most_calibration_error: float
    least_coverage: float
    least_coverage_kept: float
    most_popularity_lift: float
    most_popularity_growth: float
    most_latency_ratio: float
    free_latency_ms: float
    most_bundle_bytes: int
    most_group_gap: float
    most_group_gap_growth: float
    unmeasured_holds: tuple[str, ...]

    @property
    def limits(self) -> Limits:
        """When `evaluation.offpolicy.lift` is to refuse."""
        return Limits(self.least_effective, self.least_carried, self.most_unexplored, self.least_propensity)


COUNT, SHARE, GAIN, TIMES = (1, 10**12), (0.0, 1.0), (-10.0, 10.0), (0.0, 1e6)
# The lowest and the highest that a number may be; it is a whole one where these are.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "version": COUNT,
    "least_decisions": COUNT,
    "least_learners": COUNT,
    "least_positives": COUNT,
    "least_negatives": COUNT,
    "least_credentials": COUNT,
    "most_outcome_share": SHARE,
    "most_credential_share": SHARE,
    "least_lift": GAIN,
    "least_lift_snips": GAIN,
    "least_effective": (1.0, 1e12),
    "least_carried": (1.0, 1e12),
    "most_unexplored": SHARE,
    "least_propensity": (1e-6, 1.0),
    "least_ranking_gain": GAIN,
    "most_calibration_error": SHARE,
    "least_coverage": SHARE,
    "least_coverage_kept": SHARE,
    "most_popularity_lift": (-1.0, 1e6),
    "most_popularity_growth": TIMES,
    "most_latency_ratio": TIMES,
    "free_latency_ms": TIMES,
    "most_bundle_bytes": COUNT,
    "most_group_gap": SHARE,
    "most_group_gap_growth": SHARE,
}
# The systems that full ranking measures, and the criteria that may go unmeasured. "lift" is none of them: without it
# full ranking decides.
BASELINES = ("popularity", "cosine", *ITEM_MODELS, "rules")
UNMEASURED = (
    "negatives", "outcome_share", "snips", "baseline_lifts", "baselines", "champion", "calibration", "coverage",
    "popularity", "latency", "size", "groups",
)  # fmt: skip
LISTS = {"required_baselines": BASELINES, "unmeasured_holds": UNMEASURED}


def load_thresholds(path: Path = DEFAULT) -> Thresholds:
    """Raises InvalidInput that names a missing, unknown or unreadable key: a gate with a hole is no gate."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"cannot be read: {error}", where=str(path), fix="mend the file of thresholds") from error
    known = {field.name for field in fields(Thresholds)}
    if wrong := sorted(known ^ set(given)):
        raise InvalidInput(f"keys missing or unknown: {', '.join(wrong)}", where=str(path), fix="compare gate.toml")
    for name, value in given.items():
        _check(name, value, path)
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    return Thresholds(**values)


def _check(name: str, value: Any, path: Path) -> None:
    if name in LISTS:
        _check_names(name, value, path)
        return
    low, high = BOUNDS[name]
    kind, called = (int, "whole number") if isinstance(low, int) else (int | float, "number")
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        fix = f"give a {called} from {low:g} to {high:g}"
        raise InvalidInput(f"{name} is {value!r}", where=str(path), fix=fix)


def _check_names(name: str, value: Any, path: Path) -> None:
    fix = f"take them from {', '.join(LISTS[name])}"
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput(f"{name} is not a list of names", where=str(path), fix=fix)
    if wrong := sorted(set(value) - set(LISTS[name])):
        raise InvalidInput(f"{name} names what there is not: {', '.join(wrong)}", where=str(path), fix=fix)
    if name == "required_baselines" and not value:  # nothing would have to be beaten
        raise InvalidInput(f"{name} is empty", where=str(path), fix=fix)
