"""Learners as JSON Lines: profile and awards, one person a line; neither name nor address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from credpath.domain.learner import Award, Learner, NotYet, Profile
from credpath.domain.rules import check_id
from credpath.errors import InvalidInput
from credpath.interop.catalogue_jsonl import country_code
from credpath.interop.json_fields import JsonFields
from credpath.interop.languages import language_codes
from credpath.interop.moments import parse_moment
from credpath.interop.reading import Progress, Read, Report, no_progress, read_json_lines

LEARNER_KEYS = (
    "learner_id", "goal", "skills", "not_yet", "languages", "country", "hours_per_week", "budget", "awards",
)  # fmt: skip
NOT_YET_KEYS = ("skill", "said_at")
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
    return report.read_rows(first.values())


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
        not_yet=tuple(
            NotYet(one.text("skill"), _dated(one, "said_at")) for one in fields.inners("not_yet", NOT_YET_KEYS)
        ),
    )
    learner = Learner(fields.text("learner_id"), profile)
    awards = (_award(award, learner.learner_id) for award in fields.inners("awards", AWARD_KEYS))
    return LearnerRecord(learner, tuple(dict.fromkeys(awards)))


def _award(fields: JsonFields, learner_id: str) -> Award:
    award = Award(
        learner_id,
        fields.text("credential_id"),
        _dated(fields, "awarded_at"),
        fields.text("award_id"),
        fields.text("grade"),
        fields.text("evidence_url"),
    ).identified
    check_id(award.award_id, "award_id")
    return award


def _dated(fields: JsonFields, key: str) -> datetime:
    moment, ordinal = parse_moment(fields.text(key), key)
    if ordinal:
        raise InvalidInput(f"{key} is a bare number", where=key, fix="ISO 8601, for example 2026-03-31")
    return moment
