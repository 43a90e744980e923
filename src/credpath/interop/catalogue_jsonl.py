"""The native catalogue: JSON Lines, one credential a line, with typed edges. Reads it, and writes it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from credpath.domain.catalogue import Credential, LearningOutcome, Preparation, PrerequisiteGroup, StackRule
from credpath.errors import InvalidInput
from credpath.interop.catalogue_read import CatalogueRead, CatalogueRows
from credpath.interop.json_fields import JsonFields
from credpath.interop.languages import language_codes
from credpath.interop.reading import Progress, Report, no_progress, read_json_lines

_TEXTS = (
    "title", "description", "awarding_body", "level", "participation", "assessment_type", "quality_assurance",
    "supervision", "url",
)  # fmt: skip
_NUMBERS = ("workload_hours", "ects", "duration_weeks", "rating")
_WHOLES = ("eqf_level", "rating_count", "learner_count")
_DAYS = ("starts_on", "ends_on", "as_of")
RECORD_KEYS = (
    "credential_id", *_TEXTS, "country", "languages", "outcomes", "requires", "recommends", "isPartOf", "supersedes",
    "stack", "kind", *_NUMBERS, *_WHOLES, "cost", "status", *_DAYS, "countries_open_to", "illustrative", "source",
)  # fmt: skip
_LEVELS: Mapping[str, str] = {
    "beginner": "introductory", "basic": "introductory", "foundation": "introductory", "entry": "introductory",
    "introductory": "introductory", "intermediate": "intermediate", "advanced": "advanced", "expert": "advanced",
    "mixed": "", "all levels": "",
}  # fmt: skip


def read_catalogue_jsonl(path: Path, progress: Progress = no_progress) -> CatalogueRead:
    """Reads a native catalogue. Raises InvalidInput only when the file cannot be opened."""
    report = Report(progress)
    rows = CatalogueRows(path, report)
    for line, record in read_json_lines(path, report):
        rows.add(line, record_to_credential, record)
    return rows.read()


def record_to_credential(record: Mapping[str, object]) -> Credential:
    """One record as a credential; also what the API takes. Raises InvalidInput naming the key that is wrong."""
    fields = JsonFields(record, RECORD_KEYS)
    facts: dict[str, Any] = {key: fields.text(key) for key in _TEXTS}
    facts |= {key: fields.number(key) for key in _NUMBERS}
    facts |= {key: fields.whole(key) for key in _WHOLES}
    facts |= {key: fields.day(key) for key in _DAYS}
    facts |= {key: fields.text(key) for key in ("kind", "status") if fields.text(key)}
    facts["level"] = level_name(facts["level"])
    return Credential(
        credential_id=fields.text("credential_id"),
        country=country_code(fields.text("country")),
        languages=language_codes(fields.texts("languages")),
        outcomes=tuple(_outcome(entry) for entry in fields.entries("outcomes")),
        prerequisites=_groups(fields),
        preparation=_preparation(fields),
        stacks_into=fields.texts("isPartOf"),
        supersedes=fields.texts("supersedes"),
        stack=_stack(fields),
        cost=fields.money("cost"),
        countries_open_to=tuple(country_code(c) for c in fields.texts("countries_open_to")),
        illustrative=fields.flag("illustrative"),
        source=fields.text("source") if "source" in record else "native",
        **facts,
    )


def level_name(text: str) -> str:
    """ "introductory", "intermediate" or "advanced" for the words of several platforms; other words as they are."""
    text = text.strip()
    return _LEVELS.get(text.casefold(), text)


def country_code(text: str, field: str = "country") -> str:
    """ISO 3166-1 alpha-2 or "EU" in capitals, with a subdivision where given ("es-ct"). Raises InvalidInput."""
    code = text.strip().upper()
    if code and not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", code, re.ASCII):
        fix = "the two letters of ISO 3166-1, for example DE, or EU"
        raise InvalidInput(f"{field} is {text[:40]!r}, not a country code", where=field, fix=fix)
    return code


def outcome_of(words: str) -> LearningOutcome:
    """A skill as one text: a URI or a label."""
    words = words.strip()
    return LearningOutcome("", words) if re.match(r"(https?://|urn:)\S+$", words) else LearningOutcome(words)


def _outcome(entry: object) -> LearningOutcome:
    if isinstance(entry, str):
        return outcome_of(entry)
    if not isinstance(entry, dict):
        what = "outcomes holds something that is neither text nor an object"
        raise InvalidInput(what, where="outcomes", fix='give each as "label" or {"label": "..."}')
    fields = JsonFields(entry, ("label", "skill_uri", "level", "weight"), "outcomes")
    level, weight = fields.number("level"), fields.number("weight")
    return LearningOutcome(
        fields.text("label"),
        fields.text("skill_uri"),
        1.0 if level is None else level,
        1.0 if weight is None else weight,
    )


def _groups(fields: JsonFields) -> tuple[PrerequisiteGroup, ...]:
    found = []
    for group in fields.inners("requires", ("kind", "k", "credentials")):
        kind = group.text("kind") or "all_of"
        k = group.whole("k")
        if k is not None and kind != "k_of":
            raise InvalidInput(f"k belongs to k_of, not to {kind}", where="requires", fix='"kind": "k_of"')
        found.append(PrerequisiteGroup(kind, group.texts("credentials"), k or 0))  # type: ignore[arg-type]
    return tuple(found)


def _preparation(fields: JsonFields) -> tuple[Preparation, ...]:
    found = []
    for entry in fields.inners("recommends", ("credential", "label", "skill_uri", "confidence")):
        confidence = entry.number("confidence")
        parts = entry.text("label"), entry.text("credential"), entry.text("skill_uri")
        if not any(parts):
            raise InvalidInput("recommends holds an empty entry", where="recommends", fix='{"credential": "id"}')
        found.append(Preparation(*parts, 1.0 if confidence is None else confidence))
    return tuple(found)


def _stack(fields: JsonFields) -> StackRule | None:
    rule = fields.inner("stack", ("kind", "amount"))
    if rule is None:
        return None
    return StackRule(rule.text("kind"), rule.number("amount") or 0.0)  # type: ignore[arg-type]


def credential_to_record(credential: Credential) -> dict[str, object]:
    """The record that `record_to_credential` reads back to the same credential. What is unknown is left out."""
    c = credential
    record: dict[str, object] = {"credential_id": c.credential_id}
    record |= {key: getattr(c, key) for key in (*_TEXTS, "country")}
    record |= {key: list(getattr(c, key)) for key in ("languages", "supersedes", "countries_open_to")}
    record |= {
        "outcomes": [_outcome_record(o) for o in c.outcomes],
        "requires": [_group_record(g) for g in c.prerequisites],
        "recommends": [_preparation_record(p) for p in c.preparation],
        "isPartOf": list(c.stacks_into),
        "stack": c.stack and {"kind": c.stack.kind, "amount": c.stack.amount},
        "cost": c.cost and {"amount": c.cost.amount, "currency": c.cost.currency},
    }
    record |= {key: getattr(c, key) for key in (*_NUMBERS, *_WHOLES)}
    record |= {key: day and day.isoformat() for key in _DAYS for day in (getattr(c, key),)}
    said = {key: value for key, value in record.items() if value is not None and value not in ("", [])}
    defaults = {"kind": "micro-credential", "status": "active", "illustrative": False, "source": "native"}
    return said | {key: getattr(c, key) for key, default in defaults.items() if getattr(c, key) != default}


def _outcome_record(outcome: LearningOutcome) -> dict[str, object]:
    record: dict[str, object] = {"label": outcome.label, "skill_uri": outcome.skill_uri}
    record = {key: value for key, value in record.items() if value}
    return record | {key: getattr(outcome, key) for key in ("level", "weight") if getattr(outcome, key) != 1.0}


def _group_record(group: PrerequisiteGroup) -> dict[str, object]:
    record: dict[str, object] = {"kind": group.kind, "credentials": list(group.credential_ids)}
    return record | ({"k": group.k} if group.kind == "k_of" else {})


def _preparation_record(preparation: Preparation) -> dict[str, object]:
    p = preparation
    record: dict[str, object] = {"credential": p.credential_id, "label": p.label, "skill_uri": p.skill_uri}
    record = {key: value for key, value in record.items() if value}
    return record | ({"confidence": p.confidence} if p.confidence != 1.0 else {})
