"""A tenant whose learners only answer questions: the log that retraining reads, and the file that it imports."""

from __future__ import annotations

import csv
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from credpath.domain.evidence import Evidence
from tests.training.learned_mastery import SETTINGS
from tests.training.response_world import read_log
from tests.training.simulated_settings import sample
from training.dataset import read_decisions
from training.mastery_fit import FittedMastery, fit_mastery
from training.pasts import gather_pasts
from training.responses import Responses
from training.steps import set_stage
from training.tenant_log import GIVEN, TenantLog

START = datetime(2026, 1, 1, tzinfo=UTC)
READ_ON = datetime(2026, 11, 1, tzinfo=UTC)
SKILLS = tuple(
    f"https://credpath.org/sample/skill/{name}" for name in ("data-cleaning", "spreadsheets", "sql", "tableau")
)


@cache
def repeated_log(learners: int = 110) -> Responses:
    """Each question is asked twice in a row and mostly answered alike: no standing of a learner tells that."""
    dice = np.random.default_rng(3)
    hard, lines = dice.normal(0.0, 1.0, 24), list[str]()
    for who in range(learners):
        able = dice.normal(0.3, 1.0, len(SKILLS))
        for number in range(18):
            item = int(dice.integers(len(hard)))
            skill = item % len(SKILLS)
            right = bool(dice.random() < 1.0 / (1.0 + np.exp(hard[item] - able[skill])))
            for order, same in ((2 * number, True), (2 * number + 1, dice.random() < 0.95)):
                fold = who % 5
                lines.append(f"quiz-{who:03d},item-{item},{SKILLS[skill]},{int(right == same)},{order},{fold}")
    with tempfile.TemporaryDirectory() as folder:
        return read_log(Path(folder) / "log.csv", lines)


@cache
def sample_mastery() -> FittedMastery:
    """Learned from it: mastery of skills of the sample taxonomy."""
    return fit_mastery(repeated_log(), 1, SETTINGS)


def as_evidence(responses: Responses) -> list[tuple[str, Evidence]]:
    """The pieces that a store would have kept, a minute apart; evidence ids count the answers."""
    found = []
    for row in range(len(responses)):
        at = START + timedelta(minutes=float(responses.order[row]))
        item = int(responses.item[row])
        for skill in responses.skills[responses.starts[row] : responses.starts[row + 1]].tolist():
            piece = Evidence(
                f"e{row:05d}", responses.skill_names[skill], "item", float(responses.correct[row]), at,
                item_id=responses.items[item] if item >= 0 else "",
            )  # fmt: skip
            found.append((responses.learners[responses.learner[row]], piece))
    return found


def tenant_log(responses: Responses) -> TenantLog:
    """What retraining reads of a tenant that logged these answers and nothing else."""
    at = sample()
    stage = set_stage(at.catalogue, at.taxonomy, at.encoder, {""}, READ_ON.date())
    pasts = gather_pasts((), (), evidence=as_evidence(responses))
    decisions = read_decisions((), (), now=READ_ON, names=GIVEN)
    return TenantLog("quizzes", READ_ON, stage, pasts, decisions, lambda _: [])


def write_assessments(file: Path, responses: Responses) -> Path:
    """The same as the CSV that `credpath import assessments` reads."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("learner_id", "skill", "score", "occurred_at", "item_id"))
        for who, piece in as_evidence(responses):
            rows.writerow((who, piece.skill_uri, piece.score, piece.at.isoformat(), piece.item_id))
    return file
