from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from credpath.domain.outcomes import Outcome
from tests.training.challengers import SMALL
from training.challenger import Challenger, learned_until
from training.gate_thresholds import DEFAULT as THRESHOLDS
from training.learning_curve import learning_curve
from training.plots import Curve
from training.retrain_config import DEFAULTS
from training.run_report import (
    CARD,
    DATA,
    GATE,
    command_of,
    data_card,
    draw_plots,
    model_card,
    ranked_among,
    run_of,
    write_card,
)
from training.tenant_log import TenantLog

PLOTS = {"plots/slices.png": b"png"}


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
    card = model_card(small_log, small_challenger, SMALL, {"slices": "plots/slices.png"}, "retrain --tenant x")
    run = run_of(small_log, card, {}, small_log.now)
    assert {CARD, DATA, GATE} <= set(run.artefacts)
    assert "Simulated data" in str(run.artefacts[CARD])
    assert run.tags["simulated"] == "true"
    write_card(tmp_path, card, small_log, PLOTS)
    written = json.loads((tmp_path / "card.json").read_text())
    assert written["learned_until"] == learned_until(small_log)
    assert written["verdict"] in {"promote", "hold"}


def test_the_pictures_of_a_card_lie_beside_it(
    small_log: TenantLog, small_challenger: Challenger, tmp_path: Path
) -> None:
    card = model_card(small_log, small_challenger, SMALL, {"slices": "plots/slices.png"}, "retrain")
    write_card(tmp_path, card, small_log, PLOTS)
    linked = [line[line.index("(") + 1 : -1] for line in (tmp_path / CARD).read_text().splitlines() if line[:2] == "!["]
    assert linked == list(PLOTS)
    assert [(tmp_path / path).read_bytes() for path in linked] == list(PLOTS.values())


def test_the_objective_that_was_chosen_stands_in_the_card_and_in_the_run(
    small_log: TenantLog, small_challenger: Challenger
) -> None:
    chosen = small_challenger.report.settings
    assert chosen is not None
    card = model_card(small_log, small_challenger, SMALL, {}, "retrain")
    run = run_of(small_log, card, {}, small_log.now)
    assert run.params["objective"] == chosen.ranker.objective
    assert f"| `objective` | `{chosen.ranker.objective}` |" in str(run.artefacts[CARD])


def test_a_command_has_the_arguments_that_were_given_and_no_others() -> None:
    usual = Namespace(config=DEFAULTS, gate=THRESHOLDS, groups=None)
    assert command_of("campus", usual) == "python -m training.retrain --tenant campus"
    given = Namespace(config=Path("my settings.toml"), gate=Path("g.toml"), groups=Path("who.csv"))
    assert command_of("campus", given) == (
        "python -m training.retrain --tenant campus --config 'my settings.toml' --gate g.toml --groups who.csv"
    )


def test_without_impressions_the_digest_is_of_the_outcomes_in_whatever_order(
    small_log: TenantLog, small_challenger: Challenger
) -> None:
    def digest(log: TenantLog) -> str:
        return data_card(log, small_challenger, SMALL).digest

    quiet = replace(small_log, decisions=small_log.decisions.take(np.zeros(0, dtype=np.int64)))
    assert len(digest(quiet)) == 64
    assert digest(replace(quiet, pasts=quiet.pasts[::-1])) == digest(quiet) != digest(small_log)
    one = quiet.pasts[0]
    more = replace(one, outcomes=(*one.outcomes, Outcome("new", one.learner_id, "x", "enrolled", small_log.now)))
    assert digest(replace(quiet, pasts=(more, *quiet.pasts[1:]))) != digest(quiet)


def test_a_learning_curve_says_among_what_it_is_measured(small_challenger: Challenger, curve: Curve) -> None:
    teaching = small_challenger.teaching
    assert teaching is not None
    assert len(teaching.slates.times)
    assert ranked_among(teaching) == "slates as shown"
    unseen = replace(teaching.slates, times=teaching.slates.times[:0])
    assert ranked_among(replace(teaching, slates=unseen)) == "each step's candidates"
