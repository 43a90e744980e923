"""Settings under which a challenger of a small simulated log is made in seconds, and judged at all."""

from __future__ import annotations

from dataclasses import replace

from training.gate_thresholds import Thresholds, load_thresholds
from training.ranker import RankerConfig
from training.retrain_config import Bounds, RetrainConfig

SMALL = RetrainConfig(
    threads=1,
    bounds=Bounds(steps=60, candidates=20, moments=40, valued=120),
    ranker=RankerConfig(trees=15, min_rows_in_leaf=20, early_stopping=5),
)


def lenient() -> Thresholds:
    """The shipped gate, with counts that a small log reaches."""
    return replace(
        load_thresholds(), least_decisions=50, least_learners=10, least_positives=5, least_negatives=5,
        least_credentials=2,
    )  # fmt: skip
