"""The model card: for whom a model is, what it was measured at, what the gate said, and what did not work.

Everything told is in the arguments: rendering computes nothing, and the same card gives the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from credpath.evaluation.calibration import Bin
from credpath.evaluation.intervals import Interval
from credpath.evaluation.offpolicy import Estimate
from training.data_card import DataCard, simulation_warning
from training.evaluate import CHALLENGER, CHAMPION, METRIC, RULES, Evaluation, Figures
from training.gate import Verdict
from training.markdown import bullets, command, figure, page, section, settings_of, table
from training.policy_value import PolicyValues
from training.ranker import LAMBDARANK, REWARD

FORMAT = 1
PROMOTE, HOLD = "promote", "hold"
METRICS = {"hr_at_10": "HR@10", "ndcg_at_10": "NDCG@10", "mrr": "MRR"}
FEATURES_SHOWN = 10
OBJECTIVES = {LAMBDARANK: "LambdaRank", REWARD: "fitted to the graded reward of each credential shown"}
LIMITS = (
    "It orders credentials that prerequisites, language, cost and dates allow; those rules are not learned.",
    "It has learned what learners of this institution took up, which is not the same as what was good for them; "
    "completions and awards weigh most in what it optimises.",
    "Full ranking judges by what learners took up, and they take up what they are shown. Where enough was explored, "
    "the off-policy estimate is the fairer one.",
    "A credential without any outcome is reached by its text and its skills alone.",
)


@dataclass(frozen=True, slots=True)
class CompletionPart:
    """The probability of completing: whether it is `shown`, its figures, a sentence for each criterion, its curve."""

    shown: bool
    metrics: Mapping[str, Interval]
    why: Sequence[str]
    calibration: Sequence[Bin] = ()


@dataclass(frozen=True)
class ModelCard:
    """One challenger. `command`: what all figures come from, with the arguments that were given.

    `settings`: of the fit, its `objective` among them. `importance`: feature -> gain. `plots`: title -> path beside
    the card. `negative_results`: what was tried in vain, beside what the figures themselves show.
    """

    tenant: str
    trained_at: datetime
    release: str
    verdict: Verdict
    data: DataCard
    feature_names: Sequence[str]
    evaluation: Evaluation | None = None
    values: PolicyValues | None = None
    completion: CompletionPart | None = None
    importance: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    plots: Mapping[str, str] = field(default_factory=dict)
    negative_results: Sequence[str] = ()
    limits: Sequence[str] = LIMITS


def card_document(card: ModelCard) -> dict[str, Any]:
    """card.json of the bundle: what lists and histories show, JSON-ready and finite."""
    return {
        "format": FORMAT,
        "tenant": card.tenant,
        "trained_at": card.trained_at.isoformat(),
        "release": card.release,
        "verdict": PROMOTE if card.verdict.promote else HOLD,
        "gate": card.verdict.as_dict(),
        "metrics": {name: interval.as_dict() for name, interval in metrics_of(card).items()},
        "feature_names": list(card.feature_names),
        "simulated_learners": card.data.simulated,
        "data": {"digest": card.data.digest, "counts": dict(card.data.counts)},
        "settings": {name: str(value) for name, value in sorted(card.settings.items())},
    }


def metrics_of(card: ModelCard) -> dict[str, Interval]:
    """The challenger's finite figures by name, for the registry: its own, the gains over others, lifts, completion."""
    found: dict[str, Interval] = {}
    if card.evaluation is not None:
        found |= card.evaluation.systems[CHALLENGER].metrics
        for other, by in card.evaluation.differences.items():
            found[f"{METRIC}_over_{other}"] = by[METRIC]
    for other, estimates in (card.values.lifts if card.values else {}).items():
        for how, estimate in estimates.items():
            if estimate.value is not None and estimate.low is not None and estimate.high is not None:
                found[f"lift_{how}_over_{other}"] = Interval(estimate.value, estimate.low, estimate.high)
    if card.completion is not None:
        found |= {f"completion_{name}": interval for name, interval in card.completion.metrics.items()}
    return {name: interval for name, interval in found.items() if interval.finite}


