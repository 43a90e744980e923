"""What of a benchmark's files could not be read: told beside the figures, or the end of the run where it is much."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from credpath.cli.printing import vars_of
from credpath.errors import InvalidInput, Refusal
from credpath.interop.reading import Read, open_input, physical_lines

FIRST = 5  # of the refusals are told in full; `credpath import` lists them all
MOST = 0.5  # share of rows that may be refused


def check_readable(read: Read[Any], path: Path, *, header: bool = True) -> None:
    """Raises InvalidInput where a file as a whole is wrong, or more than half of its rows: figures would mislead.

    `header`: the file's first line that is not empty names its columns.
    """
    top = _header_line(path) if header and read.refusals else 0
    for refusal in read.refusals:
        if refusal.line <= top:
            raise InvalidInput(refusal.reason, where=_place(path, refusal), fix=refusal.fix)
    if len(read.refusals) > MOST * read.rows:
        first = read.refusals[0]
        count = f"{len(read.refusals):,} of {read.rows:,} rows cannot be used"
        raise InvalidInput(f"{count}, first because {first.reason}", where=_place(path, first), fix=first.fix)


def as_document(refused: Mapping[str, tuple[Refusal, ...]]) -> dict[str, Any]:
    """JSON-ready: of each file, how many rows were refused and the first of them."""
    return {
        name: {"count": len(refusals), "first": [vars_of(refusal) for refusal in refusals[:FIRST]]}
        for name, refusals in refused.items()
    }


def told(document: Mapping[str, Any]) -> list[str]:
    """The same as lines for a person; none where nothing was refused."""
    lines = []
    for name, found in document.items():
        if count := found["count"]:
            lines.append(f"{name}: {count:,} {'row was' if count == 1 else 'rows were'} refused and left out")
            lines += [f"  {Refusal(**first)}" for first in found["first"]]
            lines += [f"  ... and {count - FIRST:,} more"] if count > FIRST else []
    return lines


def _place(path: Path, refusal: Refusal) -> str:
    return f"{path}:{refusal.line}" if refusal.line else str(path)


def _header_line(path: Path) -> int:
    with open_input(path) as stream:
        return next((line.number for line in physical_lines(stream) if line.fault or line.text.strip("\r\n")), 0)
