"""Nothing is taken for observed that lies ahead: one rule for calls, which name the field, and files, the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from credpath.domain.rules import check_happened
from credpath.errors import InvalidInput, Refusal
from credpath.interop.reading import Read

T = TypeVar("T")


def check_each(moments: Iterable[datetime], place: str, now: datetime) -> None:
    """`place`: the address of the field, with {} where the number of the entry goes. Raises InvalidInput."""
    for number, moment in enumerate(moments):
        check_happened(moment, place.format(number), now)


def refused_rows(
    read: Read[T], file: Path, moments: Callable[[T], Iterable[tuple[str, datetime]]], now: datetime
) -> tuple[Refusal, ...]:
    """A refusal for every row with a time that lies ahead. `moments`: the (field, time) pairs of a row."""
    found = []
    for line, item in zip(read.lines, read.items, strict=True):
        try:
            for field, moment in moments(item):
                check_happened(moment, field, now)
        except InvalidInput as error:
            found.append(Refusal(file.name, line, error.what, error.fix))
    return tuple(found)
