"""Logs of what learners took up, read for a benchmark: millions of rows, and the checks of the importer."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import compress
from pathlib import Path

import numpy as np

from credpath.domain.outcomes import OUTCOME_KINDS
from credpath.domain.rules import check_id
from credpath.errors import InvalidInput
from credpath.interop.moments import parse_moment
from credpath.interop.outcomes import COLUMNS, read_outcomes
from credpath.recommender.csr import Doubles
from training.sequences import TAKE_UP

MOST_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class TakeUps:
    """Rows of a log in which somebody took a credential up, one of each column. `refused`: rows that were bad."""

    learners: list[str]
    credentials: list[str]
    times: Doubles
    refused: int = 0


def read_take_ups(path: Path) -> TakeUps:
    """The take-ups of an outcomes CSV. Raises InvalidInput where there is none.

    A plain file is split as a whole; one with quotes, ids of its own, scores or anything wrong goes to the importer's
    reader, which says what is wrong with which line.
    """
    found = _plain(path) or _careful(path)
    if not found.learners:
        raise InvalidInput("nobody took anything up in this log", where=str(path), fix="see the columns of `outcomes`")
    return found


def _careful(path: Path) -> TakeUps:
    read = read_outcomes(path)
    if not read.items and read.refusals:
        raise InvalidInput(str(read.refusals[0]), where=str(path), fix=read.refusals[0].fix)
    taken = [o for o in read.items if o.kind in TAKE_UP]
    times = np.array([o.occurred_at.timestamp() for o in taken], dtype=np.float64)
    return TakeUps([o.learner_id for o in taken], [o.credential_id for o in taken], times, len(read.refusals))


def _plain(path: Path) -> TakeUps | None:
    """None where the file is not plain."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    if '"' in text or "\x00" in text:
        return None
    header, *rows = csv.reader(text.splitlines())
    if sorted(header) != sorted(COLUMNS.required) or any(len(row) != len(header) for row in rows if row):
        return None
    columns = dict(zip(header, zip(*(row for row in rows if row), strict=True), strict=False))
    return _checked(columns) if len(columns) == len(header) else None


def _checked(columns: dict[str, tuple[str, ...]]) -> TakeUps | None:
    try:
        names = {name: {raw: check(raw.strip()) for raw in set(columns[name])} for name, check in CHECKS.items()}
        moments = {raw: parse_moment(raw, "occurred_at") for raw in set(columns["occurred_at"])}
    except InvalidInput:
        return None
    if len({ordinal for _, ordinal in moments.values()}) > 1:
        return None
    seconds = {raw: moment.timestamp() for raw, (moment, _) in moments.items()}
    kept = [names["outcome"][raw] in TAKE_UP for raw in columns["outcome"]]
    learners, credentials = (
        [names[column][raw] for raw in compress(columns[column], kept)] for column in ("learner_id", "credential_id")
    )
    times = np.array([seconds[raw] for raw in compress(columns["occurred_at"], kept)], dtype=np.float64)
    return TakeUps(learners, credentials, times)


def _id(name: str) -> str:
    check_id(name, "id")
    return name


def _kind(name: str) -> str:
    if name.casefold() not in OUTCOME_KINDS:
        raise InvalidInput(f"unknown outcome {name!r}", where="outcome", fix=", ".join(OUTCOME_KINDS))
    return name.casefold()


CHECKS = {"learner_id": _id, "credential_id": _id, "outcome": _kind}


def cut_time(text: str) -> float:
    """Seconds after the epoch of a time, or the number that only orders. Raises InvalidInput."""
    moment: datetime = parse_moment(text, "--cut")[0]
    return moment.astimezone(UTC).timestamp()
