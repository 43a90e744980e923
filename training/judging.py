"""Judges the recipe on the blocks that judge: each by a model fitted on everything before it, as it would have served.

One block alone holds too few explored decisions to tell a better ranker from an equal one, so the estimates of what
each ranker would have earned pool all of them. Full ranking, which needs far fewer, uses the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from credpath.domain.forgetting import DATED_SINCE
from credpath.domain.histories import TAKEN_UP_KINDS
from credpath.domain.outcomes import NUMBERS_A_SECOND, OUTCOME_KINDS
from credpath.recommender.csr import Floats
from credpath.recommender.exploration import Policy
from credpath.recommender.learned import COMPLETION, RANKER, Learned, load_learned, save_learned
from training.as_of import catalogue_as_of, take_up_counts
from training.cold_start import cold_start
from training.completion import CompletionTrial
from training.dataset import Decisions
from training.evaluate import CHALLENGER, CHAMPION, RULES, Contest, Slicing, evaluate
from training.forest_export import export_forest
from training.gate import hold
from training.gate_thresholds import Thresholds
from training.gate_verdict import Criterion, Verdict
from training.pasts import TakeUpChoice, choose_take_ups
from training.policy_rows import PolicyRows, policy_rows
from training.policy_value import PolicyValues, value_policies
from training.reranking import rerank
from training.retrain_config import RetrainConfig
from training.teaching import Rows, Settings, Tell, can_teach, choose_settings, fit_final, what_teaches
from training.tenant_log import TenantLog
from training.trial import Judged, counted

Block = tuple[Learned, Rows]


@dataclass(frozen=True, slots=True)
class Retraining:
    """One run: the log, whom it must beat, by which settings, where it writes, and whom it tells.

    `champion` None: the rules. `logging`: the policy that chose the first places of the log, where it is known.
    """

    log: TenantLog
    champion: Learned | None
    config: RetrainConfig
    thresholds: Thresholds
    folder: Path
    logging: Policy | None = None
    tell: Tell = lambda _: None


def judged_by_few(run: Retraining, cuts: Sequence[float]) -> Retraining:
    """The same with fewer blocks that judge, where the last ones hold as many decisions as are drawn to judge anyway.

    Each block costs a fit of its own, and a long log gains nothing by it; nor does one without impressions, of which
    only the last block judges.
    """
    spans, wanted = run.config.spans, min(run.config.bounds.valued, len(run.log.decisions))
    enough = (n for n in range(1, spans.judged) if len(_decisions(run.log, cuts[-n], np.inf)) >= wanted)
    return replace(run, config=replace(run.config, spans=replace(spans, judged=next(enough, spans.judged))))


def to_judge(run: Retraining, cuts: Sequence[float]) -> Judged:
    """What the blocks that judge hold: all their decisions, and the last one's take-ups of what the catalogue holds."""
    log, spans = run.log, run.config.spans
    decisions = _decisions(log, cuts[-spans.judged], np.inf)
    if np.isinf(cuts[-1]):
        return Judged(decisions, ())
    since = datetime.fromtimestamp(cuts[-1], UTC)
    choice = TakeUpChoice(since, None, earlier=0, latest=1, learners=run.config.bounds.moments, seed=run.config.seed)
    known = log.stage.catalogue.index.position
    steps = choose_take_ups(log.pasts, choice)
    return Judged(decisions, tuple(step for step in steps if any(c in known for c in step.credentials)))


def lacking(run: Retraining, judged: Judged, seen_until: float) -> tuple[Criterion, ...]:
    """Why full ranking has nothing to look for, where it has nothing: mostly a log that came without its catalogue."""
    if judged.take_ups:
        return ()
    log, steps = run.log, run.log.sequences()
    taken, inside = len(steps.items), log.stage.catalogue.index.position
    known = sum(steps.ids[item] in inside for item in steps.items.tolist())
    if not taken:
        kinds = ", ".join(kind for kind in OUTCOME_KINDS if kind in TAKEN_UP_KINDS)
        why = f"of {sum(1 for _ in log.outcomes()):,} outcomes none takes a credential up; send these kinds: {kinds}"
    elif not known:
        why = f"none of {taken:,} take-ups is of this catalogue's credentials; import the catalogue that the log is of"
    else:
        after = "" if np.isinf(seen_until) else f", after {_written(seen_until)}, up to which the champion has learned"
        why = f"of {known:,} take-ups of this catalogue's credentials none is in the last block{after}: wait for more"
    return (Criterion("steps", False, why),)


