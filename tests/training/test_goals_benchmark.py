from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import CredpathError
from training import goals_benchmark
from training.benchmark import main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "taxonomy"


def options(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    goals_benchmark.add_arguments(parser)
    return parser.parse_args(arguments)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDPATH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CREDPATH_MODELS", str(tmp_path / "models"))
    return tmp_path


@pytest.fixture
def titles(tmp_path: Path) -> Path:
    uri = "https://credpath.org/sample/occupation"
    # The last is a label of the index.
    good = [("office helper", "administrative-assistant"), ("bookkeeping clerk", "bookkeeper"),
            ("Office Assistant", "administrative-assistant")]  # fmt: skip
    lines = [f"{title}\t{uri}/{name}" for title, name in good]
    lines += ["no tab here", f"\t{uri}/bookkeeper", "potter\thttps://nowhere/potter", ""]
    file = tmp_path / "titles.tsv"
    file.write_bytes(("title\toccupation_uri\n" + "\n".join(lines)).encode() + b"\n\xff\xfe\tx\n")
    return file


def test_bad_lines_and_unknown_occupations_are_counted_by_line_and_left_out(
    home: Path, titles: Path, encoder_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "--titles",
        str(titles),
        "--taxonomy",
        str(SAMPLE),
        "--format",
        "native",
        "--encoder",
        str(encoder_folder),
    ]
    assert main(["goals", *arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["titles"], document["in_index"]) == (3, 1)
    assert document["refused"] == 4
    assert [line.split(":")[1] for line in document["refusals"]] == ["5", "6", "9", "7"]
    assert set(document["systems"]) == {"credpath", "character tf-idf", "best label cosine"}
    assert document["systems"]["credpath"]["top_5"]["value"] == 1.0
    assert main(["goals", *arguments]) == 0
    assert "top_5" in capsys.readouterr().out


def test_held_out_labels_are_absent_from_the_index(home: Path, encoder_folder: Path) -> None:
    chosen = options("--taxonomy", str(SAMPLE), "--format", "native", "--encoder", str(encoder_folder), "--limit", "40")
    document = goals_benchmark.run(chosen)
    assert (document["titles"], document["in_index"]) == (40, 0)
    assert document["systems"]["credpath"]["top_5"]["value"] > document["systems"]["character tf-idf"]["top_1"]["value"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--titles", "absent.tsv"), "cannot be read"),
        ((), "needs a release"),
        (("--taxonomy", str(SAMPLE), "--share", "1.5"), "share is 1.5"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    home: Path, encoder_folder: Path, arguments: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(CredpathError, match=reason):
        goals_benchmark.run(options(*arguments, "--encoder", str(encoder_folder)))


def test_without_a_bundle_the_command_fails_with_advice(
    home: Path, titles: Path, encoder_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["goals", "--titles", str(titles), "--encoder", str(encoder_folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "not-ready"


def test_the_bundle_that_serves_is_asked_without_a_release(
    sample_home: Path, titles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDPATH_MODELS", str(sample_home / "models"))
    document = goals_benchmark.run(options("--titles", str(titles)))
    assert (document["titles"], document["refused"]) == (3, 4)
    assert document["systems"]["credpath"]["top_5"]["value"] == 1.0


def test_metrics_of_known_places() -> None:
    figures = goals_benchmark.place_metrics(np.array([1.0, 2.0, 6.0, np.inf]), seed=0)
    assert figures["top_1"]["value"] == 0.25
    assert figures["top_5"]["value"] == 0.5
    assert figures["mrr"]["value"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)
    assert figures["mrr"]["low"] <= figures["mrr"]["value"] <= figures["mrr"]["high"]
