"""Fits a challenger from one tenant's log and judges it: what `retrain` promotes or holds, and the loop replays.

The log is cut by time. Models of the past fill the columns of each block's rows; each block that judges is judged by
a ranker of all blocks before it, and only then everything is fitted again on all of it, to serve.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from credpath.domain.outcomes import NUMBERS_A_SECOND
from credpath.recommender.learned import Learned
from training.completion import CompletionTrial
from training.completion_rows import try_completion
from training.gate import Verdict, judge, too_little
from training.judging import Retraining, judge_blocks, judged_by_few, lacking, to_judge, write_model
from training.past_models import PastModels, cuts_of
from training.teaching import Rows, Settings, Tell, fit_final, rows_by_block
from training.tenant_log import TenantLog
from training.trial import Judged, counted, size_of, trial_of
from training.tuning import tune_item_models

__all__ = ["Challenger", "Report", "Retraining", "make_challenger"]

SERVING = "serving"


@dataclass(frozen=True, slots=True)
class Report:
    """How a challenger came about and what it was measured at. Parts are None where nothing was fitted."""

    counts: Mapping[str, int]
    cuts: tuple[float, ...]
    judged: Judged
    settings: Settings | None = None
    completion: CompletionTrial | None = None
    importance: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Challenger:
    """`learned`: the folder to publish, None where there was too little to fit anything. `teaching`: all rows."""

    learned: Path | None
    verdict: Verdict
    report: Report
    teaching: Rows | None = None


@dataclass
class Watch:
    """Seconds that each stage took."""

    tell: Tell
    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = 0.0
    _stage: str = ""

    def stage(self, name: str) -> None:
        """Ends the stage before and begins another."""
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = round(self.seconds.get(self._stage, 0.0) + now - self._since, 3)
        self._stage, self._since = name, now
        if name:
            self.tell(name)


def make_challenger(run: Retraining) -> Challenger:
    """Fits, judges, fits again; writes the model under `run.folder`. Holds at once where there is too little."""
    log, watch, sequences = run.log, Watch(run.tell), run.log.sequences()
    seen = seen_until(run.champion, log.now)
    cuts = cuts_of(log, sequences, run.config.spans, seen)
    run = judged_by_few(run, cuts)
    config = run.config
    judged = to_judge(run, cuts)
    few = too_little(counted(log, judged), run.thresholds, *lacking(run, judged, seen))
    if few is not None:
        return Challenger(None, few, Report(counts_of(log), cuts, judged))
    watch.stage("tuning the item-to-item models")
    before = sequences.before(cuts[-config.spans.judged])
    models = PastModels(log, sequences, tune_item_models(before, seed=config.seed, tell=run.tell))
    watch.stage("rows of each block")
    blocks = rows_by_block(log, models, cuts, config, run.tell)
    watch.stage("completion probability")
    completion = try_completion([table for _, rows in blocks for table in rows.ends])
    watch.stage("judging")
    found = judge_blocks(run, judged, blocks, cuts, completion)
    if isinstance(found, Verdict):
        return Challenger(None, found, Report(counts_of(log), cuts, judged))
    judged, settings = found
    watch.stage("fitting on everything")
    teaching = Rows.of([rows for _, rows in blocks])
    booster = fit_final(teaching, settings, config, run.tell)
    write_model(run.folder / SERVING, models.before(np.inf), booster, completion, teaching.sample())
    watch.stage("")
    verdict = judge(trial_of(log, judged, completion, size_of(run.folder / SERVING)), run.thresholds)
    report = Report(counts_of(log), cuts, judged, settings, completion, importance_of(booster), watch.seconds)
    return Challenger(run.folder / SERVING, verdict, report, teaching)


def seen_until(champion: Learned | None, now: datetime) -> float:
    """Seconds after the epoch of the latest event that the champion learned from; minus infinity for the rules."""
    seen = float(champion.card.get("learned_until", -np.inf)) if champion is not None else -np.inf
    # Written when numbers that only order still stood among dates.
    return seen if seen <= now.timestamp() else seen / NUMBERS_A_SECOND


def learned_until(log: TenantLog) -> float:
    """What `seen_until` will say of a model of this log. Numbers that only order stand before every date in it."""
    latest = max((o.occurred_at.timestamp() for o in log.outcomes()), default=0.0)
    shown = float(log.decisions.shown_at[-1]) if len(log.decisions) else 0.0
    return max(latest, shown)


def counts_of(log: TenantLog) -> dict[str, int]:
    """What the log holds, for the data card."""
    counts = {str(name): int(count) for name, count in log.decisions.counts.items()}
    ahead = {"outcomes_ahead": log.ahead} if log.ahead else {}
    return {"outcomes": sum(len(past.outcomes) for past in log.pasts), **ahead, **counts}


def importance_of(booster: Any) -> dict[str, float]:
    """Feature -> share of the total gain, the largest first."""
    gain = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
    shares = gain / max(1e-12, float(gain.sum()))
    order = np.argsort(-shares, kind="stable")
    names: Sequence[str] = booster.feature_name()
    return {names[at]: round(float(shares[at]), 6) for at in order.tolist() if shares[at] > 0}
