"""How far one answer should move a learner's standing: chosen on held learners by the chance of their next answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from credpath.domain.forgetting import FIRST_HALF_LIFE
from credpath.domain.mastery_parameters import Gains, MasteryParameters
from credpath.recommender.csr import Doubles
from credpath.recommender.mastery_features import ASKED, STANDING, Near
from training.mastery_forest import fit_logistic
from training.mastery_items import FittedItems, fit_items
from training.mastery_protocol import held_learners
from training.mastery_stream import Walked, walk
from training.mastery_tuning import log_loss, log_losses
from training.responses import DAY, Responses

TUNED_ON = 20_000  # answers, of as many held learners as that takes
STANDINGS = tuple((general, first, skill) for general in (0.02, 0.06) for first in (0.2, 0.5) for skill in (0.15, 0.4))
QUICK = (0.1, 0.2, 0.3, 0.4, 0.55, 0.75)
VECTOR = (
    (0.1, 100.0), (0.2, 100.0), (0.35, 100.0), (0.1, 1000.0), (0.2, 1000.0), (0.2, 30.0), (0.4, 30.0), (0.35, 1000.0),
)  # fmt: skip
HALF_LIVES = (30.0, 100.0, 1_000.0)  # days, tried against FIRST_HALF_LIFE; the longest leaves use something to prolong
LEAST_WAITED = 200  # answers of held learners that come half a half-life or more after the last one on the skill
SURE = 1.96  # standard errors
_AT = {name: place for place, name in enumerate(STANDING)}


@dataclass(frozen=True, slots=True)
class Trial:
    """Held learners and what the others tell of items: cheap to ask how well some gains do."""

    held: Responses
    items: FittedItems
    skills: dict[str, float]

    @staticmethod
    def of(train: Responses, dimensions: int, seed: int) -> Trial:
        """Draws the held learners by the seed."""
        part, held = held_learners(train, seed)
        items = fit_items(part, dimensions, seed)
        names = np.unique(part.skills).tolist()
        return Trial(first_answers(held), items, {part.skill_names[at]: float(items.skills[at]) for at in names})

    def walk(self, gains: Gains, near: Near) -> Walked:
        """The held learners, by these gains."""
        table = self.items.table
        return walk(self.held, self.items, MasteryParameters(self.items.middle, self.skills, table, gains), near)

    def loss(self, walked: Walked, *names: str) -> float:
        """How well these columns of STANDING tell the answers beside the general standing; 0 of no answers."""
        found = self.losses(walked, *names)
        return float(found.mean()) if len(found) else 0.0

    def losses(self, walked: Walked, *names: str) -> Doubles:
        """The log loss of each answer of every second held learner, by a logistic regression fitted on the others."""
        base = walked.asked[:, ASKED.index("skill_easiness")] + walked.stood[:, _AT["general_elo"]]
        columns = [walked.stood[:, _AT[name]] for name in names]
        design = np.stack([base, *columns, np.ones(len(base))], axis=1)
        fitted = self.held.learner % 2 == 0
        weights = fit_logistic(design[fitted], self.held.correct[fitted])
        return log_losses(_chance(design[~fitted] @ weights), self.held.correct[~fitted])


def tune_gains(train: Responses, dimensions: int, seed: int) -> Gains:
    """The gains of the least log loss, each kind judged by the log-odds that it alone moves."""
    trial = Trial.of(train, dimensions, seed)
    tried = [_gains(turn) for turn in range(len(STANDINGS))]
    best: list[int] = np.argmin([_losses(trial, gains) for gains in tried], axis=0).tolist()
    slow, quick, like = (tried[at] for at in best)
    found = replace(slow, quick=quick.quick, vector=like.vector, vector_settle=like.vector_settle)
    return replace(found, half_life=_half_life(trial, found)) if train.dated else found


def _gains(turn: int) -> Gains:
    """Kinds do not touch each other, so each walk tries one of every kind."""
    general, first, skill = STANDINGS[turn]
    vector, settle = VECTOR[turn % len(VECTOR)]
    return Gains(general, first, 0.1, QUICK[turn % len(QUICK)], skill, vector, settle)


def _losses(trial: Trial, gains: Gains) -> list[float]:
    walked = trial.walk(gains, {})
    easiness, stood = walked.asked[:, 0], walked.stood
    moved = (("general_elo", "elo"), ("general_quick",), ("likeness",))
    logits = [easiness + sum(stood[:, _AT[name]] for name in names) for names in moved]
    return [log_loss(_chance(logit), trial.held.correct) for logit in logits]


def _half_life(trial: Trial, gains: Gains) -> float:
    """The half-life under which what skills have shown tells most; another than the first only where the log shows it.

    A log of a few weeks cannot tell a half-life of years from any other, and what it cannot tell stays as it is set.
    """
    names = ("elo", "known", "rights_1", "rights_0.8", "wrongs_1", "wrongs_0.8")
    asked = trial.held.learner[trial.held.learner % 2 == 1]
    waited, best, least = days_waited(trial.held), FIRST_HALF_LIFE, 0.0
    first = trial.losses(trial.walk(gains, {}), *names)
    for days in HALF_LIVES:
        if (waited >= days / 2.0).sum() < LEAST_WAITED:
            continue
        gain = trial.losses(trial.walk(replace(gains, half_life=days), {}), *names) - first
        by_learner = np.bincount(asked, gain)
        if gain.sum() < least and gain.sum() + SURE * np.sqrt((by_learner**2).sum()) < 0.0:
            best, least = days, gain.sum()
    return best


def days_waited(held: Responses) -> Doubles:
    """Days since each learner's last answer on each skill, of answers that have one, in no order."""
    owner = held.owner()
    who, when = held.learner[owner].astype(np.int64) * len(held.skill_names) + held.skills, held.order[owner]
    order = np.lexsort((when, who))
    days: Doubles = np.diff(when[order])[np.diff(who[order]) == 0] / DAY
    return days


def _chance(logit: Doubles) -> Doubles:
    found: Doubles = 1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))
    return found


def first_answers(held: Responses) -> Responses:
    """Whole learners, the first ones with about TUNED_ON answers."""
    bounds = held.bounds()
    last = int(bounds[min(int(np.searchsorted(bounds, TUNED_ON)), len(bounds) - 1)])
    return held.rows(np.arange(last, dtype=np.int64))
