"""Whether mastery is learned well enough from a tenant's own responses to take the place of counting them.

Fitted on most learners, asked about the others from their earlier answers alone, beside the best simple model; only
where it passes it is fitted again on everybody, to serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from credpath.evaluation.calibration import calibration_error
from credpath.evaluation.intervals import Interval
from credpath.recommender.csr import Doubles
from training.mastery_contender import LearnedContender
from training.mastery_elo import Elo
from training.mastery_fit import FittedMastery, MasterySettings, fit_mastery
from training.mastery_log import LEAST_ANSWERS, LEAST_LEARNERS, responses_of
from training.mastery_metrics import LearnerBootstrap, differences, figures, intervals
from training.responses import Responses
from training.tenant_log import TenantLog

MOST_CALIBRATION_ERROR = 0.03
DRAWS = 200
MOST_ANSWERS = 400_000  # the latest learners' answers; more sharpen little and would take the time of the ranker
NOT_TRIED = "mastery: observations are counted, since fewer than {answers} answers of {learners} learners are logged"


@dataclass(frozen=True, slots=True)
class MasteryTrial:
    """The model to serve, or None; what was measured on learners it did not know; a sentence for each criterion."""

    model: FittedMastery | None
    metrics: Mapping[str, Interval] = field(default_factory=dict)
    why: tuple[str, ...] = ()


def try_mastery(log: TenantLog, seed: int, settings: MasterySettings | None = None) -> MasteryTrial:
    """Judges on a fifth of the learners. Same log and seed, same model."""
    responses = responses_of((past.learner_id, piece) for past in log.pasts for piece in past.evidence)
    few = NOT_TRIED.format(answers=LEAST_ANSWERS, learners=LEAST_LEARNERS)
    if responses is not None:
        responses = latest(responses, MOST_ANSWERS)
    if responses is None or len(responses) < LEAST_ANSWERS or len(responses.bounds()) <= LEAST_LEARNERS:
        return MasteryTrial(None, why=(few,))
    settings = settings or MasterySettings()
    metrics, lines = _judged(responses, seed, settings)
    why = tuple(f"mastery: {sentence}" for _, sentence in lines)
    if not all(holds for holds, _ in lines):
        return MasteryTrial(None, metrics, why)
    return MasteryTrial(fit_mastery(responses, seed, settings), metrics, why)


def latest(responses: Responses, most: int) -> Responses:
    """Whole learners, those who answered last first, up to so many answers."""
    bounds = responses.bounds()
    sizes, ends = np.diff(bounds), responses.order[bounds[1:] - 1]
    newest = np.argsort(-ends, kind="stable")
    kept = np.zeros(len(sizes), dtype=bool)
    kept[newest[np.cumsum(sizes[newest]) <= most]] = True
    return responses if kept.all() else responses.rows(kept.repeat(sizes))


def _judged(
    responses: Responses, seed: int, settings: MasterySettings
) -> tuple[dict[str, Interval], list[tuple[bool, str]]]:
    held = responses.fold == 0
    train, test = responses.rows(~held), responses.rows(held)
    ours, theirs = (one.fit(train, seed).predict(test) for one in (LearnedContender(settings=settings), Elo()))
    bootstrap = LearnerBootstrap(test.learner, seed)
    mine, other = figures(ours, test.correct), figures(theirs, test.correct)
    samples, others = bootstrap.samples(ours, test.correct), bootstrap.samples(theirs, test.correct)
    found = intervals(mine, samples)
    gain = differences(mine, other, samples, others)["log_loss"]
    error, allowed = found["ece"], max(MOST_CALIBRATION_ERROR, error_by_luck(ours, seed))
    lines = [
        (gain.high < 0, f"log-loss {found['log_loss'].value:.4f}, {gain.value:+.4f} ({gain.low:+.4f} to "
                        f"{gain.high:+.4f}) against tuned Elo; the interval must lie below 0"),
        (error.value <= allowed, f"calibration error {error.value:.3f}, at most {allowed:.3f} is allowed"),
    ]  # fmt: skip
    return {**found, "log_loss_gain": gain}, lines


def error_by_luck(chance: Doubles, seed: int) -> float:
    """The calibration error that chances which are right leave one time in twenty, for few answers are uneven."""
    dice = np.random.default_rng(seed)
    drawn = [calibration_error(chance, dice.random(len(chance)) < chance) for _ in range(DRAWS)]
    return float(np.percentile(drawn, 95))
