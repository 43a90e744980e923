from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from training.challenger import Challenger
from training.completion import CompletionTrial
from training.gate_thresholds import BASELINES
from training.tenant_log import TenantLog
from training.trial import Judged, counted, size_of, trial_of


def test_decisions_count_by_what_became_of_the_first_place(small_log: TenantLog, small_challenger: Challenger) -> None:
    judged = small_challenger.report.judged
    trial = counted(small_log, judged)
    rewards = judged.decisions.reward[judged.decisions.first]
    assert trial.decisions == len(judged.decisions)
    assert (trial.positives, trial.negatives) == (int((rewards > 0).sum()), int((rewards <= 0).sum()))


def test_without_impressions_steps_count_and_nothing_is_negative(
    small_log: TenantLog, small_challenger: Challenger
) -> None:
    steps = small_challenger.report.judged.take_ups
    quiet = replace(small_log, decisions=small_log.decisions.between(0.0, 0.0))
    trial = counted(quiet, Judged(quiet.decisions, steps))
    assert (trial.decisions, trial.negatives, trial.outcome_share) == (len(steps), None, None)


def test_the_gate_is_told_of_every_baseline_and_of_the_champion(
    small_log: TenantLog, small_challenger: Challenger
) -> None:
    judged = small_challenger.report.judged
    trial = trial_of(small_log, judged, CompletionTrial(None, {}, ()), 1_000)
    assert set(trial.baselines) == set(BASELINES)
    assert trial.champion == trial.baselines["rules"]
    assert trial.presented
    assert trial.lift is not None
    assert trial.latency_ratio is not None
    assert trial.calibration_error is None
    assert trial.bundle_bytes == 1_000


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"12")
    assert size_of(tmp_path) == 7
