"""The scraped edX catalogue: courses, the programmes that they count toward, and what their prerequisites text says.

Its prerequisites are sentences, so nothing here becomes a hard edge: another course of the file becomes soft
preparation, other knowledge a short phrase.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from credpath.domain.catalogue import Credential, LearningOutcome, Preparation
from credpath.domain.prerequisites import find_cycle
from credpath.errors import InvalidInput
from credpath.interop.catalogue_jsonl import level_name
from credpath.interop.catalogue_read import CatalogueRead, CatalogueRows
from credpath.interop.edx_knowledge import is_softened, knowledge
from credpath.interop.edx_programmes import Programme, parse_programmes, programme_credential
from credpath.interop.edx_references import Course, CourseNames, Reference
from credpath.interop.edx_statements import statements
from credpath.interop.edx_titles import TitleRepair, slug_of
from credpath.interop.languages import detect_language, language_code
from credpath.interop.reading import Progress, Report, no_progress
from credpath.interop.scraped_text import clean_line, said
from credpath.interop.tabular import Columns, read_rows

COLUMNS = Columns(
    ("title", "link"),
    (
        "institution", "subject", "level", "prerequisites", "language", "videotranscript", "associatedprograms",
        "associatedskills",
    ),
    closed=False,
)  # fmt: skip
MAX_PREPARATION = 12
# No page says more in one cell; reading one takes time that grows faster than its length.
MAX_NAME, MAX_CELL = 500, 4_000
# What a statement asks for is surer than what it says would merely help.
ASKED, SOFTENED = 0.8, 0.5
_PAGE = re.compile(r"https?://(?:www\.)?edx\.org/(?:[a-z-]+/)*[^/?#\s]+/?(?:[?#].*)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Page:
    """All rows of one page, as one: scrapers visit a page several times and each time miss something else."""

    line: int
    cells: Mapping[str, str]

    @property
    def slug(self) -> str:
        return slug_of(self.cells["link"])


def read_edx(path: Path, progress: Progress = no_progress) -> CatalogueRead:
    """Reads the catalogue; a row that cannot be used is skipped and reported.

    Raises InvalidInput only when the file cannot be opened.
    """
    report = Report(progress)
    pages = _pages(path, report)
    rows = CatalogueRows(path, report)
    courses = _courses(pages, rows)
    programmes = {page.slug: parse_programmes(page.cells["associatedprograms"]) for page in pages}
    stacks = _stacks(pages, courses, programmes)
    preparation = _preparation(pages, courses, programmes)
    for page in pages:
        course = courses.get(page.slug)
        if course:
            rows.keep(page.line, replace(course, preparation=preparation[course.credential_id]))
    for line, stack in stacks.values():
        rows.keep(line, stack)
    return rows.read()


def _pages(path: Path, report: Report) -> list[_Page]:
    visits: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for line, row in read_rows(path, COLUMNS, report):
        link = row["link"].strip()
        if len(link) > MAX_NAME or not _PAGE.fullmatch(link):
            fix = "https://www.edx.org/learn/..."
            report.refuse(path, line, f"{link[:120]!r} is not the page of an edX course", fix)
            continue
        if long := _too_long(row):
            report.refuse(path, line, long)
            continue
        cells = {name: said(cell) for name, cell in row.items()} | {"link": link}
        visits.setdefault(slug_of(link), []).append((line, cells))
    merged = [_Page(rows[0][0], _merged([cells for _, cells in rows])) for rows in visits.values()]
    return sorted(merged, key=lambda page: page.slug)


def _too_long(row: Mapping[str, str]) -> str:
    for name, cell in row.items():
        limit = MAX_NAME if name in ("title", "institution") else MAX_CELL
        if len(cell) > limit:
            return f"{name} has {len(cell)} characters, over {limit}"
    return ""


def _merged(visits: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Cell by cell the value of the most visits, of ties the longest, whatever their order."""
    merged = {}
    for name in visits[0]:
        seen = Counter(visit[name] for visit in visits if visit[name])
        merged[name] = max(seen, key=lambda value: (seen[value], len(value), value), default="")
    return merged


def _courses(pages: Sequence[_Page], rows: CatalogueRows) -> dict[str, Credential]:
    """slug -> credential, without edges."""
    repair = TitleRepair((page.cells["title"], page.cells["link"]) for page in pages)
    titles = {page.slug: repair.repair(clean_line(page.cells["title"]), page.slug) for page in pages}
    bodies = {page.slug: _body(repair, page, titles[page.slug]) for page in pages}
    known = Counter(body for body in bodies.values() if body and not body.endswith("…"))
    found = {}
    for page in pages:
        title, body = titles[page.slug], _known_body(bodies[page.slug], known)
        if not title and (names := repair.from_slug(page.slug, known)):
            title, body = names
        try:
            found[page.slug] = _course(page, title, body)
        except InvalidInput as error:
            rows.report.refuse(rows.file, page.line, error)
    return found


def _body(repair: TitleRepair, page: _Page, title: str) -> str:
    return repair.institution(clean_line(page.cells["institution"]), title, page.slug)


