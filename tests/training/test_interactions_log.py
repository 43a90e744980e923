"""Logs for a benchmark: what a fast reading and the importer's say alike, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from credpath.errors import InvalidInput
from credpath.interop.outcomes import read_outcomes
from training.interactions_log import cut_time, read_take_ups

HEADER = "learner_id,credential_id,outcome,occurred_at"


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_plain_file_says_what_the_importer_reads_from_it(tmp_path: Path) -> None:
    rows = ("l,a,enrolled,3", "m,b,Completed,1", "l,a,clicked,0", "l,a,completed,9", "m,c,dropped,2")
    plain = read_take_ups(write(tmp_path / "plain.csv", *rows))
    imported = [o for o in read_outcomes(tmp_path / "plain.csv").items if o.kind in {"enrolled", "completed"}]
    assert plain.learners == [o.learner_id for o in imported]
    assert plain.credentials == [o.credential_id for o in imported]
    assert plain.times.tolist() == [o.occurred_at.timestamp() for o in imported]
    assert plain.ordinal


def test_a_file_with_quotes_or_faults_is_read_with_care(tmp_path: Path) -> None:
    rows = ('"l",a,enrolled,2026-01-01', "m,b,enrolled,yesterday", "m,c,completed,2026-02-01T00:00:00Z")
    found = read_take_ups(write(tmp_path / "log.csv", *rows))
    assert (found.learners, found.credentials, found.ordinal) == (["l", "m"], ["a", "c"], False)
    assert [(refusal.line, refusal.reason) for refusal in found.refused] == [
        (3, "occurred_at is 'yesterday', not a time")
    ]


@pytest.mark.parametrize("rows", [[], ["l,a,clicked,1"]])
def test_a_log_in_which_nobody_takes_anything_up_is_refused(tmp_path: Path, rows: list[str]) -> None:
    with pytest.raises(InvalidInput):
        read_take_ups(write(tmp_path / "log.csv", *rows))


def test_an_empty_file_is_refused_as_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(InvalidInput, match="the file is empty"):
        read_take_ups(tmp_path / "empty.csv")


def test_what_is_wrong_with_the_file_as_a_whole_is_refused_whatever_its_rows(tmp_path: Path) -> None:
    mixed = write(tmp_path / "mixed.csv", "l,a,enrolled,1", "l,b,enrolled,2026-01-01", "m,b,enrolled,3")
    with pytest.raises(InvalidInput, match="a time on line 3 and a bare number on line 2"):
        read_take_ups(mixed)
    for header in (f"{HEADER},colour", f"\n{HEADER},colour"):
        coloured = write(tmp_path / "coloured.csv", "l,a,enrolled,1,red", "l,b,enrolled,2,red", header=header)
        with pytest.raises(InvalidInput, match="unknown column 'colour'"):
            read_take_ups(coloured)


def test_more_bad_rows_than_good_ones_are_refused_with_the_first(tmp_path: Path) -> None:
    good, bad = ["l,a,enrolled,1", "m,a,enrolled,1"], ["l,b,viewed,2", "m,b,viewed,2", "n,b,viewed,2"]
    assert len(read_take_ups(write(tmp_path / "half.csv", *good, *bad[:2])).refused) == 2
    with pytest.raises(InvalidInput) as refused:
        read_take_ups(write(tmp_path / "log.csv", *good, *bad))
    assert "3 of 5 rows cannot be used" in refused.value.what
    assert refused.value.where.endswith("log.csv:4")
    assert "viewed" in refused.value.what


def test_a_hint_is_given_once(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(f"{HEADER}\ncaf\xe9,a,enrolled,1\n".encode("cp1252"))
    with pytest.raises(InvalidInput) as refused:
        read_take_ups(path)
    assert str(refused.value).count("save the file as UTF-8") == 1


def test_lines_end_as_they_do_for_the_importer(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(f"{HEADER}\rl,a,enrolled,1\rl,b,enrolled,2\r".encode())
    with pytest.raises(InvalidInput, match="carriage return alone"):
        read_take_ups(path)
    path.write_bytes(f"{HEADER}\r\nl,a,enrolled,1\r\nl,b,enrolled,2\r\n".encode())
    assert read_take_ups(path).credentials == ["a", "b"]
    path.write_bytes(f"{HEADER}\nl,a,enrolled,1\u2028l,b,enrolled,2\nl,c,enrolled,3\n".encode())
    assert read_take_ups(path).credentials == ["c"]


@pytest.mark.parametrize("rows", [["l,a,enrolled,10", "l,b,enrolled,20"], ['"l",a,enrolled,10', "l,b,enrolled,20"]])
def test_a_cut_of_numbers_is_a_number_within_them(tmp_path: Path, rows: list[str]) -> None:
    log = read_take_ups(write(tmp_path / "log.csv", *rows))
    assert cut_time("20", log) == 20.0
    with pytest.raises(InvalidInput, match="no step lies before 10: the log goes from 10 to 20"):
        cut_time("10", log)
    with pytest.raises(InvalidInput, match="no step lies after 21: the log goes from 10 to 20"):
        cut_time("21", log)
    with pytest.raises(InvalidInput, match="2026-01-01 is a time and each step of the log has a bare number"):
        cut_time("2026-01-01", log)


@pytest.mark.parametrize("first", ["l,a,enrolled,2026-01-01", '"l",a,enrolled,2026-01-01'])
def test_a_cut_of_times_is_a_time_within_them(tmp_path: Path, first: str) -> None:
    log = read_take_ups(write(tmp_path / "log.csv", first, "l,b,enrolled,2026-02-01T12:00:00+02:00"))
    assert cut_time("2026-01-02", log) == 1_767_312_000.0
    with pytest.raises(InvalidInput, match="from 2026-01-01T00:00:00Z to 2026-02-01T10:00:00Z"):
        cut_time("2025-12-31", log)
    with pytest.raises(InvalidInput, match="20260115 is a bare number and each step of the log has a time"):
        cut_time("20260115", log)
    with pytest.raises(InvalidInput, match="not a time"):
        cut_time("next week", log)
