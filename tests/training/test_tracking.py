"""Runs in MLflow, over its real process and store; and what becomes of a run when MLflow fails."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credpath.errors import InvalidInput
from credpath.evaluation.intervals import Interval
from credpath.recommender.bundle import flip, read_manifest
from tests.behaviour.switching import START, first_bundle, learned_folder
from training.publishing import Decision, publish_beside
from training.tracking import PENDING, Recorded, Run, Tracking, open_tracking, write_run

TENANT = "campus"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FIGURES = {"ndcg_at_10": Interval(0.2, 0.18, 0.22), "auc": Interval(float("nan"), 0.0, 1.0)}


def run_of(models: Path, version: str, **more: Any) -> Run:
    given = {"params": {"trees": 300}, "tags": {"verdict": "promote"}, "artefacts": {"plots/gain.png": b"png"}}
    learned = models / version / "learned" / TENANT
    return Run(TENANT, NOW, NOW, FIGURES, bundle_version=version, learned=learned, **{**given, **more})


@dataclass
class Installation:
    """A home with two retrainings: the first was promoted, the second held."""

    home: Path
    models: Path
    versions: list[str] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    aliases: list[Any] = field(default_factory=list)
    repeated: list[Any] = field(default_factory=list)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """MLflow starts slowly, so its process is asked everything in one go and the tests look at what came of it."""
    folder = tmp_path_factory.mktemp("tracking")
    made = Installation(folder / "home", folder / "models")
    first_bundle(made.models)
    with open_tracking(made.home, made.models, patience=240) as tracking:
        for number, promoted in enumerate((True, False)):
            learned, at = learned_folder(folder / "learned", number), START + timedelta(minutes=1 + number)
            decision = Decision(promoted, "retrain", "because")
            made.versions.append(publish_beside(made.models, TENANT, learned, decision, at=at, golden=lambda _: ()))
            made.recorded.append(tracking.record(run_of(made.models, made.versions[-1])))
        made.aliases.append(tracking.sync())
        flip(made.models, made.versions[1], at=NOW)
        made.aliases.append(tracking.sync())
        flip(made.models, made.versions[0], at=NOW, reason="roll back")
        made.aliases.append(tracking.sync())
        made.repeated = recorded_twice(made, tracking)
    return made


def recorded_twice(made: Installation, tracking: Tracking) -> list[Any]:
    """What is said of a run, and of the same one again, as if MLflow had been killed before it could put it away."""
    name = write_run(made.home, Run("other", NOW, NOW, FIGURES))
    shutil.copytree(made.home / PENDING / name, made.home / "copy")
    first = tracking.sync()["recorded"]
    shutil.copytree(made.home / "copy", made.home / PENDING / name)
    return [first, tracking.sync()["recorded"]]


def rows(installation: Installation, query: str) -> list[Any]:
    connection = sqlite3.connect(installation.home / "mlflow.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_each_run_is_recorded_with_a_version_of_the_tenants_model(installation: Installation) -> None:
    assert [recorded.problem for recorded in installation.recorded] == ["", ""]
    assert [recorded.model_version for recorded in installation.recorded] == ["1", "2"]
    assert rows(installation, "select name from registered_models") == [("credpath-campus",)]
    assert not list((installation.home / PENDING).iterdir())


def test_figures_stand_with_their_intervals_and_what_is_not_finite_is_left_out(installation: Installation) -> None:
    run_id = installation.recorded[0].run_id
    kept = dict(rows(installation, f"select key, value from latest_metrics where run_uuid = '{run_id}'"))
    assert kept == {"ndcg_at_10": 0.2, "ndcg_at_10_low": 0.18, "ndcg_at_10_high": 0.22, "auc_low": 0.0, "auc_high": 1.0}
    assert rows(installation, f"select key, value from params where run_uuid = '{run_id}'") == [("trees", "300")]


def test_tags_name_tenant_and_bundle_and_neither_user_nor_git(installation: Installation) -> None:
    run_id = installation.recorded[0].run_id
    tags = dict(rows(installation, f"select key, value from tags where run_uuid = '{run_id}'"))
    assert (tags["tenant"], tags["bundle_version"]) == (TENANT, installation.versions[0])
    assert (tags["verdict"], tags["model_version"]) == ("promote", "1")
    assert not [name for name in tags if "git" in name or "user" in name or "source" in name]


def test_artefacts_and_the_learned_folder_are_kept(installation: Installation) -> None:
    kept = [p for p in (installation.home / "mlflow-artefacts").rglob("*") if p.is_file()]
    assert any(p.name == "gain.png" and p.read_bytes() == b"png" for p in kept)
    served = installation.models / installation.versions[0] / "learned" / TENANT / "ranker" / "forest.npz"
    assert any(p.name == "forest.npz" and p.read_bytes() == served.read_bytes() for p in kept)
    asked = next(p for p in kept if p.name == "requirements.txt").read_text().splitlines()
    assert {line.partition("==")[0] for line in asked} == {"credpath", "mlflow", "numpy", "onnxruntime"}


def test_aliases_follow_the_bundle_that_serves(installation: Installation) -> None:
    told = [answer["aliases"] for answer in installation.aliases]
    assert told == [[["credpath-campus", "1", "2"]], [["credpath-campus", "2", ""]], [["credpath-campus", "1", "2"]]]
    kept = rows(installation, "select alias, version from registered_model_aliases order by alias")
    assert kept == [("challenger", 2), ("champion", 1)]


def test_a_run_that_was_recorded_is_not_recorded_twice(installation: Installation) -> None:
    first, again = installation.repeated
    assert first == again
    assert first[0]["problem"] == ""


@pytest.mark.parametrize("name", ["ndcg@10", "NDCG", "", "a b", "1st"])
def test_a_name_that_mlflow_refuses_is_refused_before_anything_is_written(name: str) -> None:
    with pytest.raises(InvalidInput, match="no name of a metric"):
        Run(TENANT, NOW, NOW, {name: Interval(0.0, 0.0, 0.0)})


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", ".hidden", "a//b", ""])
def test_an_artefact_outside_of_the_run_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput, match="no path of an artefact"):
        Run(TENANT, NOW, NOW, {}, artefacts={path: b""})


def process(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import sys; sys.exit(3)", "it ended"),
        ("import time; time.sleep(60)", "no answer within"),
        ("print('what?', flush=True); input()", "it ended"),
        ("print('[]', flush=True); input()", "an answer that is none"),
        ('print(\'{"problem": "the store is of an older release"}\', flush=True); input()', "older release"),
    ],
)
def test_a_failing_mlflow_is_reported_and_the_run_is_kept(tmp_path: Path, program: str, why: str) -> None:
    tracking = Tracking(tmp_path, process(program), patience=1.0 if "sleep" in program else 30.0)
    assert tracking.process is not None
    assert tracking.process.stdout is not None
    threading.Thread(target=tracking.listen, args=(tracking.process.stdout,), daemon=True).start()
    recorded = tracking.record(Run(TENANT, NOW, NOW, FIGURES))
    tracking.process.kill()
    tracking.process.wait()
    assert why in recorded.problem
    assert "python -m training.tracking" in recorded.problem
    kept = list((tmp_path / PENDING).iterdir())
    assert [json.loads((folder / "run.json").read_text())["tenant"] for folder in kept] == [TENANT]


def test_a_home_that_cannot_be_written_is_a_problem_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a folder")
    with open_tracking(tmp_path / "home", tmp_path / "models") as tracking:
        recorded = tracking.record(Run(TENANT, NOW, NOW, FIGURES))
    assert recorded.run_id == ""
    assert recorded.problem


def test_a_published_bundle_names_its_learned_files(installation: Installation) -> None:
    listed = [f.path for f in read_manifest(installation.models / installation.versions[0]).files]
    assert f"learned/{TENANT}/card.json" in listed