def _known_body(body: str, known: Mapping[str, int]) -> str:
    """A name that was cut or glued to another, by the names that the file has elsewhere."""
    *before, last = body.split(", ") if body.endswith("…") else [body]
    for start in range(len(before) + 1) if body.endswith("…") else ():
        cut = ", ".join([*before[start:], last]).rstrip("… ")
        whole = [name for name in known if name.startswith(cut) and len(cut) > 5]
        if len(whole) == 1:
            return ", ".join([*before[:start], whole[0]])
    glued = [(a, b) for a in known if body.startswith(a) for b in known if body == a + b]
    return ", ".join(min(glued)) if glued else body


def _course(page: _Page, title: str, body: str) -> Credential:
    cells = page.cells
    return Credential(
        credential_id=f"edx:{page.slug}",
        title=title,
        description=f"Subject: {cells['subject']}." if cells["subject"] else "",
        awarding_body=body,
        languages=_languages(cells["language"], title),
        outcomes=tuple(LearningOutcome(skill) for skill in parse_skills(cells["associatedskills"])),
        level=level_name(cells["level"]),
        participation="online",
        url=cells["link"],
        source="edx",
    )


def _languages(cell: str, title: str) -> tuple[str, ...]:
    codes = dict.fromkeys(language_code(name) for name in re.split(r"[,;/]", cell))
    return tuple(code for code in codes if code) or ((detect_language(title),) if title else ())


def parse_skills(cell: str) -> tuple[str, ...]:
    """Labels of "SQL (Programming Language), Testing (QA, UAT)": a comma inside brackets separates nothing."""
    labels = (clean_line(part) for part in re.split(r",\s*(?![^()]*\))", said(cell)))
    return tuple(dict.fromkeys(label for label in labels if label))


def _stacks(
    pages: Iterable[_Page], courses: dict[str, Credential], programmes: Mapping[str, Sequence[Programme]]
) -> dict[str, tuple[int, Credential]]:
    """programme id -> (line of its first course, stack); writes each course's `stacks_into`."""
    names: dict[str, Programme] = {}
    members: dict[str, list[tuple[int, Credential]]] = {}
    for page in pages:
        course = courses.get(page.slug)
        if course:
            ids = {programme.credential_id: programme for programme in programmes[page.slug]}
            for programme_id, programme in ids.items():
                names[programme_id] = min(programme, names.get(programme_id, programme))
                members.setdefault(programme_id, []).append((page.line, course))
            courses[page.slug] = replace(course, stacks_into=tuple(ids))
    return {
        programme_id: (min(line for line, _ in found), programme_credential(names[programme_id], [c for _, c in found]))
        for programme_id, found in sorted(members.items())
    }


def _preparation(
    pages: Iterable[_Page], courses: Mapping[str, Credential], programmes: Mapping[str, Sequence[Programme]]
) -> dict[str, tuple[Preparation, ...]]:
    """credential_id -> what its prerequisites text asks for."""
    known = {slug: Course(c.credential_id, c.title, c.awarding_body, c.stacks_into) for slug, c in courses.items()}
    names = CourseNames(known.values(), {p.credential_id: p.name for found in programmes.values() for p in found})
    found = {
        known[page.slug].credential_id: _asked_for(page.cells["prerequisites"], known[page.slug], names)
        for page in pages
        if page.slug in known
    }
    return _without_cycles(found)


def _asked_for(cell: str, asking: Course, names: CourseNames) -> tuple[Preparation, ...]:
    text = clean_line(cell)
    if not text:
        return ()
    named = names.find(text, asking)
    best: dict[str, Reference] = {}
    for reference in (*named, *(names.earlier_in_series(text, asking) or names.rest_of_programme(text, asking))):
        best.setdefault(reference.credential_id, reference)
    found = [Preparation(credential_id=r.credential_id, confidence=r.confidence) for r in best.values()]
    if not found and (series := names.series_before(text, asking)):
        found.append(Preparation(label=series, confidence=SOFTENED))
    labels: dict[str, Preparation] = {}
    for statement in statements(_without(text, named)):
        confidence = SOFTENED if is_softened(statement) else ASKED
        for label in knowledge(statement):
            labels.setdefault(label.casefold(), Preparation(label=label, confidence=confidence))
    return (*found, *labels.values())[:MAX_PREPARATION]


def _without(text: str, named: Iterable[Reference]) -> str:
    """The text without the courses that it names; what a course is called says nothing more of knowledge."""
    for reference in sorted(named, key=lambda r: -r.start):
        text = f"{text[: reference.start]}; {text[reference.end :]}"
    return text


def _without_cycles(preparation: dict[str, tuple[Preparation, ...]]) -> dict[str, tuple[Preparation, ...]]:
    """Soft edges in a circle prepare for nothing: of each circle the least sure edge goes."""
    left = dict(preparation)
    while cycle := find_cycle({i: [p.credential_id for p in found if p.credential_id] for i, found in left.items()}):
        edges = [(p.confidence, a, b) for a, b in pairwise(cycle) for p in left[a] if p.credential_id == b]
        _, asking, named = min(edges)
        left[asking] = tuple(p for p in left[asking] if p.credential_id != named)
    return left