def render_model_card(card: ModelCard) -> str:
    """The card as Markdown."""
    return page(
        f"Model card: credpath for {card.tenant}",
        simulation_warning(card.data),
        _summary(card),
        _origin(card),
        section("Verdict of the gate", _verdict(card.verdict)),
        section("Full ranking", *_ranking(card.evaluation)),
        section("Off-policy", *_off_policy(card.values)),
        section("Probability of completing", *_completion(card.completion)),
        section("By slice", *_slices(card.evaluation)),
        section("What did not work", bullets(_negative(card))),
        section("Limits", bullets(card.limits)),
        section("Data", _data(card.data)),
        section("Fit", settings_of(card.settings), _features(card)),
        section("Plots", "\n\n".join(f"![{title}]({path})" for title, path in card.plots.items())),
    )


def _summary(card: ModelCard) -> str:
    objective = OBJECTIVES.get(str(card.settings.get("objective")), "")
    told = f" ({objective})" if objective else ""
    return (
        f"Orders the micro-credentials that a learner of `{card.tenant}` could take next, and no other tenant's. Made "
        f"on {card.trained_at:%Y-%m-%d} with credpath {card.release}: gradient-boosted trees{told} over "
        f"{len(card.feature_names)} features, fed by retrievers that learned from earlier outcomes. Made to suggest "
        "options with reasons to a person who decides; not to admit, grade, rank or sort people."
    )


def _origin(card: ModelCard) -> str:
    if not card.command:
        return ""
    log = f" on a log of digest `{card.data.digest}`" if card.data.digest else ""
    return f"Every figure of this card comes from {command(card.command)}{log}."


def _verdict(verdict: Verdict) -> str:
    rows = [(c.name, c.outcome, c.sentence) for c in verdict.criteria]
    word = "Promoted" if verdict.promote else "Held"
    return f"**{word}**, judged by {verdict.regime}, thresholds version {verdict.thresholds.version}.\n\n" + table(
        ("criterion", "outcome", "why"), rows
    ).replace("|---|---:|---:|", "|---|---|---|")


def _ranking(evaluation: Evaluation | None) -> list[str]:
    if evaluation is None:
        return ["Nothing was fitted, so nothing was ranked."]
    return [
        f"{evaluation.steps:,} later steps of {evaluation.learners:,} learners, each ranked against the whole "
        "catalogue with what the learner had taken up masked; 95 % intervals by bootstrap over learners.",
        table(("system", *METRICS.values(), "coverage"), [_system(n, f) for n, f in _ordered(evaluation)]),
        f"The challenger less each other, paired by learner, in {METRICS[METRIC]}:",
        table(("against", "difference"), [(o, figure(by[METRIC], signed=True)) for o, by in _closest(evaluation)]),
        _retrieval(evaluation.systems[CHALLENGER]),
    ]


def _ordered(evaluation: Evaluation) -> list[tuple[str, Figures]]:
    first = {CHALLENGER: 0, CHAMPION: 1, RULES: 2}
    return sorted(evaluation.systems.items(), key=lambda e: (first.get(e[0], 3), -e[1].metrics[METRIC].value, e[0]))


def _system(name: str, figures: Figures) -> tuple[str, ...]:
    shown = [figure(figures.metrics.get(metric)) for metric in METRICS]
    return (f"**{name}**" if name == CHALLENGER else name, *shown, f"{figures.coverage:.1%}")


def _closest(evaluation: Evaluation) -> list[tuple[str, Mapping[str, Interval]]]:
    return sorted(evaluation.differences.items(), key=lambda entry: (entry[1][METRIC].value, entry[0]))


