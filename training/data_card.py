"""The data card: what a model learned from, over which time, what was left out and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from credpath.domain.rewards import LABEL, MATURITY, REWARD, SPEAKS, WINDOW
from training.markdown import bullets, page, section, table

SIMULATED = "simulated-"  # what the ids of made-up learners begin with
# What is counted -> what it means, in the order in which the card tells it.
MEANING: Mapping[str, str] = {
    "impressions": "recommendations that were logged",
    "decisions": "of them in the training matrix",
    "mature": "shown so long ago that nothing which counts can still happen",
    "dismissed_early": "decided before their time, because everything shown was dismissed",
    "censored": "left out: too young, so that silence is no answer yet; never taken as a negative",
    "empty": "left out: nothing was shown",
    "not_selected": "left out: not among those that were asked for",
    "degraded": "answered by a fallback; kept and marked",
    "other_features": "logged by a release that lacked features of this one; what it lacked counts as 0",
    "answered": "with at least one outcome that counts",
    "outcomes": "outcomes that were read",
    "outcomes_ahead": "outcomes and awards that were left out: dated after this retraining",
    "outcomes_named": "that name the impression they answer",
    "outcomes_standing_alone": "that name none and fit one by learner, credential and time",
    "outcomes_unknown_impression": "left out of the join: the impression they name is not in the log",
    "outcomes_other_learner": "left out of the join: the impression they name was another learner's",
    "outcomes_not_on_slate": "left out of the join: the credential was not shown there",
    "outcomes_outside_window": "left out of the join: too late to be an answer",
    "outcomes_no_impression": "with no impression to answer; they train as interactions",
    "outcomes_untimed": "with an order instead of a time; they train as interactions",
    "outcomes_future": "left out: dated after the retraining",
}


@dataclass(frozen=True, slots=True)
class DataCard:
    """`counts`: as the dataset counts, and more names if there are more. `first_at`, `last_at`: of what was learned.

    `simulated`: how many of the `learners` a simulator made up. `bounded`: what of a long log was not used, by name.
    `groups`: whether learners came with groups to look for gaps between.
    """

    tenant: str
    as_of: datetime
    digest: str
    learners: int
    credentials: int
    counts: Mapping[str, int]
    first_at: datetime | None = None
    last_at: datetime | None = None
    simulated: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    bounded: Mapping[str, int] = field(default_factory=dict)
    groups: bool = False


def count_simulated(learner_ids: Collection[str]) -> int:
    """How many of the learners a simulator made up."""
    return sum(1 for learner in set(learner_ids) if learner.startswith(SIMULATED))


def simulation_warning(card: DataCard) -> str:
    """What must stand above every figure from made-up learners; "" for people."""
    if not card.simulated:
        return ""
    who = "All" if card.simulated >= card.learners else f"{card.simulated:,} of {card.learners:,}"
    return (
        f"> **Simulated data.** {who} learners behind these figures were made up by a simulator. "
        "They show that the machinery works and say nothing about people."
    )


def render_data_card(card: DataCard) -> str:
    """The card as Markdown; the same text for the same card."""
    return page(
        f"Data card: {card.tenant}",
        simulation_warning(card),
        _summary(card),
        section("What was counted", _counts(card), _bounded(card)),
        section("What outcomes are worth", _worth(card), _waiting()),
        section("What it does not hold", bullets(_absent(card))),
    )


def _summary(card: DataCard) -> str:
    span = f"from {_day(card.first_at)} to {_day(card.last_at)}" if card.first_at and card.last_at else "undated"
    return (
        f"Outcomes and recommendations of the tenant `{card.tenant}`, {span}, as the database had them on "
        f"{_day(card.as_of)}: {card.learners:,} learners, {card.credentials:,} credentials. No other tenant's rows "
        f"were read. Digest of the {_digested(card)}: `{card.digest or 'none'}`; equal logs give equal digests, in "
        "whatever order and however often their rows arrived."
    )


def _digested(card: DataCard) -> str:
    return "training matrix" if card.counts.get("decisions") else "outcomes"


def _counts(card: DataCard) -> str:
    told = [(name, f"{card.counts[name]:,}", MEANING[name]) for name in MEANING if name in card.counts]
    more = [(name, f"{count:,}", "") for name, count in sorted(card.counts.items()) if name not in MEANING]
    return table(("what", "how many", "meaning"), [*told, *more], words=True)


def _bounded(card: DataCard) -> str:
    if not any(card.bounded.values()):
        return ""
    left = [f"{count:,} {name} of this log were not used" for name, count in sorted(card.bounded.items()) if count]
    return bullets(left) + "\n\nA long log is bounded by `[bounds]` in `retrain.toml`, drawn by the seed."


def _worth(card: DataCard) -> str:
    rows = [
        (kind, f"{card.kinds.get(kind, 0):,}", REWARD[kind], LABEL[kind], f"{WINDOW[kind].days} days")
        for kind in SPEAKS
    ]
    return table(("outcome", "how many", "reward", "grade", "counts within"), rows)


def _waiting() -> str:
    return (
        "Of several outcomes on one credential the first in this table speaks. An impression is learned from "
        f"{MATURITY.days} days after it was shown, whatever happened: to learn from quick successes at once would make "
        "the latest part of the log a choice of them."
    )


def _absent(card: DataCard) -> list[str]:
    groups = (
        "Groups were supplied; they are used to look for gaps and are no feature."
        if card.groups
        else "No groups were supplied, so nothing is known about gaps between groups of people."
    )
    return [
        "No names, addresses or free text of learners: they are ids here.",
        "What learners do elsewhere: somebody who finished a credential of another institution counts as silent.",
        "Learners who were forgotten: their rows are gone, and the next retraining learns without them.",
        groups,
    ]


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
