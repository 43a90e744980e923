"""The completion benchmark from its command line to its document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.oulad_folder import write_oulad
from training.benchmark import main
from training.oulad_benchmark import show

ARGUMENTS = ["--seeds", "1", "--resamples", "20", "--bags", "1"]


@pytest.fixture(scope="module")
def oulad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_oulad(tmp_path_factory.mktemp("oulad"), students=150)


def measured(oulad: Path, capsys: pytest.CaptureFixture[str]) -> dict:  # type: ignore[type-arg]
    assert main(["completion", "--data", str(oulad), "--json", *ARGUMENTS]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_both_horizons_are_measured_beside_tuned_baselines(oulad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = measured(oulad, capsys)
    assert document["trained_on"] == ["2013B", "2013J", "2014B"]
    assert document["enrolments"] == 300
    for found in document["horizons"].values():
        assert set(found["models"]) == {"credpath", "logistic regression", "plain LightGBM"}
        assert all(0 <= one["auc"]["low"] <= one["auc"]["high"] <= 1 for one in found["models"].values())
    by_day, at_enrolment = document["horizons"]["day 60"], document["horizons"]["enrolment"]
    assert by_day["models"]["credpath"]["auc"]["value"] > 0.75
    assert at_enrolment["models"]["credpath"]["auc"]["value"] < 0.65
    show(document)
    assert "300 enrolments of 2014J" in capsys.readouterr().out


def test_a_presentation_without_earlier_ones_cannot_be_tested_on(
    oulad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "--data", str(oulad), "--test", "2013B", "--json"]) == 2
    assert "earlier ones" in capsys.readouterr().out + capsys.readouterr().err


@pytest.mark.slow
def test_results_of_the_tested_presentation_have_no_effect_on_what_is_chosen(
    oulad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (oulad / "studentInfo.csv").read_text(encoding="utf-8").splitlines()
    swapped = {"Pass": "Withdrawn", "Withdrawn": "Pass"}
    for name in ("assessments.csv", "studentAssessment.csv"):
        (tmp_path / name).write_bytes((oulad / name).read_bytes())
    lines = [_swap(line, swapped) if ",2014J," in line else line for line in text]
    (tmp_path / "studentInfo.csv").write_text("\n".join(lines), encoding="utf-8")
    ours, theirs = measured(oulad, capsys), measured(tmp_path, capsys)
    for horizon in ours["horizons"]:
        assert ours["horizons"][horizon]["tuned"] == theirs["horizons"][horizon]["tuned"]


def _swap(line: str, words: dict[str, str]) -> str:
    start, _, last = line.rpartition(",")
    return f"{start},{words[last]}"
