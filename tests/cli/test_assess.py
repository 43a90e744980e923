from __future__ import annotations

import pytest

from tests.cli.conftest import Run


def test_assess_tells_the_next_skill_as_one_json_document(sample_run: Run) -> None:
    done = sample_run("assess", "--goal", "data analyst", "--have", "spreadsheets", "--json")
    assert done.code == 0
    document = done.document
    assert document["done"] is False
    assert document["question"]["chosen"]["belief"]["skill_uri"]
    assert document["why"]


def test_assess_speaks_to_a_person_and_never_waits_without_a_terminal(sample_run: Run) -> None:
    done = sample_run("assess", "--learner", "learner-001")
    assert done.code == 0
    assert "First now: " in done.out


def test_assess_names_a_question_even_where_it_is_sure_and_says_so(sample_run: Run) -> None:
    known = ("--goal", "maintenance technician", "--have", "hydraulics")
    asked = sample_run("assess", *known, "--even-if-sure", "--json").document
    assert asked["question"]["chosen"]["belief"]["skill_uri"]
    assert ("Sure already" in sample_run("assess", *known, "--even-if-sure").out) == asked["done"]


def test_assessing_nobody_toward_nothing_is_misuse(sample_run: Run) -> None:
    done = sample_run("assess", "--json")
    assert done.code == 2
    assert done.document["where"] == "--goal"


@pytest.mark.parametrize("command", [("assess",), ("recommend",), ("path",), ("compare", "--goal", "web developer")])
def test_a_held_credential_that_is_not_in_the_catalogue_is_refused_by_its_option(
    sample_run: Run, command: tuple[str, ...]
) -> None:
    done = sample_run(*command, "--goal", "data analyst", "--held", "nosuch", "--json")
    assert done.code == 1
    assert (done.document["where"], done.document["what"]) == ("--held", "no credential 'nosuch'")
