"""Rows of CSV and tab-separated files, with the physical line where each begins."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from credpath.interop.reading import MAX_LINE, Line, Report, open_input, physical_lines

MAX_REREAD = 20_000_000


@dataclass(frozen=True)
class Columns:
    """The header that a file must have.

    `closed`, for formats of our own: names are exact, and columns neither named here nor prefixed `x_` are refused.
    Otherwise case, spaces and underscores do not count, and other columns are passed over. `aliases`: other
    spellings, as `plain_name` gives them, and the name here that each stands for. `short_rows`: trailing empty
    fields may be absent.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    closed: bool = True
    aliases: Mapping[str, str] = field(default_factory=dict)
    short_rows: bool = False

    def named(self, raw: str) -> str:
        """The column name that a header cell stands for."""
        if self.closed:
            return self.aliases.get(plain_name(raw), raw.strip())
        spellings = {plain_name(name): name for name in (*self.required, *self.optional)}
        return self.aliases.get(plain_name(raw)) or spellings.get(plain_name(raw), raw.strip())


def plain_name(raw: str) -> str:
    """A column or file name without the differences between exports: case, outer space, underscores."""
    return " ".join(raw.replace("_", " ").casefold().split())


@dataclass(frozen=True)
class Separated:
    """How the fields of a line are separated; not `quoted`: a quote is a character like any other."""

    delimiter: str = ","
    quoted: bool = True


CSV = Separated()
TAB = Separated("\t", quoted=False)


def read_rows(
    path: Path, columns: Columns, report: Report, form: Separated = CSV, *, fix: str = ""
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, {column: text}) for each good row; what is wrong with the others goes to `report`.

    Every column of `columns` is in the dictionary, "" where an optional one is absent; columns beyond it are left
    out. Raises InvalidInput, with `fix`, when the file cannot be opened.
    """
    with open_input(path, fix) as stream:
        records = _records(physical_lines(stream), form)
        header = _header(path, next(records, None), columns, report, form)
        if header is None:
            return
        names = (*columns.required, *columns.optional)
        absent = dict.fromkeys([name for name in names if name not in header], "")
        rows = 0
        for record in records:
            rows += 1
            report.row(path, rows)
            if columns.short_rows and not record.ends_file:
                record.fields += [""] * (len(header) - len(record.fields))
            fault = record.fault or _wrong_count(record, len(header))
            if fault:
                report.refuse(path, record.line, *fault)
                continue
            row = dict(zip(header, record.fields, strict=True))
            row.pop("", None)
            row.update(absent)
            yield record.line, row
        report.progress(path.name, rows)


@dataclass(slots=True)
class _Record:
    line: int
    fields: list[str]
    fault: tuple[str, str] | None
    ends_file: bool


def _wrong_count(record: _Record, expected: int) -> tuple[str, str] | None:
    got = len(record.fields)
    if got == expected:
        return None
    if record.ends_file and got < expected:
        return f"half-written last line: {got} of {expected} fields", "export the file again; its end is missing"
    return f"{got} fields where the header has {expected}", "quote a field that holds the separator"


def _header(path: Path, first: _Record | None, columns: Columns, report: Report, form: Separated) -> list[str] | None:
    """The column name a position, "" for one to leave out; None when no row can be read."""
    if first is None:
        report.refuse(path, 0, "the file is empty", f"begin with a header: {form.delimiter.join(columns.required)}")
        return None
    if first.fault:
        report.refuse(path, first.line, *first.fault)
        return None
    known = {*columns.required, *columns.optional}
    names = [columns.named(raw) for raw in first.fields]
    twice = sorted({name for name in names if name in known and names.count(name) > 1})
    missing = [name for name in columns.required if name not in names]
    if twice:
        report.refuse(path, first.line, f"the column {twice[0]} is given twice", "keep one")
    if missing:
        report.refuse(path, first.line, f"missing column {', '.join(missing)}", _header_hint(names, form))
    if columns.closed:
        for name in sorted({n for n in names if n not in known and not n.startswith("x_")}):
            report.refuse(path, first.line, f"unknown column {name[:80]!r}", _column_hint(name, known))
    return None if twice or missing else [name if name in known else "" for name in names]


def _header_hint(names: list[str], form: Separated) -> str:
    separator = {",": "commas", "\t": "tabs"}.get(form.delimiter, repr(form.delimiter))
    if len(names) == 1:
        return f"the first line must name the columns, separated by {separator}"
    return "the first line names the columns"


def _column_hint(name: str, known: set[str]) -> str:
    near = get_close_matches(name.casefold(), sorted(known), n=1)
    return f"did you mean {near[0]}? A column of your own begins with x_" if near else "prefix it with x_ to keep it"


class _Feed:
    """Gives csv.reader its lines, remembers those of the record at hand, and can go back after a broken one."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self._reread = 0
        self._size = 0
        self.record: list[Line] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.record.append(line)
        self._size += len(line.text)
        if self._size > MAX_LINE and len(self.record) > 1:
            raise csv.Error(f"the record is over {MAX_LINE:,} characters")
        return line.text

    def begin(self) -> None:
        self.record = []
        self._size = 0

    def rewind(self) -> None:
        """Back to the line after the one where the record began, so that a stray quote costs one line.

        Bounded over the file: a hostile one is then read on from where the fault was found.
        """
        self._reread += self._size
        if self._reread <= MAX_REREAD:
            self._waiting.extendleft(reversed(self.record[1:]))


def _records(lines: Iterator[Line], form: Separated) -> Iterator[_Record]:
    feed = _Feed(lines)
    reader = (
        csv.reader(feed, delimiter=form.delimiter, strict=True)
        if form.quoted
        else csv.reader(feed, delimiter=form.delimiter, quoting=csv.QUOTE_NONE, strict=True)
    )
    while True:
        feed.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = feed.record[0].number
            feed.rewind()
            yield _Record(line, [], _syntax_fault(error), False)
            continue
        fault = next(((line.fault, line.fix) for line in feed.record if line.fault), None)
        if fields or fault:
            yield _Record(feed.record[0].number, fields, fault, not feed.record[-1].text.endswith("\n"))


def _syntax_fault(error: csv.Error) -> tuple[str, str]:
    words = str(error)
    if "new-line character" in words:
        return "the lines end in a carriage return alone", "save the file with LF or CRLF line ends"
    if "unexpected end" in words or "over" in words or "larger" in words:
        return "a quote that opens here is not closed", 'write a quote inside a quoted field as ""'
    return f"broken quoting: {words}", 'write a quote inside a quoted field as ""'
