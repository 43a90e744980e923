"""Fitting the probability of finishing, and the gate before it is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import InvalidInput
from credpath.recommender.csr import Doubles, Floats
from tests.training.completion_world import NAMES, World, world
from training.completion import CompletionConfig, FittedCompletion, Gate, fit_calibrated, fit_completion, read_config
from training.completion_logistic import sigmoid
from training.completion_metrics import Drawn
from training.completion_periods import MONOTONE, Fitting, held_out, out_of_period, periods_of, tune
from training.completion_table import CompletionTable
from training.completion_trees import ForestConfig, Rows, fit_bag

QUICK = Fitting(ForestConfig(bags=3, trees=60, learning_rate=0.1), (0.1,), (60,), ("identity", "platt"), periods=4)
LENIENT = CompletionConfig(QUICK, Gate(rows=300, each=50, judged=100, ece=0.03))


@pytest.fixture(scope="module")
def past() -> World:
    return world(2_400, seed=1)


@pytest.fixture(scope="module")
def fitted(past: World) -> FittedCompletion:
    return fit_calibrated(past.table(), QUICK)


def test_a_model_that_tells_finishers_apart_is_shown(past: World) -> None:
    trial = fit_completion(past.table(), LENIENT)
    assert trial.model is not None, trial.why
    assert all(sentence.startswith("met: ") for sentence in trial.why)
    assert trial.metrics["auc"].low > 0.6
    assert trial.metrics["ece_above_chance"].value <= LENIENT.gate.ece


def test_features_that_tell_nothing_hold_it_back() -> None:
    trial = fit_completion(world(1_200, seed=2, told=0.0).table(), LENIENT)
    assert trial.model is None
    assert any(sentence.startswith("not met: AUC") for sentence in trial.why)


def test_a_level_that_jumps_in_the_latest_period_holds_it_back() -> None:
    trial = fit_completion(world(1_600, seed=3, levels=(0.0, 0.0, 0.0, -2.0)).table(), LENIENT)
    assert trial.model is None
    assert any(sentence.startswith("not met: calibration error") for sentence in trial.why)


def test_few_results_hold_it_back_and_say_how_many_are_needed() -> None:
    trial = fit_completion(world(200, seed=4).table(), LENIENT)
    assert trial.model is None
    assert not trial.metrics
    assert "not met: 200 known results, 300 are needed" in trial.why


def test_results_of_one_kind_hold_it_back() -> None:
    table = world(600, seed=5).table()
    trial = fit_completion(replace(table, finished=np.ones(600, bool)), LENIENT)
    assert trial.model is None
    assert any("600 finished and 0 did not" in sentence for sentence in trial.why)


def test_a_result_that_was_not_known_yet_does_not_teach(past: World) -> None:
    late = replace(past.table(), known_at=np.full(len(past.truth), 1e9))
    trial = fit_completion(late, LENIENT)
    assert trial.model is None
    assert any("0 earlier results of the rarer kind" in sentence for sentence in trial.why)


def test_all_at_one_moment_holds_it_back() -> None:
    table = world(600, seed=6).table()
    trial = fit_completion(replace(table, time=np.zeros(600), period=None), LENIENT)
    assert trial.model is None


def test_intervals_hold_the_true_probability_of_fresh_learners(fitted: FittedCompletion) -> None:
    fresh = world(2_000, seed=77)
    probability, low, high = fitted.predict(fresh.features).T
    assert ((low <= fresh.truth) & (fresh.truth <= high)).mean() >= 0.9
    assert (high - low).mean() < 0.5
    order = np.array_split(np.argsort(probability), 10)
    assert all(low[one].mean() <= fresh.truth[one].mean() <= high[one].mean() for one in order)


def test_intervals_hold_a_period_that_differs_as_earlier_ones_did() -> None:
    levels = (-0.5, 0.4, -0.3, 0.5, 0.0)
    drifting = world(3_000, seed=8, periods=5, levels=levels)
    taught = drifting.period < 4
    model = fit_calibrated(drifting.table(taught), QUICK)
    _, low, high = model.predict(drifting.features[~taught]).T
    truth = drifting.truth[~taught]
    assert ((low <= truth) & (truth <= high)).mean() >= 0.9


def test_more_readiness_never_lowers_it_and_unmet_preparation_never_raises_it(fitted: FittedCompletion) -> None:
    rows = world(100, seed=9).features
    for column, sign in ((0, 1), (1, -1)):
        swept = [fitted.predict(_with(rows, column, value))[:, 0] for value in np.linspace(-3, 3, 9)]
        assert (sign * np.diff(np.array(swept), axis=0) >= -1e-6).all()


def _with(rows: Floats, column: int, value: float) -> Floats:
    changed = rows.copy()
    changed[:, column] = value
    return changed


def test_what_serving_loads_says_what_was_fitted(fitted: FittedCompletion, tmp_path: Path) -> None:
    rows = world(50, seed=10).features
    served = fitted.save(tmp_path)
    np.testing.assert_allclose(served.chances(rows), fitted.predict(rows), atol=1e-5)
    assert served.facts["calibration"] in QUICK.shapes


def test_the_same_rows_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    table, fitting = world(400, seed=11).table(), replace(QUICK, shapes=("identity",))
    for name in ("one", "two"):
        fit_calibrated(table, fitting).save(tmp_path / name)
    files = [f.relative_to(tmp_path / "one") for f in (tmp_path / "one").rglob("*") if f.is_file()]
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_periods_are_blocks_of_equal_count_that_keep_a_moment_together() -> None:
    table = replace(world(100, seed=12).table(), period=None, time=np.repeat(np.arange(10.0), 10))
    period = periods_of(table, 5)
    np.testing.assert_array_equal(np.bincount(period), [20] * 5)
    assert all(len(np.unique(period[table.time == moment])) == 1 for moment in np.unique(table.time))


def test_no_period_is_scored_by_a_fit_that_saw_it() -> None:
    table = world(400, seed=13, periods=2).table()
    forest = QUICK.forest
    scored = out_of_period(table, periods_of(table, 2), forest, {})
    here, rest = held_out(table, periods_of(table, 2), 1)
    alone = fit_bag(table.rows.only(rest), NAMES, forest, {}).mean_margin(table.features[here])
    np.testing.assert_array_equal(scored.margins[scored.period == 1], alone)


def test_rows_of_a_stratum_that_no_other_period_has_are_not_calibrated_on() -> None:
    table = world(300, seed=14, periods=3).table()
    strata = np.where((table.period == 2) & (np.arange(300) % 2 == 0), "new", "old")
    scored = out_of_period(replace(table, strata=strata), periods_of(table, 3), QUICK.forest, {})
    assert len(scored.margins) == (strata == "old").sum()


def test_tuning_takes_what_loses_least_on_held_out_periods(past: World) -> None:
    table = past.table()
    chosen, losses = tune(table, periods_of(table, 4), replace(QUICK, strengths=(0.0, 0.1), trees=(1, 60)))
    best = min(losses, key=lambda name: losses[name])
    assert best == f"strength {chosen.strength:g}, {chosen.trees} trees"
    assert losses["strength 0, 1 trees"] > losses[best]


def test_a_line_leaves_the_forest_less_to_do(past: World) -> None:
    taught, asked = past.table(past.period < 3), past.table(past.period == 3)
    whole = np.ones(len(asked.finished))
    losses = [
        Drawn(_chance(taught, asked.features, strength), asked.finished).log_loss(whole) for strength in (0.1, 0.0)
    ]
    assert losses[0] < losses[1]


def _chance(taught: CompletionTable, asked: Floats, strength: float) -> Doubles:
    forest = replace(QUICK.forest, bags=1, strength=strength, trees=20)
    margins = fit_bag(taught.rows, NAMES, forest, MONOTONE).mean_margin(asked)
    return sigmoid(margins)


def test_rows_that_all_ended_alike_cannot_be_fitted() -> None:
    rows = Rows(np.zeros((5, 1), np.float32), np.ones(5, bool), np.arange(5))
    with pytest.raises(InvalidInput, match="ended alike"):
        fit_bag(rows, ("readiness",), ForestConfig(bags=1), {})


def test_columns_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(InvalidInput):
        CompletionTable(np.zeros((3, 2), np.float32), ("readiness",), np.zeros(3, bool), np.zeros(3))


def test_the_settings_that_are_shipped_are_valid() -> None:
    config = read_config()
    assert config.gate.ece <= 0.05
    assert config.fitting.forest.bags > 1


@pytest.mark.parametrize(
    "text",
    ["[gate]\nrowz = 3", "[fitting]\nshape = 1", "[fitting.forest]\nbranches = 2", "[other]", "[fitting]\nperiods = 2"],
)
def test_a_setting_that_is_none_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "completion.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput):
        read_config(path)
