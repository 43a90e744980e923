"""Learners as JSON Lines: profile and awards, one person a line; neither name nor address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credpath.domain.learner import Award, Learner, Profile
from credpath.domain.rules import check_id
from credpath.errors import InvalidInput
from credpath.interop.catalogue_jsonl import country_code
from credpath.interop.json_fields import JsonFields
from credpath.interop.languages import language_codes
from credpath.interop.moments import derived_id, parse_moment
from credpath.interop.reading import Progress, Read, Report, no_progress, read_json_lines

LEARNER_KEYS = ("learner_id", "goal", "skills", "languages", "country", "hours_per_week", "budget", "awards")
AWARD_KEYS = ("credential_id", "awarded_at", "award_id", "grade", "evidence_url")


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """A learner and what they hold."""

    learner: Learner
    awards: tuple[Award, ...] = ()


def read_learners(path: Path, progress: Progress = no_progress) -> Read[LearnerRecord]:
    """Reads learners. Raises InvalidInput only when the file cannot be opened.

    A learner given twice is refused the second time unless both lines say the same.
    """
    report = Report(progress)
    first: dict[str, tuple[int, LearnerRecord]] = {}
    for line, record in read_json_lines(path, report):
        try:
            found = record_to_learner(record)
        except InvalidInput as error:
            report.refuse(path, line, error)
            continue
        name = found.learner.learner_id
        before, known = first.setdefault(name, (line, found))
        if known != found:
            reason = f"learner {name!r} stands on line {before} with other facts"
            report.refuse(path, line, reason, "keep one line a learner")
    return report.read(record for _, record in first.values())


def record_to_learner(record: Mapping[str, object]) -> LearnerRecord:
    """One record. Raises InvalidInput naming the key that is wrong."""
    fields = JsonFields(record, LEARNER_KEYS)
    profile = Profile(
        goal=fields.text("goal"),
        declared_skills=fields.texts("skills"),
        languages=language_codes(fields.texts("languages")),
        country=country_code(fields.text("country")),
        hours_per_week=fields.number("hours_per_week"),
        budget=fields.money("budget"),
    )
    learner = Learner(fields.text("learner_id"), profile)
    awards = (_award(award, learner.learner_id) for award in fields.inners("awards", AWARD_KEYS))
    return LearnerRecord(learner, tuple(dict.fromkeys(awards)))


def _award(fields: JsonFields, learner_id: str) -> Award:
    awarded_at, ordinal = parse_moment(fields.text("awarded_at"), "awarded_at")
    if ordinal:
        raise InvalidInput("awarded_at is a bare number", where="awarded_at", fix="ISO 8601, for example 2026-03-31")
    credential_id = fields.text("credential_id")
    award_id = fields.text("award_id") or derived_id("award", learner_id, credential_id, awarded_at.isoformat())
    return Award(
        learner_id,
        credential_id,
        awarded_at,
        check_id(award_id, "award_id"),
        fields.text("grade"),
        fields.text("evidence_url"),
    )
