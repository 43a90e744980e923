"""The scraped Coursera catalogue: products, effort, skills, languages, repeats, and the real file."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.batches import validate_batch
from credpath.errors import InvalidInput
from credpath.interop.catalogue_read import CatalogueRead
from credpath.interop.coursera import parse_effort, parse_skills, read_coursera, stated_hours_per_week
from credpath.interop.scraped_text import clean_line, clean_paragraphs, repair_encoding

HEADER = (
    "course_url", "course_name", "learning_product_type", "course_provided_by", "course_rating", "course_rated_by",
    "enrolled_student_count", "course_difficulty", "skills", "description", "percentage_of_new_career_starts",
    "percentage_of_pay_increase_or_promotion", "estimated_time_to_complete", "instructors",
)  # fmt: skip
ROW = {
    "course_url": "https://www.coursera.org/learn/sql", "course_name": "SQL", "course_provided_by": "A University",
    "course_rating": "4.6", "course_rated_by": "120.0", "enrolled_student_count": "5000.0",
    "course_difficulty": "Beginner", "skills": "['SQL', 'Databases']", "description": "How to ask a database.",
    "estimated_time_to_complete": "16 hours",
}  # fmt: skip


def read(folder: Path, *changes: dict[str, str]) -> CatalogueRead:
    path = folder / "coursera.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER, restval="")
        writer.writeheader()
        writer.writerows(ROW | change for change in changes)
    return read_coursera(path)


def test_a_course_is_read_with_the_facts_that_its_row_states(tmp_path: Path) -> None:
    (course,) = read(tmp_path, {}).items
    assert (course.credential_id, course.title, course.kind) == ("coursera:course/sql", "SQL", "micro-credential")
    assert (course.awarding_body, course.level, course.languages) == ("A University", "introductory", ("en",))
    assert (course.workload_hours, course.duration_weeks) == (16.0, None)
    assert (course.rating, course.rating_count, course.learner_count) == (4.6, 120, 5000)
    assert [o.label for o in course.outcomes] == ["SQL", "Databases"]
    assert (course.participation, course.source, course.as_of, course.cost) == ("online", "coursera", None, None)


@pytest.mark.parametrize(
    ("path", "credential_id", "kind"),
    [
        ("learn/sql", "coursera:course/sql", "micro-credential"),
        ("specializations/sql?x=1", "coursera:specialization/sql", "certificate"),
        ("professional-certificates/sql/", "coursera:professional-certificate/sql", "professional-certificate"),
        ("professional-certificate/sql", "coursera:professional-certificate/sql", "professional-certificate"),
    ],
)
def test_the_page_tells_the_product_and_a_shared_slug_stays_apart(
    tmp_path: Path, path: str, credential_id: str, kind: str
) -> None:
    (item,) = read(tmp_path, {"course_url": f"https://www.coursera.org/{path}"}).items
    assert (item.credential_id, item.kind) == (credential_id, kind)


@pytest.mark.parametrize(
    ("text", "effort"),
    [
        ("16 hours", (None, 16.0)),
        ("1 hour", (None, 1.0)),
        ("10 months", (43.3, None)),
        ("1 month", (4.3, None)),
        ("6 weeks", (6.0, None)),
        ("1-3 months", (8.7, None)),
        ("Missing", (None, None)),
        ("", (None, None)),
    ],
)
def test_hours_are_workload_and_months_are_weeks_that_state_no_hours(
    text: str, effort: tuple[float | None, float | None]
) -> None:
    assert parse_effort(text) == effort


@pytest.mark.parametrize(
    ("text", "hours"),
    [("dedicating ~5 hours a week", 5.0), ("3-5 hours per week", 4.0), ("3 to 4 hours/week", 3.5), ("in a week", None)],
)
def test_hours_a_week_are_taken_where_the_description_states_them(text: str, hours: float | None) -> None:
    assert stated_hours_per_week(text) == hours


def test_months_with_stated_hours_a_week_have_a_workload(tmp_path: Path) -> None:
    stated = {"estimated_time_to_complete": "6 months", "description": "About 5 hours a week."}
    first, second = read(
        tmp_path, stated, {"course_url": f"{ROW['course_url']}-2"} | stated | {"description": ""}
    ).items
    assert (first.duration_weeks, first.workload_hours) == (26.0, 130)
    assert (second.duration_weeks, second.workload_hours) == (26.0, None)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("['Data Science', \"Bloom's Taxonomy\"]", ("Data Science", "Bloom's Taxonomy")),
        ("['Missing']", ()),
        ("[]", ()),
        ("", ()),
        ("['Extraction', ' Transformation And Loading (ETL)']", ("Extraction, Transformation And Loading (ETL)",)),
        ("['-\\tCritique a policy', 'SQL', 'sql']", ("Critique a policy", "SQL")),
        ("Data Science, SQL", ("Data Science", "SQL")),
    ],
)
def test_skills_are_read_from_the_text_of_a_list(text: str, labels: tuple[str, ...]) -> None:
    assert parse_skills(text) == labels


@pytest.mark.parametrize("text", ["['a', 5]", "[__import__('os')]", "['a'", "[" * 9_000, f"['{'a' * 20_000}']"])
def test_what_is_no_list_of_texts_is_refused_and_never_run(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_skills(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"course_url": "https://example.org/learn/sql"}, "is not the page of a Coursera product"),
        ({"course_name": " "}, "title is empty"),
        ({"course_rating": "-1"}, "rating is -1"),
        ({"course_rating": "nan?"}, "course_rating is 'nan?'"),
        ({"enrolled_student_count": "1e300"}, "learner_count is"),
        ({"skills": "[5]"}, "not a list of texts"),
    ],
)
def test_a_bad_row_is_skipped_and_reported(tmp_path: Path, change: dict[str, str], words: str) -> None:
    found = read(tmp_path, {"course_url": f"{ROW['course_url']}-2"}, change)
    assert [c.credential_id for c in found.items] == ["coursera:course/sql-2"]
    assert [(r.line, words in r.reason) for r in found.refusals] == [(3, True)]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_rows_for_one_page_the_one_with_more_learners_stays(tmp_path: Path, order: int) -> None:
    rows = [{"enrolled_student_count": "10"}, {"enrolled_student_count": "900"}][::order]
    found = read(tmp_path, *rows, rows[0])
    assert [c.learner_count for c in found.items] == [900]
    assert {r.reason.split(" with")[0] for r in found.refusals} == {f"repeats line {3 if order == 1 else 2}"}


def test_identical_rows_are_one_without_a_word(tmp_path: Path) -> None:
    found = read(tmp_path, {}, {})
    assert (len(found.items), found.rows, found.refusals) == (1, 2, ())


def test_text_that_was_encoded_twice_is_repaired() -> None:
    broken = "Itâ€™s a cafÃ© â€œhiâ€\x9d ðŸ˜€"
    assert repair_encoding(broken) == "It’s a café “hi” 😀"


@given(st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF)))
def test_text_that_was_encoded_once_is_left_alone(text: str) -> None:
    good = "".join(c for c in text if c not in "ÂÃâð")
    assert repair_encoding(good) == good


@pytest.mark.parametrize("text", ["château", "São Paulo", "MANHÃ", "â", "Über"])
def test_accents_of_languages_are_no_broken_encoding(text: str) -> None:
    assert repair_encoding(text) == text


def test_invisible_characters_and_bullets_are_cleaned_away() -> None:
    assert clean_line("Information\u200b \u200bSystems\u00ad \ufeff") == "Information Systems"
    assert clean_paragraphs("One.\u2028\uf0aeTwo\n\n\n\nThree!This one") == "One.\n• Two\n\nThree! This one"


@pytest.mark.real_data
def test_the_real_file_is_read_whole(real_data: Path) -> None:
    found = read_coursera(real_data / "catalogues" / "coursera_1000.csv")
    assert (len(found.items), found.rows, found.refusals) == (1_000, 1_000, ())
    assert Counter(c.kind for c in found.items) == {
        "micro-credential": 666, "certificate": 320, "professional-certificate": 14,
    }  # fmt: skip
    languages = Counter(c.languages for c in found.items)
    assert languages == {("en",): 910, ("es",): 61, ("ru",): 14, ("fr",): 8, ("ja",): 4, ("pt",): 3}
    assert sum(bool(c.outcomes) for c in found.items) == 729
    assert sum(c.workload_hours is not None for c in found.items) == 666
    verdict = validate_batch(found.items, {}, foreign=True, places=found.places)
    assert (len(verdict.accepted), verdict.refusals, verdict.warnings) == (1_000, (), ())
