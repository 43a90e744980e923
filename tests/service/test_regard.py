from __future__ import annotations

from pathlib import Path

import pytest

from credpath.domain.catalogue import Credential, LearningOutcome
from credpath.service import catalogue
from credpath.service.reach import reach
from credpath.service.regard import practical, regards
from tests.api.world import World, open_world, uri


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("regard")
    made = open_world(folder)
    record = Credential(
        "full", "Full", description="All there is.", awarding_body="A body", country="ES", languages=("es", "en"),
        outcomes=(LearningOutcome("SQL", uri("SQL")),), workload_hours=20.0, ects=1.0, eqf_level=5,
        assessment_type="project with rubric", participation="online", quality_assurance="programme accreditation",
        supervision="supervised onsite with identity check", countries_open_to=("ES", "PT"),
    )  # fmt: skip
    catalogue.put_credential(made.context, "campus", record)
    catalogue.put_credential(made.context, "campus", Credential("bare", "Bare", stacks_into=("analyst",)))
    return made


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("practical demonstration", "practical"), ("project with rubric", "practical"), ("portfolio", "practical"),
        ("assessed simulation", "practical"), ("written case study", "partly"), ("written exam", "no"),
        ("online quizzes", "no"), ("proctored online exam", "no"), ("", "unstated"), ("  ", "unstated"),
    ],
)  # fmt: skip
def test_how_one_is_assessed_is_read_from_the_record(words: str, expected: str) -> None:
    assert practical(words) == expected


def test_a_full_record_lacks_nothing_and_says_who_wants_what_it_teaches(world: World) -> None:
    (found,) = regards(world.context, "campus", ["full"])
    assert (found.complete, found.lacking) == (9, ())
    assert (found.accreditation, found.practical, found.watched) == ("programme accreditation", "practical", True)
    assert found.teaches == ("SQL",)
    assert (found.wanted_by, found.occupations) == (2, 3)  # data analyst and web developer


def test_a_bare_record_says_what_it_lacks(world: World) -> None:
    (found,) = regards(world.context, "campus", ["bare"])
    assert found.accreditation == ""
    assert found.watched is None
    assert "quality assurance" in found.lacking
    assert found.counts_toward == ("SQL and statistics and data visualisation course",)


def test_the_order_is_that_of_the_question_and_the_unknown_is_left_out(world: World) -> None:
    found = regards(world.context, "campus", ["statistics", "nothing", "full", "statistics"])
    assert [one.record.credential_id for one in found] == ["statistics", "full"]


def test_a_catalogue_reaches_the_languages_and_countries_of_its_records(world: World) -> None:
    assert reach(world.context, "campus").languages == ("en", "es")
    assert reach(world.context, "campus").countries == ("ES", "PT")
