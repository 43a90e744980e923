"""Outcomes as CSV: who did what with which credential, and when."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from credpath.domain.derived_ids import derived_id
from credpath.domain.outcomes import Outcome
from credpath.errors import InvalidInput
from credpath.interop.moments import parse_moment
from credpath.interop.reading import Progress, Read, Report, no_progress, parse_number
from credpath.interop.tabular import Columns, read_rows

COLUMNS = Columns(
    ("learner_id", "credential_id", "outcome", "occurred_at"),
    ("score", "outcome_id", "impression_id"),
)


def read_outcomes(path: Path, progress: Progress = no_progress) -> Read[Outcome]:
    """Reads outcomes in the order of the file. Raises InvalidInput only when the file cannot be opened.

    Rows that say the same are one outcome. An id given to two different rows is refused, and so is a file that has
    times in some rows and bare order numbers in others, since the two cannot be put in one order.
    """
    report = Report(progress)
    found: dict[str, tuple[int, Outcome]] = {}
    scales: dict[bool, int] = {}
    for line, row in read_rows(path, COLUMNS, report):
        try:
            outcome = row_to_outcome(row)
        except InvalidInput as error:
            report.refuse(path, line, error, "a share, for example 0.85" if error.where == "score" else "")
            continue
        scales.setdefault(outcome.ordinal, line)
        first, known = found.setdefault(outcome.outcome_id, (line, outcome))
        if known != outcome:
            reason = f"outcome_id {outcome.outcome_id!r} stands on line {first} with another outcome"
            report.refuse(path, line, reason, "give each outcome its own id, or leave outcome_id out")
    if len(scales) > 1:
        reason = f"occurred_at is a time on line {scales[False]} and a bare number on line {scales[True]}"
        report.refuse(path, 0, reason, "use one of the two in the whole file")
    return report.read_rows(found.values())


def row_to_outcome(row: Mapping[str, str]) -> Outcome:
    """One row, with every column present. A missing outcome_id is derived from what the row says.

    Raises InvalidInput naming the column that is wrong.
    """
    learner, credential, kind = (row[name].strip() for name in ("learner_id", "credential_id", "outcome"))
    kind = kind.casefold()
    occurred_at, ordinal = parse_moment(row["occurred_at"], "occurred_at")
    score = parse_number(row["score"], "score")
    impression = row["impression_id"].strip()
    content = (learner, credential, kind, occurred_at.isoformat(), "" if score is None else repr(score), impression)
    return Outcome(
        outcome_id=row["outcome_id"].strip() or derived_id("outcome", *content),
        learner_id=learner,
        credential_id=credential,
        kind=kind,  # type: ignore[arg-type]
        occurred_at=occurred_at,
        score=score,
        impression_id=impression,
        ordinal=ordinal,
    )
