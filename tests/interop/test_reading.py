"""The bounds that every reader keeps: lines, JSON, lists, numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.errors import InvalidInput, Refusal
from credpath.interop.reading import (
    MAX_LINE,
    Report,
    parse_flag,
    parse_json,
    parse_list,
    parse_number,
    read_json,
    read_json_lines,
)


def read_lines(folder: Path, raw: bytes) -> tuple[list[tuple[int, dict[str, object]]], Report]:
    file = folder / "records.jsonl"
    file.write_bytes(raw)
    report = Report()
    return list(read_json_lines(file, report)), report


def reasons(report: Report) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.reason) for refusal in report.refusals]


def test_each_line_is_an_object_with_its_line_number(tmp_path: Path) -> None:
    found, report = read_lines(tmp_path, b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": "\xc3\xa9"}')
    assert found == [(1, {"a": 1}), (3, {"a": "é"})]
    assert (report.rows, report.refusals) == (2, [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a": NaN}', "NaN is not a finite number"),
        ('{"a": -Infinity}', "-Infinity is not a finite number"),
        ('{"a": 1e999}', "1e999 is not a finite number"),
        ('{"a": 9223372036854775808}', "the number 9223372036854775808 is past 64 bits"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "the key 'c' is given twice"),
        ('{"a": ["\\ud800"]}', "a text holds a lone surrogate"),
        ('{"\\uD800": 1}', "a text holds a lone surrogate"),
        ('[{"a": 1}]', "a JSON array, not an object"),
        ('"a"', "a JSON value, not an object"),
        ("{'a': 1}", "not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ('{"a": ' + "[" * 200_000, "nested too deeply"),
    ],
)
def test_what_breaks_later_readers_is_refused_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    found, report = read_lines(tmp_path, f'{{"good": 1}}\n{line}\n{{"good": 2}}\n'.encode())
    assert [number for number, _ in found] == [1, 3]
    assert reasons(report) == [(2, reason)]
    assert report.rows == 3


def test_the_largest_numbers_that_a_database_takes_are_kept() -> None:
    assert parse_json("[9223372036854775807, -9223372036854775808, 1.5e300]") == [2**63 - 1, -(2**63), 1.5e300]


def test_a_surrogate_pair_is_a_character() -> None:
    assert parse_json('"\\ud83d\\ude00"') == "😀"


def test_bytes_that_are_no_utf8_refuse_their_line_alone(tmp_path: Path) -> None:
    found, report = read_lines(tmp_path, b'{"a": "caf\xe9"}\n{"a": 1}\n')
    assert [number for number, _ in found] == [2]
    assert report.refusals == [
        Refusal("records.jsonl", 1, "not UTF-8: byte 0xe9 at position 11", "save the file as UTF-8")
    ]


def test_a_file_in_utf16_says_so(tmp_path: Path) -> None:
    _, report = read_lines(tmp_path, '{"a": 1}\n'.encode("utf-16"))
    assert reasons(report)[0] == (1, "the file is UTF-16, not UTF-8")


def test_an_overlong_line_is_skipped_without_being_held(tmp_path: Path) -> None:
    long = b'{"a": "' + b"x" * (3 * MAX_LINE) + b'"}\n'
    found, report = read_lines(tmp_path, long + b'{"a": 1}\n')
    assert found == [(2, {"a": 1})]
    assert reasons(report) == [(1, "the line is over 1,000,000 bytes")]


def test_a_half_written_last_line_is_called_that(tmp_path: Path) -> None:
    found, report = read_lines(tmp_path, b'{"a": 1}\n{"a": "unfin')
    assert found == [(1, {"a": 1})]
    assert report.refusals[0].line == 2
    assert report.refusals[0].reason.startswith("half-written last line: not JSON")


def test_progress_ends_with_the_number_of_rows(tmp_path: Path) -> None:
    ticks: list[tuple[str, int]] = []
    file = tmp_path / "records.jsonl"
    file.write_text('{"a": 1}\n' * 4_500)
    list(read_json_lines(file, Report(lambda stage, rows: ticks.append((stage, rows)))))
    assert ticks == [("records.jsonl", 2_000), ("records.jsonl", 4_000), ("records.jsonl", 4_500)]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read absent\.jsonl: No such file"):
        list(read_json_lines(tmp_path / "absent.jsonl", Report()))


def test_a_whole_document_is_bounded_and_named(tmp_path: Path) -> None:
    file = tmp_path / "about.json"
    file.write_bytes(b'\xef\xbb\xbf{"a": [1, 2]}')
    assert read_json(file) == {"a": [1, 2]}
    with pytest.raises(InvalidInput, match=r"about\.json is over 5 bytes"):
        read_json(file, limit=5)
    file.write_bytes(b"\xff")
    with pytest.raises(InvalidInput, match=r"about\.json is not UTF-8"):
        read_json(file)
    file.write_text('{"a": NaN}')
    with pytest.raises(InvalidInput, match=r"about\.json: NaN is not a finite number"):
        read_json(file)


def test_refusals_come_in_order_and_once(tmp_path: Path) -> None:
    report = Report()
    report.refuse(tmp_path / "b.csv", 9, "late")
    report.refuse(tmp_path / "b.csv", 2, InvalidInput("early", fix="mend it"))
    report.refuse(tmp_path / "b.csv", 9, "late")
    answer = report.read(["item"])
    assert answer.items == ("item",)
    assert answer.refusals == (Refusal("b.csv", 2, "early", "mend it"), Refusal("b.csv", 9, "late"))


def test_a_list_is_split_on_semicolons_without_repeats() -> None:
    assert parse_list(" a ;b;; a;") == ("a", "b")
    assert parse_list("  ") == ()


@pytest.mark.parametrize(("text", "number"), [("", None), (" 0.5 ", 0.5), ("-3", -3.0), (".5", 0.5), ("1e3", 1000.0)])
def test_plain_numbers_are_read(text: str, number: float | None) -> None:
    assert parse_number(text, "importance") == number


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "1,5", "0x10", "٣", "1e999", "five", "1" * 50])
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_number(text, "importance")


def test_flags_are_words_for_yes_and_no() -> None:
    assert [parse_flag(text, "hot") for text in ("Y", "true", "1", "", "N", "False")] == [True] * 3 + [False] * 3
    with pytest.raises(InvalidInput, match="hot is 'maybe'"):
        parse_flag("maybe", "hot")


@given(st.binary(max_size=300))
def test_no_bytes_stop_the_reader(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    found, report = read_lines(tmp_path_factory.mktemp("lines"), raw)
    assert len(found) + len(report.refusals) == report.rows
