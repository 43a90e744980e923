"""OULAD read into what was known by a day, and not a day more."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import InvalidInput
from tests.training.oulad_folder import TABLES, write_oulad, write_table
from training.completion_oulad import read_oulad
from training.completion_oulad_features import enrolment_table

PEOPLE = [
    ("AAA", "2013B", 1, "F", "Wales", "Lower Than A Level", "0-10%", "0-35", 0, 60, "N", "Pass"),
    ("AAA", "2013B", 2, "M", "Wales", "HE Qualification", "?", "55<=", 0, 120, "N", "Withdrawn"),
    ("AAA", "2013B", 3, "M", "Wales", "HE Qualification", "20-Oct", "35-55", 0, 120, "N", "Fail"),
    ("AAA", "2013J", 1, "F", "Wales", "Lower Than A Level", "0-10%", "0-35", 0, 60, "N", "Distinction"),
    ("AAA", "2014B", 1, "F", "Wales", "Lower Than A Level", "0-10%", "0-35", 0, 60, "N", "Fail"),
]
EXAMS = [
    ("AAA", "2013B", 1, "TMA", 20, 10),
    ("AAA", "2013B", 2, "TMA", 50, 10),
    ("AAA", "2013B", 3, "TMA", 90, 10),
    ("AAA", "2013B", 4, "Exam", "", 100),
]
HANDED_IN = [
    (1, 1, 18, 0, 80),
    (2, 1, 52, 0, 60),
    (1, 2, 20, 0, 40),
    (3, 2, 30, 1, 90),
    (2, 3, 70, 0, 55),
    (4, 1, 1, 0, 1),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_table(tmp_path, "studentInfo", PEOPLE)
    write_table(tmp_path, "assessments", EXAMS)
    write_table(tmp_path, "studentAssessment", HANDED_IN)
    return tmp_path


def column(folder: Path, name: str, day: int | None = 60) -> list[float]:
    names, features = enrolment_table(read_oulad(folder), day)
    return [float(value) for value in features[:, names.index(name)]]


def test_pass_and_distinction_are_completed(folder: Path) -> None:
    assert read_oulad(folder).completed.tolist() == [True, False, False, True, False]


def test_a_band_that_a_spreadsheet_took_for_a_date_is_read_and_a_missing_one_stays_missing(folder: Path) -> None:
    np.testing.assert_array_equal(column(folder, "deprivation_band", None), [0, np.nan, 1, 0, 0])


def test_what_was_due_is_counted_as_handed_in_or_missing(folder: Path) -> None:
    assert column(folder, "due_handed_in")[:3] == [2, 1, 0]
    assert column(folder, "due_missing")[:3] == [0, 1, 2]
    assert column(folder, "ahead")[:3] == [0, 1, 0]
    assert column(folder, "late")[:3] == [1, 0, 0]
    assert column(folder, "banked")[:3] == [0, 1, 0]


def test_scores_are_those_handed_in_by_the_day(folder: Path) -> None:
    np.testing.assert_array_equal(column(folder, "mean_score")[:3], [70, 65, np.nan])
    np.testing.assert_array_equal(column(folder, "score_with_missing")[:3], [70, 20, 0])
    np.testing.assert_array_equal(column(folder, "last_score")[:3], [60, 90, np.nan])
    np.testing.assert_array_equal(column(folder, "days_since_last")[:3], [8, 30, np.nan])


def test_at_enrolment_nothing_of_the_presentation_is_known(folder: Path) -> None:
    names, _ = enrolment_table(read_oulad(folder), None)
    assert not [name for name in names if "score" in name and not name.startswith("earlier")]
    assert not {"gender", "region", "disability"} & set(names)


def test_only_presentations_that_had_ended_count_as_earlier(folder: Path) -> None:
    enrolments = read_oulad(folder)
    earlier = dict(zip(enrolments.presentation.tolist(), column(folder, "earlier", None), strict=True))
    assert earlier["2013J"] == 1
    assert earlier["2014B"] == 1  # 2013J was still running
    assert column(folder, "earlier_finished", None)[-1] == 1


def rewrite(folder: Path, table: str, change: object) -> None:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    changed = [change(dict(row)) for row in rows]  # type: ignore[operator]
    write_table(folder, table, [[row[name] for name in TABLES[table]] for row in changed])


def test_nothing_that_happened_after_the_day_changes_what_is_known_by_it(tmp_path: Path) -> None:
    names, before = enrolment_table(read_oulad(write_oulad(tmp_path)), 60)

    def later(row: dict[str, str]) -> dict[str, str]:
        # The latest presentation's scores after day 60 change; those of earlier ones are history by then.
        is_latest, is_late = int(row["id_assessment"]) >= 600, int(row["date_submitted"]) > 60
        return row | {"score": "1"} if is_latest and is_late else row

    def result(row: dict[str, str]) -> dict[str, str]:
        return row | {"final_result": "Fail"} if row["code_presentation"] == "2014J" else row

    rewrite(tmp_path, "studentAssessment", later)
    rewrite(tmp_path, "studentInfo", result)
    np.testing.assert_array_equal(enrolment_table(read_oulad(tmp_path), 60)[1], before)
    assert len(set(names)) == len(names)


def test_the_order_of_lines_has_no_effect(tmp_path: Path) -> None:
    _, before = enrolment_table(read_oulad(write_oulad(tmp_path)), 60)
    for table, header in TABLES.items():
        lines = (tmp_path / f"{table}.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == ",".join(header)
        (tmp_path / f"{table}.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    np.testing.assert_array_equal(enrolment_table(read_oulad(tmp_path), 60)[1], before)


def test_an_absent_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="studentInfo"):
        read_oulad(tmp_path)


@pytest.mark.real_data
def test_the_whole_release_is_read(real_data: Path) -> None:
    enrolments = read_oulad(real_data / "outcomes" / "oulad")
    assert len(enrolments.student) == 32_593
    assert int(enrolments.completed.sum()) == 12_361 + 3_024
    assert len(enrolments.rows) == 22
