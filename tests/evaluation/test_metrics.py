from __future__ import annotations

import numpy as np
import pytest

from credpath.evaluation.metrics import calibration_error, ranking_metrics


def test_metrics_of_known_places() -> None:
    figures = ranking_metrics(np.array([1.0, 2.0, 6.0, np.inf]), seed=0)
    assert figures["top_1"]["value"] == 0.25
    assert figures["top_5"]["value"] == 0.5
    assert figures["mrr"]["value"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)
    assert figures["mrr"]["low"] <= figures["mrr"]["value"] <= figures["mrr"]["high"]


def test_confidence_that_holds_has_no_calibration_error() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert calibration_error(np.full(10, 0.8), right) == pytest.approx(0.0)
    assert calibration_error(np.full(10, 0.3), right) == pytest.approx(0.5)
