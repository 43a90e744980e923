"""The evidence for the gate, put together from what a retraining measured."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from credpath.domain.outcomes import OUTCOME_KINDS
from training.cold_start import ColdStart
from training.completion import CompletionTrial
from training.dataset import Decisions
from training.evaluate import CHALLENGER, CHAMPION, METRIC, RULES, Evaluation, Figures
from training.gate import Trial
from training.pasts import TakeUp
from training.policy_value import PolicyValues
from training.reranking import Reranking
from training.tenant_log import TenantLog

TAKEN_UP = ("enrolled", "started", "completed", "awarded", "dropped")


@dataclass(frozen=True, slots=True)
class Judged:
    """What the last block said. `values`: None where no impressions were logged in it."""

    decisions: Decisions
    take_ups: tuple[TakeUp, ...]
    evaluation: Evaluation | None = None
    values: PolicyValues | None = None
    cold: ColdStart | None = None
    reranking: Reranking | None = None


def counted(log: TenantLog, judged: Judged) -> Trial:
    """What there is to judge by, before anything is fitted."""
    plain = _of_decisions(judged.decisions) if len(log.decisions) else _of_steps(judged.take_ups)
    return replace(plain, steps=len(judged.take_ups))


def _of_decisions(decisions: Decisions) -> Trial:
    """Rewards are those of the first place, the action whose propensity is known."""
    rewards = decisions.reward[decisions.first]
    kinds = decisions.kind[decisions.first]
    taken = np.isin(decisions.kind, [OUTCOME_KINDS.index(kind) for kind in TAKEN_UP])
    credentials = Counter(decisions.credentials[taken].tolist())
    total, learners = len(decisions), set(decisions.learners.tolist())
    return Trial(
        decisions=total,
        learners=len(learners),
        positives=int((rewards > 0).sum()),
        negatives=int((rewards <= 0).sum()),
        credentials=len(credentials),
        outcome_share=_largest(Counter(kinds.tolist())),
        credential_share=_largest(credentials),
    )


def _of_steps(take_ups: tuple[TakeUp, ...]) -> Trial:
    credentials = Counter(c for step in take_ups for c in step.credentials)
    return Trial(
        decisions=len(take_ups),
        learners=len({step.past.learner_id for step in take_ups}),
        positives=sum(1 for step in take_ups if max(step.rewards, default=0.0) > 0),
        credentials=len(credentials),
        credential_share=_largest(credentials),
    )


def _largest(counts: Counter[int] | Counter[str]) -> float:
    return max(counts.values(), default=0) / max(1, sum(counts.values()))


def trial_of(log: TenantLog, judged: Judged, completion: CompletionTrial, bundle_bytes: int) -> Trial:
    """Everything that the gate reads."""
    plain, evaluation = counted(log, judged), judged.evaluation
    if evaluation is None:
        return plain
    ours = evaluation.systems[CHALLENGER]
    theirs = evaluation.systems.get(CHAMPION, evaluation.systems[RULES])
    lifts = judged.values.lifts if judged.values is not None else {}
    over = lifts.get(CHAMPION, lifts.get(RULES, {}))
    shown = completion.metrics.get("ece_above_chance") if completion.model is not None else None
    return Trial(
        decisions=plain.decisions,
        learners=plain.learners,
        positives=plain.positives,
        negatives=plain.negatives,
        credentials=plain.credentials,
        outcome_share=plain.outcome_share,
        credential_share=plain.credential_share,
        metric=METRIC,
        baselines={n: by[METRIC] for n, by in evaluation.differences.items() if n not in (CHAMPION, CHALLENGER)},
        champion=evaluation.differences[CHAMPION][METRIC],
        presented=bool(len(log.decisions)),
        lift=over.get("doubly_robust"),
        lift_snips=over.get("snips"),
        baseline_lifts={RULES: lifts[RULES]["doubly_robust"]} if CHAMPION in lifts and RULES in lifts else {},
        calibration_error=max(0.0, shown.value) if shown is not None else None,
        whole_calibration_error=completion.metrics["ece"].value if shown is not None else None,
        champion_calibration_error=theirs.calibration_error_above_chance,
        coverage=ours.coverage,
        champion_coverage=theirs.coverage,
        popularity_lift=ours.popularity_lift,
        champion_popularity_lift=theirs.popularity_lift,
        latency_ratio=_ratio(ours, theirs),
        latency_ms=ours.milliseconds.get("p50"),
        bundle_bytes=bundle_bytes,
        group_gap=evaluation.group_gaps.get(CHALLENGER),
        champion_group_gap=evaluation.group_gaps.get(CHAMPION, evaluation.group_gaps.get(RULES)),
        filtered_share=ours.retrieval.filtered_share if ours.retrieval else None,
    )


def _ratio(ours: Figures, theirs: Figures) -> float | None:
    mine, other = ours.milliseconds.get("p50"), theirs.milliseconds.get("p50")
    return mine / other if mine and other else None


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
