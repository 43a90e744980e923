"""The catalogue as CSV: a header, one credential a row, lists split on ";"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from credpath.domain.catalogue import Credential, PrerequisiteGroup, StackRule
from credpath.domain.money import Money
from credpath.errors import InvalidInput
from credpath.interop.catalogue_jsonl import country_code, level_name, outcome_of
from credpath.interop.catalogue_read import CatalogueRead, CatalogueRows
from credpath.interop.json_fields import priced
from credpath.interop.languages import language_codes
from credpath.interop.reading import Progress, Report, no_progress, parse_list, parse_number
from credpath.interop.tabular import Columns, read_rows

_TEXTS = (
    "description", "awarding_body", "participation", "assessment_type", "quality_assurance", "supervision", "url",
)  # fmt: skip
_NUMBERS = ("workload_hours", "ects", "duration_weeks", "rating")
COLUMNS = Columns(
    ("credential_id", "title"),
    (
        *_TEXTS, "country", "language", "skills", "prerequisites", "level", "eqf_level", *_NUMBERS, "cost_amount",
        "cost_currency", "stacks_into", "status", "stack", "starts_on", "ends_on", "countries_open_to",
    ),
)  # fmt: skip


def read_catalogue_csv(path: Path, progress: Progress = no_progress) -> CatalogueRead:
    """Reads a catalogue CSV. Raises InvalidInput only when the file cannot be opened.

    A row that others of the file count toward, and that states no rule in `stack`, needs all of them.
    """
    report = Report(progress)
    rows = CatalogueRows(path, report)
    stacks: set[str] = set()
    for line, row in read_rows(path, COLUMNS, report):
        credential = rows.add(line, row_to_credential, row)
        stacks.update(credential.stacks_into if credential else ())
    rows.replace_all(lambda c: replace(c, stack=c.stack or StackRule("all_of")) if c.credential_id in stacks else c)
    return rows.read()


def row_to_credential(row: Mapping[str, str]) -> Credential:
    """One row, with every column present. Raises InvalidInput naming the column that is wrong."""
    facts: dict[str, Any] = {name: row[name].strip() for name in _TEXTS}
    facts |= {name: parse_number(row[name], name) for name in _NUMBERS}
    if status := row["status"].strip().casefold():
        facts["status"] = status
    return Credential(
        credential_id=row["credential_id"].strip(),
        title=row["title"].strip(),
        country=country_code(row["country"]),
        languages=language_codes(parse_list(row["language"]), "language"),
        outcomes=tuple(outcome_of(skill) for skill in parse_list(row["skills"])),
        prerequisites=parse_prerequisites(row["prerequisites"]),
        level=level_name(row["level"]),
        eqf_level=_whole(row["eqf_level"], "eqf_level"),
        cost=_cost(row["cost_amount"], row["cost_currency"]),
        stacks_into=parse_list(row["stacks_into"]),
        stack=parse_stack(row["stack"]),
        starts_on=_day(row["starts_on"], "starts_on"),
        ends_on=_day(row["ends_on"], "ends_on"),
        countries_open_to=tuple(country_code(c, "countries_open_to") for c in parse_list(row["countries_open_to"])),
        source="csv",
        **facts,
    )


def parse_prerequisites(cell: str) -> tuple[PrerequisiteGroup, ...]:
    """Groups joined by ";": single ids must all be held; "a|b" any one; "2 of a|b|c" two of them.

    Raises InvalidInput for a count that the members cannot give.
    """
    alone: list[str] = []
    choices = []
    for part in parse_list(cell):
        counted = re.fullmatch(r"(\d{1,3})\s+of\s+(.+)", part)
        members = _members(counted[2] if counted else part)
        if counted:
            choices.append(PrerequisiteGroup("k_of", members, int(counted[1])))
        elif len(members) > 1:
            choices.append(PrerequisiteGroup("any_of", members))
        else:
            alone.extend(members)
    together = [PrerequisiteGroup("all_of", tuple(dict.fromkeys(alone)))] if alone else []
    return (*together, *choices)


def parse_stack(cell: str) -> StackRule | None:
    """What completes this larger credential: "all", "3" of its members, or "30 ECTS". Raises InvalidInput."""
    words = cell.strip().casefold()
    if not words:
        return None
    if words == "all":
        return StackRule("all_of")
    counted = re.fullmatch(r"(\d{1,4}(?:\.\d{1,2})?)\s*(ects)?", words, re.ASCII)
    if counted is None or (not counted[2] and not counted[1].isdigit()):
        raise InvalidInput(f"stack is {cell.strip()[:40]!r}", where="stack", fix="all, 3 (of them), or 30 ECTS")
    return StackRule("credits" if counted[2] else "n_of", float(counted[1]))


def _day(cell: str, field: str) -> date | None:
    words = cell.strip()
    if not words:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise InvalidInput(
            f"{field} is {words[:40]!r}, not a date", where=field, fix="for example 2027-03-01"
        ) from None


def _members(text: str) -> tuple[str, ...]:
    members: Iterable[str] = (member.strip() for member in text.split("|"))
    return tuple(dict.fromkeys(member for member in members if member))


def _whole(text: str, field: str) -> int | None:
    number = parse_number(text, field)
    if number is not None and not number.is_integer():
        what = f"{field} is {text.strip()[:40]!r}, not a whole number"
        raise InvalidInput(what, where=field, fix="give it without a fraction")
    return None if number is None else int(number)


def _cost(amount: str, currency: str) -> Money | None:
    number = parse_number(amount, "cost_amount")
    if number is None:
        return None  # A currency alone, as exports write it for a price that is not known, says nothing.
    return priced(number, currency.strip().upper(), "cost_amount")
