"""The evidence about a challenger that the gate reads, gathered by whoever fitted and judged it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from credpath.evaluation.intervals import Interval
from credpath.evaluation.offpolicy import Estimate


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured on the part of the log that judges. None: not measured.

    `decisions`: mature impressions, or held-back steps where there are none; `positives` and `negatives`: with a
    reward and without (None for steps, which have none). `credentials`: different ones among those taken up.
    `outcome_share`, `credential_share`: share of the largest outcome class and of the credential taken up most.

    `baselines`, `champion`: paired difference of `metric` under full ranking, challenger less other. `presented`:
    the credentials that were ranked had been shown by the champion, so that its own ranking of them is favoured.
    `lift`, `lift_snips`: `evaluation.offpolicy.lift` over the champion's target; a refused one counts as absent and
    its sentence is told. `baseline_lifts`: the same over each baseline's first choices.

    `calibration_error`: beyond what chance alone shows in so few rows, as the champion's is that stands beside it;
    `whole_calibration_error`: with that. So do `coverage`, `popularity_lift` and `group_gap`. `latency_ratio` is
    challenger over champion in the same run, `latency_ms` the challenger's. `not_finite` names arrays (features,
    scores, predictions) in which something was not finite. `steps`: how many full ranking can look for;
    `filtered_share`: of the credentials taken at them, those that the filters would not have offered.
    """

    decisions: int
    learners: int
    positives: int
    credentials: int
    credential_share: float
    negatives: int | None = None
    outcome_share: float | None = None
    metric: str = "ndcg_at_10"
    baselines: Mapping[str, Interval] = field(default_factory=dict)
    champion: Interval | None = None
    presented: bool = False
    lift: Estimate | None = None
    lift_snips: Estimate | None = None
    baseline_lifts: Mapping[str, Estimate] = field(default_factory=dict)
    calibration_error: float | None = None
    whole_calibration_error: float | None = None
    champion_calibration_error: float | None = None
    coverage: float | None = None
    champion_coverage: float | None = None
    popularity_lift: float | None = None
    champion_popularity_lift: float | None = None
    latency_ratio: float | None = None
    latency_ms: float | None = None
    bundle_bytes: int | None = None
    group_gap: Interval | None = None
    champion_group_gap: Interval | None = None
    not_finite: tuple[str, ...] = ()
    steps: int | None = None
    filtered_share: float | None = None

    @property
    def judged_off_policy(self) -> bool:
        """Whether the log tells what the challenger would have earned; else full ranking decides."""
        return self.lift is not None and not self.lift.refused

    def broken(self) -> tuple[str, ...]:
        """Names of what is not finite: those given, and the trial's own figures."""
        own = (f.name for f in fields(self) if any(not math.isfinite(n) for n in _numbers(getattr(self, f.name))))
        return (*self.not_finite, *own)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, Interval | Estimate):
        yield from (n for n in (value.value, value.low, value.high) if n is not None)
