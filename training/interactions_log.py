"""Logs of what learners took up, read for a benchmark: millions of rows, and the checks of the importer."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from itertools import compress
from pathlib import Path

import numpy as np

from credpath.domain.outcomes import OUTCOME_KINDS
from credpath.domain.rules import check_id
from credpath.errors import InvalidInput, Refusal
from credpath.interop.moments import EPOCH, parse_moment
from credpath.interop.outcomes import COLUMNS, read_outcomes
from credpath.recommender.csr import Doubles
from training.interactions_refused import check_readable
from training.sequences import TAKE_UP

MOST_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class TakeUps:
    """Rows of a log in which somebody took a credential up, one of each column.

    `ordinal`: its times are numbers that only order. `refused`: the rows that were bad.
    """

    learners: list[str]
    credentials: list[str]
    times: Doubles
    ordinal: bool = False
    refused: tuple[Refusal, ...] = ()


def read_take_ups(path: Path) -> TakeUps:
    """The take-ups of an outcomes CSV. Raises InvalidInput where there is none, or little that can be read.

    A plain file is split as a whole; one with quotes, ids of its own, scores or anything wrong goes to the importer's
    reader, which says what is wrong with which line.
    """
    found = _plain(path) or _careful(path)
    if not found.learners:
        raise InvalidInput("nobody took anything up in this log", where=str(path), fix="see the columns of `outcomes`")
    return found


def _careful(path: Path) -> TakeUps:
    read = read_outcomes(path)
    check_readable(read, path)
    taken = [o for o in read.items if o.kind in TAKE_UP]
    times = np.array([o.occurred_at.timestamp() for o in taken], dtype=np.float64)
    ordinal = any(o.ordinal for o in taken)
    return TakeUps([o.learner_id for o in taken], [o.credential_id for o in taken], times, ordinal, read.refusals)


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
    try:  # lines end as the importer's do, which knows no others
        header, *rows = [row for row in csv.reader(text.split("\n")) if row]
    except (ValueError, csv.Error):
        return None
    if sorted(header) != sorted(COLUMNS.required) or any(len(row) != len(header) for row in rows):
        return None
    columns = dict(zip(header, zip(*rows, strict=True), strict=False))
    return _checked(columns) if len(columns) == len(header) else None


def _checked(columns: dict[str, tuple[str, ...]]) -> TakeUps | None:
    try:
        names = {name: {raw: check(raw.strip()) for raw in set(columns[name])} for name, check in CHECKS.items()}
        moments = {raw: parse_moment(raw, "occurred_at") for raw in set(columns["occurred_at"])}
    except InvalidInput:
        return None
    scales = {ordinal for _, ordinal in moments.values()}
    if len(scales) > 1:
        return None
    seconds = {raw: moment.timestamp() for raw, (moment, _) in moments.items()}
    kept = [names["outcome"][raw] in TAKE_UP for raw in columns["outcome"]]
    learners, credentials = (
        [names[column][raw] for raw in compress(columns[column], kept)] for column in ("learner_id", "credential_id")
    )
    times = np.array([seconds[raw] for raw in compress(columns["occurred_at"], kept)], dtype=np.float64)
    return TakeUps(learners, credentials, times, ordinal=scales == {True})


def _id(name: str) -> str:
    check_id(name, "id")
    return name


def _kind(name: str) -> str:
    if name.casefold() not in OUTCOME_KINDS:
        raise InvalidInput(f"unknown outcome {name!r}", where="outcome", fix=", ".join(OUTCOME_KINDS))
    return name.casefold()


CHECKS = {"learner_id": _id, "credential_id": _id, "outcome": _kind}


def cut_time(text: str, log: TakeUps) -> float:
    """The time or number of a cut, as the log's `times` are.

    Raises InvalidInput for a time where the log has numbers or the reverse, and where no step lies on one side.
    """
    moment, ordinal = parse_moment(text, "--cut")
    first, last = (_written(float(at), ordinal=log.ordinal) for at in (log.times.min(), log.times.max()))
    kinds, span = ("a time", "a bare number"), f"the log goes from {first} to {last}"
    if ordinal != log.ordinal:
        what = f"{text} is {kinds[ordinal]} and each step of the log has {kinds[log.ordinal]}: {span}"
        raise InvalidInput(what, where="--cut", fix=f"{kinds[log.ordinal]}, for example {last}")
    cut = moment.timestamp()
    if not log.times.min() < cut <= log.times.max():
        side = "before" if cut <= log.times.min() else "after"
        raise InvalidInput(f"no step lies {side} {text}: {span}", where="--cut", fix="a cut between the two")
    return cut


def _written(seconds: float, *, ordinal: bool) -> str:
    moment = EPOCH + timedelta(seconds=seconds)
    return f"{seconds:.0f}" if ordinal else moment.isoformat().removesuffix("+00:00") + "Z"
