from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from credpath.domain.catalogue import Credential, LearningOutcome
from credpath.service import catalogue
from credpath.service.catalogue_review import Reviewer, page_of, record_review
from tests.api.world import World, open_world, uri


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = open_world(tmp_path)
    yield made
    made.context.close()


def test_a_catalogue_is_judged_with_what_to_mend(world: World) -> None:
    found = Reviewer().review(world.context, "campus")
    assert found.health.credentials == 8
    # Nobody imported a taxonomy into the database, so nobody asks for anything there.
    assert found.counts["unneeded"] == 8
    assert found.counts["incomplete"] == 8
    assert found.records == 8


def test_another_tenant_sees_its_own_catalogue_alone(world: World) -> None:
    found = Reviewer().review(world.context, "other")
    assert (found.health.credentials, found.issues) == (0, ())


def test_a_review_is_made_again_when_the_catalogue_changes(world: World) -> None:
    reviewer = Reviewer()
    first = reviewer.review(world.context, "campus")
    assert reviewer.review(world.context, "campus") is first
    outcomes = (LearningOutcome("SQL", uri("SQL")),)
    catalogue.put_credential(world.context, "campus", Credential("new", "Zebra <course>", outcomes=outcomes))
    second = reviewer.review(world.context, "campus")
    assert second.health.credentials == 9
    assert page_of(second, query="zebra").total == 4


def test_issues_are_searched_and_come_by_page(world: World) -> None:
    found = Reviewer().review(world.context, "campus")
    first = page_of(found, "incomplete", "", 1, 5)
    assert (len(first.issues), first.total, first.page, first.pages) == (5, 8, 1, 2)
    last = page_of(found, "incomplete", "", 99, 5)
    assert (len(last.issues), last.page) == (3, 2)
    assert not set(first.issues) & set(last.issues)
    assert {i.credential_id for i in page_of(found, query="SQL COURSE").issues} == {
        "sql-basics",
        "sql-advanced",
        "analyst",
    }
    assert page_of(found, query="nothing like it").total == 0


def test_a_record_is_shown_with_what_it_is_taken_to_teach(world: World) -> None:
    found = Reviewer().review(world.context, "campus")
    record = catalogue.get_credential(world.context, "campus", "sheets")
    shown = record_review(world.context, "campus", found, record)
    assert {shown.labels[link.skill_uri] for link in shown.links} == {"spreadsheets", "budgeting"}
    assert "eqf_level" in shown.missing
    assert {issue.credential_id for issue in shown.issues} == {"sheets"}
