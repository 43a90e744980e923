"""Retraining as a stranger runs it: the command, on a copy of the sample with a simulated log."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from credpath.errors import InvalidInput
from credpath.recommender.bundle import current_version
from credpath.service.asking import Ask
from credpath.service.catalogue import import_catalogue
from credpath.service.importing import import_assessments
from credpath.service.mastery import read_learner
from credpath.service.opening import open_context
from credpath.service.recommending import recommend
from tests.training.mastery_tenants import SKILLS, repeated_log, write_assessments
from training.gate_thresholds import DEFAULT
from training.retrain import came_to, read_groups
from training.retrain_lock import only_retraining
from training.simulated_sample import write_sample_log

ROOT = Path(__file__).parent.parent.parent
LABELS = ("data-cleaning", "spreadsheets", "sql", "tableau")
SMALL = """
threads = 1
[bounds]
steps = 40
candidates = 20
moments = 30
valued = 100
[ranker]
trees = 12
min_rows_in_leaf = 20
"""


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retrain")
    shutil.copy(sample_home / "credpath.db", folder / "credpath.db")
    shutil.copytree(sample_home / "models", folder / "models")
    context = open_context(f"sqlite:///{folder / 'credpath.db'}", folder / "models")
    write_sample_log(context, "default", 300, 1, lambda _: None)
    context.close()
    (folder / "small.toml").write_text(SMALL)
    (folder / "lenient.toml").write_text(lenient(DEFAULT.read_text()))
    return folder


def lenient(text: str) -> str:
    """The gate of the product with thresholds that let any model through: what follows a promotion is tested here."""
    given = {"least_decisions": 20, "least_learners": 5, "least_positives": 2, "least_negatives": 2, "least_lift": -9,
             "least_lift_snips": -9, "least_ranking_gain": -9, "most_unexplored": 1.0, "least_coverage": 0,
             "most_popularity_lift": 99, "most_latency_ratio": 999}  # fmt: skip
    for name, value in given.items():
        text = re.sub(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
    return text


def retrain(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "CREDPATH_HOME": str(home), "CREDPATH_MODELS": str(home / "models"), "DATABASE_URL": ""}
    settings["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "training.retrain", *arguments],
        env=settings, cwd=home, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr[-2_000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_log_that_is_too_small_is_held_with_the_reasons_and_nothing_changes(home: Path) -> None:
    before = current_version(home / "models")
    held = document(retrain(home, "--json", "--config", str(home / "small.toml")))
    assert held["promoted"] is False
    assert "wait for more outcomes" in held["verdict"]["sentence"]
    assert current_version(home / "models") == before


def test_a_promoted_model_serves_and_the_run_is_kept(home: Path) -> None:
    arguments = ("--json", "--config", str(home / "small.toml"), "--gate", str(home / "lenient.toml"))
    made = document(retrain(home, *arguments))
    assert made["promoted"] is True, made["verdict"]["sentence"]
    assert current_version(home / "models") == made["version"]
    assert made["mlflow"] == {"run_id": made["mlflow"]["run_id"], "problem": ""}
    assert made["mlflow"]["run_id"]
    learned = home / "models" / made["version"] / "learned" / "default"
    assert "Simulated data" in (learned / "model_card.md").read_text()
    context = open_context(f"sqlite:///{home / 'credpath.db'}", home / "models")
    answer = recommend(context, "default", Ask(goal_text="data analyst"))
    context.close()
    assert answer.items
    assert not answer.degraded
    assert answer.bundle_version == made["version"]


def test_a_second_retraining_is_told_who_runs(home: Path) -> None:
    with only_retraining(home / "models", at=datetime.now(UTC)):
        refused = retrain(home, "--json")
    assert refused.returncode == 1
    assert str(os.getpid()) in json.loads(refused.stdout)["what"]


def test_a_config_that_makes_no_sense_is_misuse(home: Path) -> None:
    (home / "bad.toml").write_text("sed = 1")
    refused = retrain(home, "--config", str(home / "bad.toml"))
    assert refused.returncode == 2
    assert "sed" in refused.stderr


def test_what_came_of_the_ranker_and_of_mastery_is_said_without_one_contradicting_the_other() -> None:
    assert came_to(False, "", "b-2") == "ranker held; mastery served by bundle b-2"
    assert came_to(False, "b-1", "b-2") == "ranker held in bundle b-1; mastery served by bundle b-2"
    assert came_to(True, "b-1", "b-1") == "ranker promoted in bundle b-1; mastery served by bundle b-1"
    assert came_to(False, "", "") == "ranker held; mastery not learned"


def test_groups_are_read_by_learner(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("learner_id,group\na,north\nb,\nc,south\n")
    assert read_groups(file) == {"a": "north", "c": "south"}
    assert read_groups(None) is None


def test_groups_without_their_columns_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("learner,team\na,north\n")
    with pytest.raises(InvalidInput, match="learner_id"):
        read_groups(file)


@pytest.fixture(scope="module")
def quizzes(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a tenant whose learners have answered questions and done nothing else."""
    folder = tmp_path_factory.mktemp("quizzes")
    shutil.copy(sample_home / "credpath.db", folder / "credpath.db")
    shutil.copytree(sample_home / "models", folder / "models")
    context = open_context(f"sqlite:///{folder / 'credpath.db'}", folder / "models")
    taught = [{"credential_id": label, "title": f"{label} in practice", "outcomes": [label]} for label in LABELS]
    (folder / "catalogue.jsonl").write_text("\n".join(map(json.dumps, taught)))
    import_catalogue(context, "quizzes", folder / "catalogue.jsonl")
    answers = write_assessments(folder / "answers.csv", repeated_log())
    import_assessments(context, "quizzes", answers, lambda *_: None)
    context.close()
    (folder / "small.toml").write_text(SMALL)
    return folder


def of_quizzes(home: Path) -> tuple[str, ...]:
    return ("--json", "--tenant", "quizzes", "--config", str(home / "small.toml"))


def test_from_answers_alone_mastery_is_learned_and_serves_while_the_ranker_waits(quizzes: Path) -> None:
    first = current_version(quizzes / "models")
    made = document(retrain(quizzes, *of_quizzes(quizzes)))
    assert made["promoted"] is False
    mastery = made["mastery"]
    assert mastery["metrics"]["log_loss_gain"]["high"] < 0
    assert len(mastery["why"]) == 2
    assert current_version(quizzes / "models") == mastery["version"] != first
    context = open_context(f"sqlite:///{quizzes / 'credpath.db'}", quizzes / "models")
    learned = context.serving.bundle.learned
    assert learned.keys() == {"quizzes"}
    assert learned["quizzes"].ranker is None
    reading = read_learner(context, "quizzes", "quiz-003")
    assert reading.model is learned["quizzes"].mastery
    assert reading.mastery.keys() == set(SKILLS)
    answer = recommend(context, "quizzes", Ask(learner_id="quiz-003", goal_text="data analyst"))
    context.close()
    assert answer.items
    assert (answer.policy, answer.degraded) == ("greedy", False)


@pytest.mark.slow
def test_the_same_answers_teach_the_same_mastery_which_serves_on(quizzes: Path) -> None:
    made, again = (document(retrain(quizzes, *of_quizzes(quizzes))) for _ in range(2))
    assert again["mastery"] == made["mastery"]
    assert current_version(quizzes / "models") == made["mastery"]["version"]
