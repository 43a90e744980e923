"""The thresholds of the gate, read from a versioned file and checked key by key."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from credpath.domain.rules import check_number
from credpath.errors import InvalidInput
from credpath.evaluation.offpolicy import Limits

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
        return Limits(self.least_effective, self.least_carried, self.most_unexplored)


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


LISTS = ("required_baselines", "unmeasured_holds")


def _check(name: str, value: object, path: Path) -> None:
    if name in LISTS:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidInput(f"{name} is not a list of names", where=str(path))
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{name} is not a number", where=str(path))
    else:
        check_number(value, f"{path.name}: {name}", low=-1e12, high=1e12)
