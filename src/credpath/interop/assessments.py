"""Assessment results as CSV: an observed score on a named skill, or on several, or an answer to one item."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from credpath.domain.derived_ids import derived_id
from credpath.domain.learner import AssessmentResult
from credpath.errors import InvalidInput
from credpath.interop.moments import parse_moment
from credpath.interop.reading import Progress, Read, Report, no_progress, parse_number
from credpath.interop.tabular import Columns, read_rows

COLUMNS = Columns(
    ("learner_id", "skill", "score", "occurred_at"), ("item_id", "max_score", "assessment_id", "skills", "difficulty")
)


def read_assessments(path: Path, progress: Progress = no_progress) -> Read[AssessmentResult]:
    """Reads results in the order of the file. Raises InvalidInput only when the file cannot be opened.

    Rows that say the same are one result: two equal answers at the same time need an item_id or assessment_id. One
    assessment_id may name several skills and items, and each of them once.
    """
    report = Report(progress)
    found: dict[tuple[str, ...], tuple[int, AssessmentResult]] = {}
    for line, row in read_rows(path, COLUMNS, report):
        try:
            result = row_to_result(row)
        except InvalidInput as error:
            report.refuse(path, line, error)
            continue
        key = (result.assessment_id, result.learner_id, result.item_id, *result.named_skills)
        first, known = found.setdefault(key, (line, result))
        if known != result:
            of = ";".join(result.named_skills)
            reason = f"assessment_id {result.assessment_id!r} has another result for {of!r} on line {first}"
            report.refuse(path, line, reason, "give each result its own id, or leave assessment_id out")
    return report.read_rows(found.values())


def row_to_result(row: Mapping[str, str]) -> AssessmentResult:
    """One row, with every column present. A missing assessment_id is derived from what the row says.

    `skills`: of a score over several, split on ";"; `skill` is then empty. Raises InvalidInput naming the column that
    is wrong; `occurred_at` as in the file of outcomes.
    """
    learner, skill, item = (row[name].strip() for name in ("learner_id", "skill", "item_id"))
    score = parse_number(row["score"], "score")
    if score is None:
        raise InvalidInput("score is empty", where="score", fix="give the score that was reached")
    most = parse_number(row["max_score"], "max_score")
    most = 1.0 if most is None else most
    occurred_at, ordinal = parse_moment(row["occurred_at"], "occurred_at")
    skills = tuple(dict.fromkeys(name.strip() for name in row["skills"].split(";") if name.strip()))
    difficulty = parse_number(row["difficulty"], "difficulty")
    content = [learner, skill, repr(score), repr(most), occurred_at.isoformat(), item]
    # What older files could not say is part of the id only where it is said: theirs stays what it was.
    content += [*skills, repr(difficulty)] if skills or difficulty is not None else []
    assessment_id = row["assessment_id"].strip() or derived_id("result", *content)
    return AssessmentResult(learner, skill, score, occurred_at, most, item, assessment_id, skills, difficulty, ordinal)