def _retrieval(figures: Figures) -> str:
    found = figures.retrieval
    if found is None:
        return ""
    return (
        f"Retrieval, apart from ranking: {found.recall:.1%} of what was taken up was among the candidates, "
        f"{found.recall_at_200:.1%} among the 200 that the retrievers agree on most; {found.filtered_share:.1%} is "
        "what the filters would not have offered, which every system misses."
    )


def _off_policy(values: PolicyValues | None) -> list[str]:
    if values is None:
        return []
    rows = [(policy, how, _estimate(e), _size(e)) for policy, by in values.values.items() for how, e in by.items()]
    lifts = [
        (other, how, _estimate(e, signed=True), _size(e)) for other, by in values.lifts.items() for how, e in by.items()
    ]
    return [
        f"What each would have earned a decision, from {values.decisions:,} decisions with logged propensities.",
        table(("policy", "estimator", "reward", "effective decisions"), rows),
        "What the challenger would have earned more, on the same decisions:",
        table(("against", "estimator", "lift", "effective decisions"), lifts),
    ]


def _estimate(estimate: Estimate, *, signed: bool = False) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return f"refused: {estimate.refused}"
    return figure(Interval(estimate.value, estimate.low, estimate.high), signed=signed)


def _size(estimate: Estimate) -> str:
    return f"{estimate.effective_sample_size:,.0f}"


def _completion(part: CompletionPart | None) -> list[str]:
    if part is None:
        return []
    shown = "It is shown." if part.shown else "It is not shown."
    rows = [(name, figure(interval)) for name, interval in sorted(part.metrics.items())]
    return [shown, table(("figure", "latest period, by a model of earlier ones"), rows), bullets(part.why)]


def _slices(evaluation: Evaluation | None) -> list[str]:
    if evaluation is None:
        return []
    rows = [
        (kind.replace("_", " "), cell, "too few to show" if s.hidden else f"{s.count:,}", figure(s.interval))
        for kind, systems in evaluation.slices.items()
        for cell, s in systems.get(CHALLENGER, {}).items()
    ]
    gap = evaluation.group_gaps.get(CHALLENGER)
    told = f"The widest gap between groups is {figure(gap)}." if gap else "No gap between groups could be measured."
    return [table(("slice", "cell", "learners", METRICS[METRIC]), rows), told]


def _negative(card: ModelCard) -> list[str]:
    """What the figures themselves show not to have worked, then what the card's author adds."""
    found = [f"The gate: {c.sentence}" for c in card.verdict.failed]
    for other, by in _closest(card.evaluation) if card.evaluation else ():
        if by[METRIC].low <= 0:
            found.append(f"It does not beat {other} beyond doubt: {METRICS[METRIC]} {figure(by[METRIC], signed=True)}.")
    for policy, estimates in (card.values.values if card.values else {}).items():
        refused = sorted(how for how, e in estimates.items() if e.value is None)
        found += [f"No {how} estimate of {policy}: {estimates[how].refused}" for how in refused]
    if card.completion is not None and not card.completion.shown:
        found.append("The probability of completing did not pass its own gate and is not shown.")
    return [*found, *card.negative_results] or ["Nothing that was tried is known to have failed."]


def _data(data: DataCard) -> str:
    censored = data.counts.get("censored", 0)
    return (
        f"{data.learners:,} learners, {data.credentials:,} credentials, {data.counts.get('decisions', 0):,} decisions "
        f"and {data.counts.get('outcomes', 0):,} outcomes; {censored:,} impressions are censored, since they are too "
        "young to tell. The data card has the rest."
    )


def _features(card: ModelCard) -> str:
    total = sum(card.importance.values())
    ordered = sorted(card.importance.items(), key=lambda entry: (-entry[1], entry[0]))[:FEATURES_SHOWN]
    return table(
        ("feature", "share of gain"), [(f"`{name}`", f"{gain / total:.1%}") for name, gain in ordered if total]
    )
