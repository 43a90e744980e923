"""What every reader shares: the answer `Read`, the running `Report`, bounded lines, JSON, lists and numbers.

Readers never stop at the first bad row. They take a `Report`, refuse into it, and end with `report.read(items)`.
CSV rows are in `tabular.py`.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import BinaryIO, Generic, NamedTuple, NoReturn, TypeVar

from credpath.errors import InvalidInput, Refusal

T = TypeVar("T")
Progress = Callable[[str, int], None]

MAX_LINE = 1_000_000
MAX_DOCUMENT = 64_000_000
PROGRESS_STEP = 2_000


@dataclass(frozen=True)
class Read(Generic[T]):
    """What a file held: `items` that can be used, a refusal for every row that cannot, and all `rows` seen.

    `lines`: where each item stands, from readers of which each item is a row.
    """

    items: tuple[T, ...]
    refusals: tuple[Refusal, ...]
    rows: int
    lines: tuple[int, ...] = ()


def no_progress(stage: str, rows: int) -> None:
    """The default `progress`: nobody is watching."""


@dataclass
class Report:
    """Collects refusals and counts rows while one import is read; `progress(stage, rows)` drives a bar."""

    progress: Progress = no_progress
    refusals: list[Refusal] = field(default_factory=list)
    rows: int = 0

    def refuse(self, file: Path, line: int, reason: str | InvalidInput, fix: str = "") -> None:
        """Notes one bad row; a domain error brings its own words."""
        if isinstance(reason, InvalidInput):
            self.refusals.append(Refusal(file.name, line, reason.what, fix or reason.fix))
        else:
            self.refusals.append(Refusal(file.name, line, reason, fix))

    def row(self, file: Path, rows_of_file: int) -> None:
        """Counts one row, good or bad, and ticks the bar now and then."""
        self.rows += 1
        if rows_of_file % PROGRESS_STEP == 0:
            self.progress(file.name, rows_of_file)

    def read(self, items: Iterable[T]) -> Read[T]:
        """The finished answer, refusals in the order of file and line."""
        ordered = sorted(set(self.refusals), key=lambda r: (r.file, r.line, r.reason, r.fix))
        return Read(tuple(items), tuple(ordered), self.rows)

    def read_rows(self, rows: Iterable[tuple[int, T]]) -> Read[T]:
        """The same of (line, item) pairs."""
        kept = tuple(rows)
        return replace(self.read(item for _, item in kept), lines=tuple(line for line, _ in kept))


class Line(NamedTuple):
    """A physical line, 1-based, with its line end; `fault` says why it cannot be used, "" when it can."""

    number: int
    text: str
    fault: str

    @property
    def fix(self) -> str:
        """What to do about the fault."""
        return "save the file as UTF-8" if "UTF" in self.fault else ""


@contextmanager
def open_input(path: Path, fix: str = "") -> Iterator[BinaryIO]:
    """The file, for reading bytes. Raises InvalidInput naming it when it cannot be opened."""
    try:
        stream = path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInput(f"cannot read {path.name}: {reason}", where=str(path), fix=fix) from error
    with stream:
        yield stream


def physical_lines(stream: BinaryIO) -> Iterator[Line]:
    """Lines of at most MAX_LINE bytes. A longer or undecodable line is yielded with its fault, never raised."""
    for number in count(1):
        raw = stream.readline(MAX_LINE + 1)
        if not raw:
            return
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if len(raw) > MAX_LINE:
            yield _overlong(number, raw, stream)
        else:
            yield _decoded(number, raw)


def _overlong(number: int, raw: bytes, stream: BinaryIO) -> Line:
    quotes = raw.count(b'"')
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(MAX_LINE)
        quotes += raw.count(b'"')
    # A lone quote keeps the parity, so that a CSV parser finds the start of the next record again.
    return Line(number, '"\n' if quotes % 2 else "\n", f"the line is over {MAX_LINE:,} bytes")


def _decoded(number: int, raw: bytes) -> Line:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if number == 1 and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return Line(number, "\n", "the file is UTF-16, not UTF-8")
        fault = f"not UTF-8: byte 0x{raw[error.start]:02x} at position {error.start + 1}"
        return Line(number, raw.decode("utf-8", errors="replace"), fault)
    return Line(number, text, "the line holds a NUL character" if "\x00" in text else "")


def read_json_lines(path: Path, report: Report) -> Iterator[tuple[int, dict[str, object]]]:
    """(line, object) for each line of a JSON Lines file; blank lines are skipped, bad ones refused."""
    rows = 0
    with open_input(path) as stream:
        for line in physical_lines(stream):
            if not line.text.strip() and not line.fault:
                continue
            rows += 1
            report.row(path, rows)
            found = _json_object(path, line, report)
            if found is not None:
                yield line.number, found
    report.progress(path.name, rows)


def _json_object(path: Path, line: Line, report: Report) -> dict[str, object] | None:
    if line.fault:
        report.refuse(path, line.number, line.fault, line.fix)
        return None
    try:
        found = parse_json(line.text)
    except InvalidInput as error:
        cut = not line.text.endswith("\n") and error.what.startswith("not JSON")
        report.refuse(path, line.number, f"half-written last line: {error.what}" if cut else error)
        return None
    if not isinstance(found, dict):
        kind = "array" if isinstance(found, list) else "value"
        report.refuse(path, line.number, f"a JSON {kind}, not an object", "one JSON object a line")
        return None
    return found


def read_json(path: Path, *, limit: int = MAX_DOCUMENT) -> object:
    """One whole JSON document. Raises InvalidInput for what `parse_json` refuses and above `limit` bytes."""
    with open_input(path) as stream:
        raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise InvalidInput(f"{path.name} is over {limit:,} bytes", where=path.name, fix="split it")
    try:
        return parse_json(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8", where=path.name, fix="save it as UTF-8") from error
    except InvalidInput as error:
        raise InvalidInput(error.what, where=path.name, fix=error.fix) from error


def parse_json(text: str) -> object:
    """A JSON value without what breaks later readers. Raises InvalidInput.

    Refused: NaN and Infinity (also as 1e999), integers past 64 bits, duplicate keys, lone surrogates, deep nesting.
    """
    try:
        found: object = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_bounded, parse_float=_finite
        )
        if "\\ud" in text.lower():
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        what = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise InvalidInput(what, fix="mend it there, or write it anew with a JSON writer") from error
    except UnicodeEncodeError as error:
        raise InvalidInput("a text holds a lone surrogate", fix="send valid Unicode") from error
    except RecursionError as error:
        raise InvalidInput("nested too deeply", fix="write it flatter") from error
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise InvalidInput(f"the key {twice[:80]!r} is given twice", fix="keep one")
    return found


def _no_constant(name: str) -> NoReturn:
    raise InvalidInput(f"{name} is not a finite number", fix="leave the key out when the value is unknown")


def _bounded(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise InvalidInput(f"the number {digits[:24]} is past 64 bits", fix="give it as text, or leave it out")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _no_constant(digits[:24])
    return number


def parse_list(text: str) -> tuple[str, ...]:
    """The parts of a list cell: split on ";", outer space off, empty parts dropped, repeats kept once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def parse_number(text: str, field: str) -> float | None:
    """A plain decimal number, None when empty. Raises InvalidInput for NaN, Infinity, "1_000", "1,5", other text."""
    text = text.strip()
    if not text:
        return None
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text, re.ASCII) or len(text) > 40:
        raise InvalidInput(f"{field} is {text[:40]!r}, not a number", where=field, fix="a decimal point, no separators")
    return _finite(text)


def parse_flag(text: str, field: str) -> bool:
    """true, yes, y, 1 or false, no, n, 0, or empty (false), in any case. Raises InvalidInput otherwise."""
    word = text.strip().casefold()
    if word in ("true", "yes", "y", "1"):
        return True
    if word in ("false", "no", "n", "0", ""):
        return False
    raise InvalidInput(f"{field} is {text[:40]!r}", where=field, fix="true or false")