def _written(moment: float) -> str:
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at:%Y-%m-%d %H:%M}" if at >= DATED_SINCE else f"number {moment * NUMBERS_A_SECOND:.0f}"


def judge_blocks(
    run: Retraining, judged: Judged, blocks: Sequence[Block], cuts: Sequence[float], completion: CompletionTrial
) -> tuple[Judged, Settings] | Verdict:
    """The measured evidence, and the settings that the last block's model was fitted with; or why there are none."""
    spans, parts = run.config.spans, []
    ends = [*cuts[1:], np.inf]
    for at in range(len(blocks) - spans.judged, len(blocks)):
        teaching = Rows.of([rows for _, rows in blocks[:at]])
        run.tell(f"block {at + 2}: a model of all before it")
        if not can_teach(teaching, run.config):
            why = f"{what_teaches(teaching)}: wait for more outcomes, or import earlier ones"
            return hold(counted(run.log, judged), run.thresholds, Criterion("teaches", False, why))
        settings = choose_settings(teaching, run.config, run.tell)
        past = blocks[at][0]
        booster = fit_final(teaching, settings, run.config, run.tell)
        contender = write_model(run.folder / f"judged_{at}", past, booster, completion, teaching.sample())
        parts.append(_valued(run, contenders(run, contender), cuts[at], ends[at]))
    judged = _rank(run, judged, contender, past, cuts[-1])
    return replace(judged, values=_values(run, parts)), settings


def write_model(folder: Path, past: Learned, booster: Any, completion: CompletionTrial, reference: Floats) -> Learned:
    """The model as it would serve, read back. `reference`: rows that give its scores their scale."""
    names = tuple(booster.feature_name())
    save_learned(folder, {"feature_names": names}, past.co_completion, past.tables)
    export_forest(booster, names, folder / RANKER, name=str(booster.params["objective"]), reference=reference)
    if completion.model is not None:
        completion.model.save(folder / COMPLETION)
    return load_learned(folder)


def contenders(run: Retraining, challenger: Learned) -> dict[str, Learned | None]:
    """name -> models, None for the rules; the challenger first, since it is compared with the others."""
    found: dict[str, Learned | None] = {CHALLENGER: challenger, RULES: None}
    return found if run.champion is None else found | {CHAMPION: run.champion}


def _decisions(log: TenantLog, since: float, before: float) -> Decisions:
    some = log.decisions.between(since, before)
    return some.take(~some.degraded)


def _drawn(run: Retraining, decisions: Decisions, most: int) -> Decisions:
    """So many of them, in their order."""
    return decisions.take(np.sort(np.random.default_rng(run.config.seed).permutation(len(decisions))[:most]))


def _valued(run: Retraining, targets: Mapping[str, Learned | None], since: float, before: float) -> PolicyRows | None:
    decisions, spans = _decisions(run.log, since, before), run.config.spans
    if not len(decisions):
        return None
    some = _drawn(run, decisions, run.config.bounds.valued // spans.judged)
    run.tell(f"{len(some)} logged decisions, what each ranker would have shown")
    found = policy_rows(run.log.stage, some, run.log.candidates, targets, run.logging)
    return found if len(found) else None


def _values(run: Retraining, parts: Sequence[PolicyRows | None]) -> PolicyValues | None:
    filled = [part for part in parts if part is not None]
    return value_policies(PolicyRows.pooled(filled), limits=run.thresholds.limits) if filled else None


def _rank(run: Retraining, judged: Judged, challenger: Learned, past: Learned, cut: float) -> Judged:
    """Full ranking of what was taken up in the last block, cold start apart, and the slates as they were shown."""
    log, at, seed = run.log, datetime.fromtimestamp(cut, UTC), run.config.seed
    stage = replace(log.stage, catalogue=catalogue_as_of(log.stage.catalogue, log.pasts, at))
    counts = take_up_counts(log.pasts, stage.catalogue.index.position, at)
    contest = Contest(challenger, run.champion, past.co_completion, counts)
    slicing = Slicing(log.tenant, log.isco, log.groups)
    run.tell(f"{len(judged.take_ups)} steps under full ranking")
    measured = evaluate(stage, judged.take_ups, contest, slicing, now=log.now, seed=seed)
    run.tell("cold start, and the slates as shown")
    some = max(1, run.config.bounds.moments // 5)
    cold = cold_start(stage, log.pasts, contest, at, slicing, learners=some, seed=seed)
    latest = _drawn(run, _decisions(log, cut, np.inf), run.config.bounds.valued)
    shown = rerank(log.stage, latest, contenders(run, challenger), seed) if len(latest) else None
    return replace(judged, evaluation=measured, cold=cold, reranking=shown)
