"""The scraped edX catalogue: pages, programmes, preparation from sentences, and the real file."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from credpath.domain.batches import validate_batch
from credpath.domain.catalogue import Credential, Preparation, StackRule
from credpath.interop.catalogue_read import CatalogueRead
from credpath.interop.edx import parse_skills, read_edx
from credpath.interop.edx_programmes import Programme, parse_programmes

HEADER = (
    "title", "link", "institution", "subject", "level", "prerequisites", "language", "videotranscript",
    "associatedprograms", "associatedskills",
)  # fmt: skip
ROW = {
    "institution": "A University", "level": "Introductory", "prerequisites": "None", "language": "English",
    "associatedprograms": "None", "associatedskills": "None",
}  # fmt: skip


def page(slug: str, title: str = "", **cells: str) -> dict[str, str]:
    words = title or slug.replace("-", " ").title()
    return ROW | {"title": words, "link": f"https://www.edx.org/learn/x/a-university-{slug}"} | cells


def read(folder: Path, *rows: dict[str, str]) -> CatalogueRead:
    path = folder / "edx.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return read_edx(path)


def by_title(found: CatalogueRead) -> dict[str, Credential]:
    return {c.title: c for c in found.items}


def test_a_course_is_read_with_the_facts_that_its_row_states(tmp_path: Path) -> None:
    skills = "SQL (Programming Language), Testing (QA, UAT), SQL (Programming Language)"
    (course,) = read(tmp_path, page("sql", "SQL", associatedskills=skills, language="Español")).items
    assert (course.credential_id, course.title) == ("edx:a-university-sql", "SQL")
    assert (course.awarding_body, course.level, course.languages) == ("A University", "introductory", ("es",))
    assert [o.label for o in course.outcomes] == ["SQL (Programming Language)", "Testing (QA, UAT)"]
    assert (course.participation, course.source, course.url) == ("online", "edx", page("sql")["link"])


def test_visits_of_one_page_are_one_course_whatever_each_missed(tmp_path: Path) -> None:
    whole = page("sql", "SQL", associatedskills="SQL")
    empty = whole | {"title": "None", "institution": "None"}
    found = read(tmp_path, empty, whole | {"associatedskills": "None"}, empty)
    assert (len(found.items), found.rows, found.refusals) == (1, 3, ())
    assert (found.items[0].title, found.items[0].awarding_body) == ("SQL", "A University")
    assert [o.label for o in found.items[0].outcomes] == ["SQL"]


def test_a_course_that_lost_its_title_gets_it_from_its_address(tmp_path: Path) -> None:
    lost = page("shaping-the-work-of-tomorrow") | {"title": "None", "institution": "None"}
    found = by_title(read(tmp_path, page("sql", "SQL"), lost))
    assert found["Shaping the Work of Tomorrow"].awarding_body == "A University"


def test_a_row_without_a_page_is_skipped_and_reported(tmp_path: Path) -> None:
    found = read(tmp_path, page("sql", "SQL"), page("x") | {"link": "https://example.org/x"})
    assert len(found.items) == 1
    assert [(r.line, "is not the page of an edX course" in r.reason) for r in found.refusals] == [(3, True)]


@pytest.mark.parametrize(("column", "length"), [("title", 501), ("associatedskills", 4_001)])
def test_a_cell_that_is_too_long_to_be_one_costs_its_row(tmp_path: Path, column: str, length: int) -> None:
    found = read(tmp_path, page("sql", "SQL"), page("x") | {column: "," * length})
    assert len(found.items) == 1
    assert [(r.line, r.reason.split(",")[0]) for r in found.refusals] == [(3, f"{column} has {length} characters")]


def test_the_order_of_rows_has_no_effect(tmp_path: Path) -> None:
    cell = {"associatedprograms": "XSeries inData", "prerequisites": "Introduction to Data; basic algebra"}
    rows = [page("introduction-to-data", "Introduction to Data"), page("sql", "SQL", **cell), page("r", "R", **cell)]
    one, other = read(tmp_path, *rows), read(tmp_path, *reversed(rows))
    assert one.items == other.items


@pytest.mark.parametrize(
    ("cell", "programmes"),
    [
        ("None", ()),
        ("", ()),
        ("XSeries inAstrophysics", (Programme("XSeries", "Astrophysics"),)),
        ("MicroMasters®Program inBusiness Leadership", (Programme("MicroMasters", "Business Leadership"),)),
        ("MicroMasters®PrograminBusiness Leadership", (Programme("MicroMasters", "Business Leadership"),)),
        ("MicroBachelors PrograminWriting for Success", (Programme("MicroBachelors", "Writing for Success"),)),
        (
            "Professional Certificate inComputer Science for Game DevelopmentProfessional CertificateinComputer "
            "Science for Web ProgrammingXSeries inCS50's AP® Computer Science Principles",
            (
                Programme("Professional Certificate", "Computer Science for Game Development"),
                Programme("Professional Certificate", "Computer Science for Web Programming"),
                Programme("XSeries", "CS50's AP® Computer Science Principles"),
            ),
        ),
        (
            "Professional Certificate inLean Six Sigma Black Belt Training & Certification Program",
            (Programme("Professional Certificate", "Lean Six Sigma Black Belt Training & Certification Program"),),
        ),
    ],
)
def test_glued_programmes_are_taken_apart(cell: str, programmes: tuple[Programme, ...]) -> None:
    assert parse_programmes(cell) == programmes


def test_programmes_that_differ_in_signs_only_have_ids_of_their_own() -> None:
    names = ["C Programming", "C++ Programming", "C# Programming"]
    assert len({Programme("Professional Certificate", name).credential_id for name in names}) == 3


def test_a_programme_is_a_stack_of_its_courses(tmp_path: Path) -> None:
    cell = "Professional Certificate inData"
    found = by_title(
        read(
            tmp_path,
            page("sql", "SQL", associatedprograms=cell, associatedskills="SQL, Queries"),
            page("r-basics", "R Basics", associatedprograms=f"XSeriesinOther{cell}", associatedskills="SQL, R"),
        )
    )
    stack = found["Professional Certificate in Data"]
    assert stack.credential_id == "edx:programme/professionalcertificate/data"
    assert (stack.kind, stack.stack, stack.awarding_body) == (
        "professional-certificate", StackRule("all_of"), "A University",
    )  # fmt: skip
    assert {(o.label, o.weight) for o in stack.outcomes} == {("Queries", 0.6), ("R", 0.6), ("SQL", 0.6)}
    assert found["SQL"].stacks_into == (stack.credential_id,)
    assert len(found["R Basics"].stacks_into) == 2


def test_a_course_that_the_text_names_becomes_soft_preparation_and_its_name_no_subject(tmp_path: Path) -> None:
    text = "Completion of AB101x: Introduction to Data is recommended. Basic algebra"
    found = by_title(read(tmp_path, page("introduction-to-data"), page("more-data", prerequisites=text)))
    assert found["More Data"].prerequisites == ()
    assert found["More Data"].preparation == (
        Preparation(credential_id="edx:a-university-introduction-to-data", confidence=0.9),
        Preparation("Basic algebra", confidence=0.8),
    )


def test_the_same_name_for_two_courses_means_the_one_of_the_same_institution(tmp_path: Path) -> None:
    other = {"link": "https://www.edx.org/learn/x/another-introduction-to-data", "institution": "Another"}
    asking = page("more-data", prerequisites="Introduction to Data")
    both = read(tmp_path, page("introduction-to-data"), page("introduction-to-data") | other, asking)
    named = by_title(both)["More Data"].preparation
    assert [p.credential_id for p in named] == ["edx:a-university-introduction-to-data"]


def test_courses_that_prepare_for_each_other_lose_the_less_sure_edge(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        page("introduction-to-data", prerequisites="More of Data Course"),
        page("more-of-data", prerequisites="Introduction to Data"),
    )
    edges = [(c.title, p.credential_id) for c in found.items for p in c.preparation if p.credential_id]
    assert len(edges) == 1


def test_preceding_courses_are_those_with_lower_numbers(tmp_path: Path) -> None:
    text = "We recommend the preceding courses in the series."
    rows = [page(f"algebra-part-{n}", f"Algebra, Part {n}", prerequisites=text) for n in (1, 2, 3)]
    found = by_title(read(tmp_path, *rows))
    assert found["Algebra, Part 1"].preparation == ()
    assert [p.credential_id[-6:] for p in found["Algebra, Part 3"].preparation] == ["part-1", "part-2"]


def test_preceding_courses_without_an_order_stay_words(tmp_path: Path) -> None:
    cell = {"associatedprograms": "Professional Certificate inData"}
    asking = page("capstone", prerequisites="We recommend the preceding courses in the series.", **cell)
    found = by_title(read(tmp_path, page("sql", "SQL", **cell), asking))
    assert found["Capstone"].preparation == (Preparation("the preceding courses of Data", confidence=0.5),)


def test_all_courses_of_a_programme_are_the_others(tmp_path: Path) -> None:
    cell = {"associatedprograms": "Professional Certificate inData Work"}
    asking = page("capstone", prerequisites="Complete all of the courses within the Data Work programme.", **cell)
    found = by_title(read(tmp_path, page("sql", "SQL", **cell), page("r", "R", **cell), asking))
    assert {p.credential_id for p in found["Capstone"].preparation} == {"edx:a-university-sql", "edx:a-university-r"}


def test_a_comma_inside_brackets_separates_nothing() -> None:
    assert parse_skills("Scrum (Software Development), A (B, C),D") == (
        "Scrum (Software Development)", "A (B, C)", "D",
    )  # fmt: skip


@pytest.mark.real_data
def test_the_real_file_is_read_whole(real_data: Path) -> None:
    found = read_edx(real_data / "catalogues" / "edx_816.csv")
    assert (len(found.items), found.rows, found.refusals) == (1_063, 816, ())
    courses = [c for c in found.items if c.stack is None]
    assert (len(courses), len(found.items) - len(courses)) == (785, 278)
    assert Counter(c.languages for c in courses)["es",] == 126
    verdict = validate_batch(found.items, {}, foreign=True, places=found.places)
    assert (len(verdict.accepted), verdict.refusals, verdict.warnings) == (1_063, (), ())
    assert not any(c.prerequisites for c in found.items)
    assert sum(bool(p.credential_id) for c in found.items for p in c.preparation) == 54
    assert all(len(p.label.split()) <= 8 for c in found.items for p in c.preparation)


@pytest.mark.real_data
def test_known_references_of_the_real_file_are_found(real_data: Path) -> None:
    found = by_title(read_edx(real_data / "catalogues" / "edx_816.csv"))
    named = {
        "CS50's Introduction to Game Development": ["CS50's Introduction to Computer Science"],
        "Introduction to Data Science with Python": ["CS50's Introduction to Programming with Python"],
        "Mindfulness and Resilience to Stress at Work": [
            "The Science of Happiness", "The Foundations of Happiness at Work",
        ],
        "Cardiovascular & Respiratory Systems": ["Specialised Cells", "Tissue Biology"],
        "Inglés para todos: nivel básico más": ["Inglés para todos: nivel básico"],
    }  # fmt: skip
    titles = {c.credential_id: c.title for c in found.values()}
    for title, before in named.items():
        assert [titles[p.credential_id] for p in found[title].preparation if p.credential_id] == before
