from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.challengers import SMALL
from training.challenger import Challenger, learned_until
from training.learning_curve import learning_curve
from training.plots import Curve
from training.run_report import CARD, DATA, GATE, draw_plots, model_card, run_of, write_card
from training.tenant_log import TenantLog


@pytest.fixture(scope="module")
def curve(small_challenger: Challenger) -> Curve:
    teaching, settings = small_challenger.teaching, small_challenger.report.settings
    assert teaching is not None
    assert settings is not None
    found = learning_curve(teaching, settings, SMALL)
    assert found is not None
    return found


def test_the_learning_curve_ends_with_all_the_rows(curve: Curve) -> None:
    assert curve.places[-1] == 1.0
    assert list(curve.places) == sorted(curve.places)
    assert all(0 <= interval.low <= interval.high <= 1 for interval in curve.intervals)


def test_everything_that_was_measured_is_drawn(small_challenger: Challenger, curve: Curve) -> None:
    plots = draw_plots(small_challenger, curve)
    expected = {"importance", "learning_curve", "gain_by_rank", "slices", "off_policy"}
    assert expected <= {Path(path).stem for path in plots}
    assert all(content.startswith(b"\x89PNG") for content in plots.values())


def test_the_card_says_that_simulated_learners_are_no_evidence(
    small_log: TenantLog, small_challenger: Challenger, tmp_path: Path
) -> None:
    card = model_card(small_log, small_challenger, SMALL, {})
    run = run_of(small_log, card, {}, small_log.now)
    assert {CARD, DATA, GATE} <= set(run.artefacts)
    assert "Simulated data" in str(run.artefacts[CARD])
    assert run.tags["simulated"] == "true"
    write_card(tmp_path, card, small_log)
    written = json.loads((tmp_path / "card.json").read_text())
    assert written["learned_until"] == learned_until(small_log)
    assert written["verdict"] in {"promote", "hold"}
