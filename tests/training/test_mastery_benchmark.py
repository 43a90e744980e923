"""The mastery benchmark from its command line to its document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from credpath.interop.tabular import Columns
from tests.training.response_world import drawn_log, write_log
from training.benchmark import main
from training.mastery_benchmark import OURS, contenders, show
from training.response_reader import COLUMNS, HEADER

QUICK = ["--resamples", "20"]
PLAIN = "item mean,BKT,PFA,Best-LR,Elo"  # the product's own takes a minute to fit
# Measured elsewhere on ASSISTments 2009, under this protocol.
PEERS = {"BKT": 0.710, "PFA": 0.712, "Best-LR": 0.763, "Elo": 0.771}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("log") / "log.csv", [*drawn_log(), "ann,q,a,maybe,1,1"])


def measured(log: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    assert main(["mastery", "--responses", str(log), "--json", *QUICK, *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_model_has_its_figures_with_intervals_by_fold_and_by_earlier_answers(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = measured(log, capsys, "--only", PLAIN, "--out", str(tmp_path / "plots"))
    assert set(document["systems"]) == set(PLAIN.split(","))
    for found in document["systems"].values():
        for metric in ("auc", "log_loss", "ece", "accuracy"):
            assert found[metric]["low"] <= found[metric]["value"] <= found[metric]["high"]
        assert [one["fold"] for one in found["folds"]] == ["0", "1", "2", "3", "4"]
        assert sum(one["answers"] for one in found["folds"]) == document["sizes"]["answers"]
        assert found["by_earlier"][0]["earlier"] == "1-4"  # sixty first answers are too few to show
        assert found["change_by_later_answers"] <= 1e-12
        assert sum(one["count"] for one in found["reliability"]) == document["sizes"]["answers"]
    assert document["sizes"]["refused"] == 1
    assert "correct is 'maybe', neither 0 nor 1" in document["refusals"][0]
    assert "rows were refused" in document["warnings"][0]
    assert [Path(name).name for name in document["plots"]] == ["reliability.png", "auc_by_earlier_answers.png"]
    assert all(Path(name).read_bytes().startswith(b"\x89PNG") for name in document["plots"])
    show(document)
    shown = capsys.readouterr().out
    assert "auc by fold" in shown
    assert "LEAKS" not in shown
    assert shown.startswith("warning: 1 of")


def test_shuffled_labels_can_be_told_by_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = write_log(tmp_path / "log.csv", drawn_log(learners=200, answers=50))
    document = measured(log, capsys, "--shuffle-labels", "--only", PLAIN)
    assert document["labels_shuffled"]
    assert all(abs(found["auc"]["value"] - 0.5) < 0.025 for found in document["systems"].values())


def test_rows_that_repeat_are_counted_in_the_document_and_for_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = drawn_log(learners=20, answers=10)
    document = measured(write_log(tmp_path / "log.csv", [*lines, *lines]), capsys, "--only", "item mean")
    assert document["sizes"]["duplicates"] == document["sizes"]["answers"] == len(lines)
    show(document)
    assert f"{len(lines)} rows equal another" in capsys.readouterr().out


def test_labels_that_were_shuffled_in_the_file_can_be_told_by_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = [line.split(",") for line in drawn_log(learners=100, answers=40)]
    rows = [[who, item, skill, right, at, fold] for who, item, skills, right, at, fold in fields
            for skill in skills.split(";")]  # fmt: skip
    dealt = np.random.default_rng(3).permutation([row[3] for row in rows]).tolist()
    lines = [",".join([*row[:3], right, *row[4:]]) for row, right in zip(rows, dealt, strict=True)]
    document = measured(write_log(tmp_path / "log.csv", lines), capsys, "--only", "PFA,Elo")
    assert document["sizes"]["answers"] == len(fields)
    assert all(abs(found["auc"]["value"] - 0.5) < 0.03 for found in document["systems"].values())


@pytest.mark.parametrize("learners", [2, 3])
def test_the_smallest_logs_are_measured_or_refused_without_a_warning_of_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder, learners: int
) -> None:
    log = write_log(tmp_path / "log.csv", [f"{who},q,a,{who % 2},1,{who}" for who in range(learners)])
    code = main(["mastery", "--responses", str(log), "--only", OURS, *QUICK])
    assert not [str(one.message) for one in recwarn if one.category is not ResourceWarning]
    assert code == (0 if learners == 3 else 1)
    if learners == 2:
        assert "outside fold 0 there is 1 learner of 2" in capsys.readouterr().err


def test_a_seed_gives_the_same_figures_again(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (measured(log, capsys, "--only", "PFA")["systems"]["PFA"]["auc"] for _ in range(2))
    assert first == second


def test_an_unknown_model_is_refused_with_those_that_there_are(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mastery", "--responses", str(log), "--only", "Elo,DKT", "--json"]) == 2
    assert "Best-LR" in capsys.readouterr().out


def test_one_resample_makes_no_interval(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mastery", "--responses", str(log), "--resamples", "1"]) == 2
    assert "at least two resamples" in capsys.readouterr().err


def test_the_columns_are_those_of_the_surface() -> None:
    assert isinstance(COLUMNS, Columns)
    assert {*COLUMNS.required, *COLUMNS.optional} == set(HEADER.replace("[", "").replace("]", "").split(","))


def test_the_products_own_model_stands_last_among_all() -> None:
    assert [model.name for model in contenders()] == [*PLAIN.split(","), OURS]


@pytest.mark.slow
def test_the_products_own_model_is_timed_and_held_against_the_best_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{line[:-1]}{int(line[-1]) % 2}" for line in drawn_log()]  # two folds: each is a whole fit
    document = measured(write_log(tmp_path / "log.csv", lines), capsys, "--only", f"PFA,Elo,{OURS}")
    speed = document["systems"][OURS]["microseconds"]
    assert speed["disagreement"] < 1e-6
    assert 0 < speed["update_p50"] <= speed["update_p95"]
    assert document["difference"]["baseline"] in ("PFA", "Elo")
    show(document)
    assert f"{OURS} less" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.real_data
def test_on_assistments_2009_the_plain_models_are_as_good_as_measured_elsewhere(
    real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = write_log(tmp_path / "log.csv", assistments(real_data / "assessments" / "assist2009"))
    document = measured(log, capsys, "--only", "BKT,PFA,Best-LR,Elo")
    assert document["sizes"]["collapsed"] == 51_028
    for name, peer in PEERS.items():
        assert document["systems"][name]["auc"]["value"] > peer - 0.01


def assistments(folder: Path) -> list[str]:
    """Four lines a learner: index and id, items, skills, answers."""
    lines = []
    for fold in range(1, 6):
        sheet = (folder / f"fold{fold}.csv").read_text(encoding="utf-8").splitlines()
        for at in range(0, len(sheet), 4):
            who = sheet[at].split(",")[1]
            rows = zip(*(line.split(",") for line in sheet[at + 1 : at + 4]), strict=True)
            lines += [f"{who},{item},{skill},{right},{order},{fold}" for order, (item, skill, right) in enumerate(rows)]
    return lines
