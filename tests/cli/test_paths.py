from __future__ import annotations

from pathlib import Path

import pytest
from icalendar import Calendar

from tests.cli.conftest import Run


def test_a_path_says_when_what_why_and_what_it_comes_to(sample_run: Run) -> None:
    done = sample_run("path", "--goal", "data analyst", "--hours-per-week", 8, "--have", "SQL")
    assert done.code == 0
    lines = done.out.splitlines()
    assert any(line.startswith("1. weeks 0-") for line in lines)
    assert any("Mastery: " in line and "->" in line for line in lines)
    assert any(line.startswith("In all: ") and "gap" in line for line in lines)
    assert "Kept" not in done.out


def test_every_wish_has_an_option_and_the_answer_keeps_them(sample_run: Run) -> None:
    done = sample_run(
        "path", "--goal", "data analyst", "--hours-per-week", 10, "--weeks", 60, "--starts-on", "2035-01-08",
        "--deadline", "2036-01-08", "--budget", 900, "--currency", "eur", "--parallel", 2, "--language", "en",
        "--country", "nl", "--exclude", "dp-sql", "--exclude", "nf-sql-1", "--participation", "online",
        "--pin", "nf-data-thinking", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    path = done.document["paths"][0]
    steps = [step["credential_id"] for step in path["steps"]]
    assert "nf-data-thinking" in steps
    assert not {"dp-sql", "nf-sql-1"} & set(steps)
    assert path["weeks"] <= 52.2
    used = {name: done.document["credentials"][name]["participation"] for name in steps}
    assert set(used.values()) <= {"online", ""}


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (["--deadline", "soon"], "--deadline"),
        (["--starts-on", "2027-13-01"], "--starts-on"),
        (["--deadline", "2001-01-01"], "deadline"),
        (["--pin", "nothing-like-it"], "pinned"),
        (["--stack", "nf-spreadsheets"], "stack"),
        (["--pin", "dp-sql", "--exclude", "dp-sql"], "excluded"),
        (["--alternative", "nicest", "--calendar", "x.ics"], "--alternative"),
    ],
)
def test_a_wish_that_cannot_be_is_misuse_and_named(sample_run: Run, options: list[str], where: str) -> None:
    done = sample_run("path", "--goal", "data analyst", *options, "--json")
    assert done.code == 2
    assert done.document["where"] == where


def test_a_calendar_is_written_with_one_event_a_step(sample_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "path.ics"
    done = sample_run("path", "--goal", "data analyst", "--weeks", 20, "--calendar", file, "--json")
    steps = done.document["paths"][0]["steps"]
    assert len(Calendar.from_ical(file.read_bytes()).walk("VEVENT")) == len(steps)
    refused = sample_run("path", "--goal", "data analyst", "--calendar", tmp_path / "no" / "such" / "folder.ics")
    assert refused.code == 2
    assert "cannot write" in refused.err


def test_a_stored_learners_path_is_kept_unless_it_was_only_tried(sample_run: Run) -> None:
    ask = ("path", "--learner", "ladder-tomas")
    assert sample_run(*ask, "--what-if", "--json").document["kept"] is None
    first = sample_run(*ask, "--json").document
    assert (first["previous"], first["kept"]) == ([], "best")
    steps = [step["credential_id"] for step in first["paths"][0]["steps"]]
    assert sample_run(*ask, "--json").document["previous"] == steps
    said = sample_run(*ask).out
    assert "Kept: the best path" in said
    assert "As it was kept." in said or "Changed since" in said
    assert sample_run(*ask, "--previous", steps[0], "--what-if", "--json").document["previous"] == steps[:1]


def test_two_goals_are_compared_side_by_side(sample_run: Run) -> None:
    options = ("compare", "--goal", "data analyst", "--goal", "data engineer", "--hours-per-week", 8)
    found = sample_run(*options, "--json").document
    assert [side["goal"]["label"] for side in found["sides"]] == ["data analyst", "data engineer"]
    said = sample_run(*options).out
    assert "Both need" in said
    assert "Both together" in said
    assert said.count("Toward data") >= 2


def test_comparing_takes_exactly_two_goals(sample_run: Run) -> None:
    for goals in ((), ("--goal", "nurse"), ("--goal", "a", "--goal", "b", "--goal", "c")):
        done = sample_run("compare", *goals)
        assert done.code == 2
        assert "--goal" in done.err
