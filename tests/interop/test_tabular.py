"""Rows of CSV and tab-separated files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.errors import InvalidInput, Refusal
from credpath.interop.reading import MAX_LINE, Report
from credpath.interop.tabular import CSV, TAB, Columns, Separated, read_rows

AB = Columns(("a",), ("b",))
ROWS = list[tuple[int, dict[str, str]]]


def read(folder: Path, raw: bytes | str, columns: Columns = AB, form: Separated = CSV) -> tuple[ROWS, Report]:
    file = folder / "table.csv"
    file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    report = Report()
    return list(read_rows(file, columns, report, form)), report


def reasons(report: Report) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.reason) for refusal in report.refusals]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    rows, report = read(tmp_path, '\ufeffa,b\r\n1,"two\r\nlines"\r\n\r\n2,x')
    assert rows == [(2, {"a": "1", "b": "two\r\nlines"}), (5, {"a": "2", "b": "x"})]
    assert (report.rows, report.refusals) == (2, [])


def test_absent_optional_columns_read_as_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "a\n1\n")[0] == [(2, {"a": "1", "b": ""})]


def test_an_unknown_column_is_refused_by_name_and_the_rows_still_read(tmp_path: Path) -> None:
    rows, report = read(tmp_path, "a,B,x_note\n1,2,3\n")
    assert rows == [(2, {"a": "1", "b": ""})]
    assert report.refusals == [
        Refusal("table.csv", 1, "unknown column 'B'", "did you mean b? A column of your own begins with x_")
    ]


def test_an_open_format_passes_over_other_columns_and_spellings(tmp_path: Path) -> None:
    columns = Columns(("O*NET-SOC Code", "Example"), closed=False, aliases={"workplace example": "Example"})
    rows, report = read(tmp_path, "o*net-soc_code\tWorkplace Example\tOther\n15\tC\t?\n", columns, TAB)
    assert rows == [(2, {"O*NET-SOC Code": "15", "Example": "C"})]
    assert report.refusals == []


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("b\n1\n", "missing column a"),
        ("a,b,a\n1,2,3\n", "the column a is given twice"),
        ("", "the file is empty"),
        (b"\xff\xfea\x00", "the file is UTF-16, not UTF-8"),
        ('"a,b\n1,2\n', "a quote that opens here is not closed"),
    ],
)
def test_a_header_that_cannot_be_used_yields_no_rows(tmp_path: Path, header: str | bytes, reason: str) -> None:
    rows, report = read(tmp_path, header)
    assert rows == []
    assert reason in [refusal.reason for refusal in report.refusals]


def test_a_header_with_another_separator_says_which_one_is_meant(tmp_path: Path) -> None:
    _, report = read(tmp_path, "a;b\n1;2\n")
    assert report.refusals[0].fix == "the first line must name the columns, separated by commas"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"1,2,3", "3 fields where the header has 2"),
        (b"1", "1 fields where the header has 2"),
        (b"1,caf\xe9", "not UTF-8: byte 0xe9 at position 6"),
        (b"1,\x00", "the line holds a NUL character"),
        (b'1,"2"x', "broken quoting: ',' expected after '\"'"),
        (b"1," + b"x" * MAX_LINE, "the line is over 1,000,000 bytes"),
        (b'1,"' + b"x" * 200_000 + b'"', "a quote that opens here is not closed"),
        (b'1,"open', "a quote that opens here is not closed"),
    ],
)
def test_a_bad_row_is_refused_and_its_neighbours_are_read(tmp_path: Path, bad: bytes, reason: str) -> None:
    rows, report = read(tmp_path, b"a,b\n0,before\n" + bad + b"\n9,after\n")
    assert rows == [(2, {"a": "0", "b": "before"}), (4, {"a": "9", "b": "after"})]
    assert reasons(report) == [(3, reason)]
    assert report.rows == 3


def test_a_bad_line_within_a_quoted_field_refuses_the_whole_row(tmp_path: Path) -> None:
    rows, report = read(tmp_path, b'a,b\n1,"one\ncaf\xe9\nend"\n2,x\n')
    assert [line for line, _ in rows] == [5]
    assert reasons(report) == [(2, "not UTF-8: byte 0xe9 at position 4")]


def test_a_stray_quote_costs_one_line_of_a_large_file(tmp_path: Path) -> None:
    rows, report = read(tmp_path, 'a,b\n1,"x\n' + "2,y\n" * 50_000)
    assert (len(rows), len(report.refusals)) == (50_000, 1)


def test_a_half_written_last_line_is_called_that(tmp_path: Path) -> None:
    rows, report = read(tmp_path, "a,b\n1,2\n3")
    assert len(rows) == 1
    assert reasons(report) == [(3, "half-written last line: 1 of 2 fields")]


def test_old_line_ends_are_explained(tmp_path: Path) -> None:
    _, report = read(tmp_path, "a,b\r1,2\r")
    assert reasons(report) == [(1, "the lines end in a carriage return alone")]


def test_trailing_fields_may_be_absent_where_a_release_does_that(tmp_path: Path) -> None:
    rows, report = read(tmp_path, "a,b\n1\n2,x\n", Columns(("a",), ("b",), closed=False, short_rows=True))
    assert [row["b"] for _, row in rows] == ["", "x"]
    assert report.refusals == []


def test_quotes_are_letters_in_tab_separated_files(tmp_path: Path) -> None:
    rows, report = read(tmp_path, 'a\tb\n"1\t2" wide\n', form=TAB)
    assert rows == [(2, {"a": '"1', "b": '2" wide'})]
    assert report.refusals == []


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"absent\.csv.*\(fetch it\)"):
        list(read_rows(tmp_path / "absent.csv", AB, Report(), fix="fetch it"))


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    rows, report = read(tmp_path_factory.mktemp("rows"), b"a,b\n" + raw)
    assert len(rows) + len(report.refusals) == report.rows


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=10))
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("a", "b"), *cells])
    rows, report = read(tmp_path_factory.mktemp("rows"), text.getvalue())
    assert [(row["a"], row["b"]) for _, row in rows] == cells
    assert report.refusals == []
