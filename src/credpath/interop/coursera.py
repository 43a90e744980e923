"""The scraped Coursera catalogue: courses, specializations and professional certificates, one a row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from credpath.domain.catalogue import Credential, CredentialKind, LearningOutcome
from credpath.domain.rules import MAX_LABEL
from credpath.errors import InvalidInput
from credpath.interop.catalogue_jsonl import level_name
from credpath.interop.catalogue_read import CatalogueRead, CatalogueRows
from credpath.interop.languages import detect_language
from credpath.interop.reading import Progress, Report, no_progress, parse_number
from credpath.interop.scraped_text import clean_line, clean_paragraphs, said
from credpath.interop.tabular import Columns, read_rows

COLUMNS = Columns(
    ("course_url", "course_name"),
    (
        "learning_product_type", "course_provided_by", "course_rating", "course_rated_by", "enrolled_student_count",
        "course_difficulty", "skills", "description", "estimated_time_to_complete",
    ),
    closed=False,
)  # fmt: skip
# How the path of a page names the product; it is part of the id, since a course and a specialization share slugs.
_PRODUCTS: Mapping[str, tuple[str, CredentialKind]] = {
    "learn": ("course", "micro-credential"),
    "projects": ("project", "micro-credential"),
    "specializations": ("specialization", "certificate"),
    "specialization": ("specialization", "certificate"),
    "professional-certificates": ("professional-certificate", "professional-certificate"),
    "professional-certificate": ("professional-certificate", "professional-certificate"),
}
WEEKS = {"hour": 0.0, "day": 1 / 7, "week": 1.0, "month": 52.0 / 12.0, "year": 52.0}
MAX_SKILLS_TEXT = 20_000


def read_coursera(path: Path, progress: Progress = no_progress) -> CatalogueRead:
    """Reads the catalogue; a row that cannot be used is skipped and reported.

    Raises InvalidInput only when the file cannot be opened. Of two rows for one page the one with more learners
    stays, as it was read later; the other is reported.
    """
    report = Report(progress)
    read: dict[str, tuple[int, Credential]] = {}
    for line, row in read_rows(path, COLUMNS, report):
        try:
            found = (line, row_to_credential(row))
        except InvalidInput as error:
            report.refuse(path, line, error)
            continue
        name = found[1].credential_id
        before = read.get(name, found)
        kept, other = sorted([before, found], key=_freshness, reverse=True)
        if kept[1] != other[1]:
            report.refuse(path, other[0], f"repeats line {kept[0]} with other facts; those with more learners are kept")
        read[name] = kept
    rows = CatalogueRows(path, report)
    for line, credential in sorted(read.values(), key=lambda entry: entry[0]):
        rows.keep(line, credential)
    return rows.read()


def _freshness(entry: tuple[int, Credential]) -> tuple[int, int, str]:
    credential = entry[1]
    return credential.learner_count or 0, credential.rating_count or 0, repr(credential)


def row_to_credential(row: Mapping[str, str]) -> Credential:
    """One row. Raises InvalidInput for a page that is not Coursera's and for a number that is none."""
    url = row["course_url"].strip()
    product, kind, slug = _product(url)
    title = clean_line(said(row["course_name"]))
    description = clean_paragraphs(said(row["description"]))
    weeks, hours = parse_effort(said(row["estimated_time_to_complete"]))
    weekly = stated_hours_per_week(description) if weeks else None
    return Credential(
        credential_id=f"coursera:{product}/{slug}",
        title=title,
        description=description,
        awarding_body=clean_line(said(row["course_provided_by"])),
        languages=(detect_language(f"{title}. {description}"),),
        outcomes=tuple(LearningOutcome(label) for label in parse_skills(said(row["skills"]))),
        kind=kind,
        level=level_name(said(row["course_difficulty"])),
        # A row in months says nothing of hours; they are only filled where its own text states hours a week.
        workload_hours=round(weeks * weekly) if weeks and weekly else hours,
        duration_weeks=weeks,
        participation="online",
        url=url,
        rating=parse_number(said(row["course_rating"]), "course_rating"),
        rating_count=_count(row["course_rated_by"], "course_rated_by"),
        learner_count=_count(row["enrolled_student_count"], "enrolled_student_count"),
        source="coursera",
    )


def _product(url: str) -> tuple[str, CredentialKind, str]:
    found = re.fullmatch(r"https?://(?:www\.)?coursera\.org/([a-z-]+)/([^/?#\s]+)/?(?:[?#].*)?", url)
    if not found or found[1] not in _PRODUCTS:
        fix = "https://www.coursera.org/learn/..., /specializations/... or /professional-certificates/..."
        raise InvalidInput(f"{url[:120]!r} is not the page of a Coursera product", where="course_url", fix=fix)
    return *_PRODUCTS[found[1]], found[2]


def _count(text: str, field: str) -> int | None:
    number = parse_number(said(text), field)
    return None if number is None else round(number)


def parse_effort(text: str) -> tuple[float | None, float | None]:
    """(weeks, hours) of "10 months", "16 hours", "1-3 months" (the middle); the one not stated is None."""
    found = re.search(
        r"(\d+(?:\.\d+)?)(?:\s*[-–]\s*(\d+(?:\.\d+)?))?\s*(hour|day|week|month|year)s?\b", text.casefold()[:100]
    )
    if not found:
        return None, None
    amount = (float(found[1]) + float(found[2] or found[1])) / 2
    return (None, amount) if found[3] == "hour" else (round(amount * WEEKS[found[3]], 1), None)


def stated_hours_per_week(text: str) -> float | None:
    """Hours a week that a description states in digits, the middle of a range; None when it does not."""
    found = re.search(r"(\d{1,2})(?:\s*(?:-|–|to)\s*(\d{1,2}))?\s*hours?\s*(?:per|a|each|/|every)\s*week", text)
    return (float(found[1]) + float(found[2] or found[1])) / 2 if found else None


def parse_skills(text: str) -> tuple[str, ...]:
    """Labels of "['Data Science', 'SQL']", or of a comma-separated list; () when none are given.

    A member that begins with a space continues the one before it: its own comma was taken for a separator.
    """
    whole: list[str] = []
    for part in _members(text):
        if part.startswith(" ") and whole:
            whole[-1] += f",{part}"
        else:
            whole.append(part)
    labels = (clean_line(re.sub(r"^[\s\-•*·]+", "", label)) for label in whole)
    # The platform writes the same skill with and without capitals, in one list.
    unique = {label.casefold(): label for label in reversed(list(labels)) if said(label)}
    return tuple(reversed([label[:MAX_LABEL] for label in unique.values()]))


def _members(text: str) -> Iterable[str]:
    if not text.startswith("["):
        return [part.strip() for part in text.split(",")]
    if len(text) > MAX_SKILLS_TEXT:
        raise InvalidInput(f"skills has {len(text)} characters, over {MAX_SKILLS_TEXT}", where="skills")
    try:
        # literal_eval takes literals only; the bound above keeps its recursion and memory small.
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise InvalidInput(f"skills is {text[:40]!r}, not a list of texts", where="skills") from error
    if not isinstance(found, list) or not all(isinstance(member, str) for member in found):
        raise InvalidInput(f"skills is {text[:40]!r}, not a list of texts", where="skills")
    return found
