from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, LearningOutcome
from credpath.errors import Conflict
from credpath.store.credentials import (
    catalogue_version,
    get_credential,
    list_credentials,
    load_catalogue,
    save_credentials,
)
from credpath.store.session import Database
from tests.store.samples import FULL_CREDENTIAL, LATER, NOW, a_credential

batches = st.lists(
    st.dictionaries(st.sampled_from("abcde"), st.sampled_from(["one", "two", "three"])), min_size=1, max_size=5
)


def test_every_field_of_a_credential_comes_back(database: Database) -> None:
    with database.write() as connection:
        save_credentials(connection, "acme", [FULL_CREDENTIAL], NOW)
    with database.read() as connection:
        assert get_credential(connection, "acme", FULL_CREDENTIAL.credential_id) == FULL_CREDENTIAL
        assert get_credential(connection, "acme", "other") is None


def test_saving_again_changes_neither_rows_nor_version(database: Database) -> None:
    with database.write() as connection:
        before = catalogue_version(connection, "acme")
        first = save_credentials(connection, "acme", [FULL_CREDENTIAL, a_credential()], NOW)
        again = save_credentials(connection, "acme", [a_credential(), FULL_CREDENTIAL], LATER)
        changed = save_credentials(connection, "acme", [a_credential(title="New"), a_credential("c2")], LATER)
        assert catalogue_version(connection, "acme") == changed.version
    assert (first.inserted, first.updated, first.unchanged) == (2, 0, 0)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 2)
    assert (changed.inserted, changed.updated, changed.unchanged) == (1, 1, 0)
    assert first.version == again.version
    assert len({before, first.version, changed.version}) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(batches)
def test_the_version_tells_the_content_whatever_way_led_to_it(
    database: Database, updates: list[dict[str, str]]
) -> None:
    tenants = [uuid4().hex, uuid4().hex]
    final: dict[str, str] = {}
    with database.write() as connection:
        for update in updates:
            final.update(update)
            save_credentials(connection, tenants[0], [a_credential(k, title=t) for k, t in update.items()], NOW)
        at_once = [a_credential(k, title=t) for k, t in sorted(final.items(), reverse=True)]
        save_credentials(connection, tenants[1], at_once, NOW)
        versions = {catalogue_version(connection, tenant) for tenant in tenants}
        assert load_catalogue(connection, tenants[0]) == tuple(sorted(at_once, key=lambda c: c.credential_id))
    assert len(versions) == 1


def test_an_id_with_two_contents_in_one_batch_is_refused_by_name(database: Database) -> None:
    with database.write() as connection:
        with pytest.raises(Conflict, match="'c1'"):
            save_credentials(connection, "acme", [a_credential(), a_credential(title="Other")], NOW)
        assert save_credentials(connection, "acme", [a_credential(), a_credential()], NOW).inserted == 1


def test_the_catalogue_loads_sorted_by_code_point_on_every_engine(database: Database) -> None:
    names = ["b", "B", "a", "ä", "z", "Z", "10", "9", "\U0001f600", "￿"]
    with database.write() as connection:
        save_credentials(connection, "acme", [a_credential(name) for name in names], NOW)
        assert [c.credential_id for c in load_catalogue(connection, "acme")] == sorted(names)


def catalogue() -> list[Credential]:
    return [
        a_credential("c1", title="SQL for beginners", awarding_body="École 42"),
        a_credential("c2", title="sql again", outcomes=(LearningOutcome("Joins tables"),)),
        a_credential("c3", title="Advanced  Statistics"),
        a_credential("c4", title="advanced statistics"),
        a_credential("x%_/y", title="100 % data"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["x%_/y", "c3", "c4", "c2", "c1"]),
        ("SQL", ["c2", "c1"]),
        ("beginners sql", ["c1"]),
        ("ÉCOLE", ["c1"]),
        ("joins", ["c2"]),
        ("sta", ["c3", "c4"]),
        ("c3", ["c3"]),
        ("%", ["x%_/y"]),
        ("_/", ["x%_/y"]),
        ("s_l", []),
        ("  ", ["x%_/y", "c3", "c4", "c2", "c1"]),
    ],
)
def test_a_query_finds_every_word_in_any_case_by_title(database: Database, query: str, found: list[str]) -> None:
    with database.write() as connection:
        save_credentials(connection, "acme", catalogue(), NOW)
        assert [c.credential_id for c in list_credentials(connection, "acme", query)] == found


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_follow_each_other_without_gap_or_repeat(database: Database, limit: int) -> None:
    with database.write() as connection:
        save_credentials(connection, "acme", catalogue(), NOW)
        whole = list_credentials(connection, "acme")
        pages: list[Credential] = []
        while page := list_credentials(connection, "acme", after=pages[-1].credential_id if pages else "", limit=limit):
            assert len(page) <= limit
            pages.extend(page)
    assert tuple(pages) == whole


def test_the_longest_title_that_the_domain_allows_is_stored(database: Database) -> None:
    longest = a_credential("\U0001f393" * 200, title="\U0001f393" * 500, description="ﷺ" * 20_000)
    with database.write() as connection:
        save_credentials(connection, "acme", [longest], NOW)
        assert list_credentials(connection, "acme", "\U0001f393") == (longest,)


def test_thousands_of_credentials_come_back_as_they_were_saved(sqlite_database: Database) -> None:
    outcomes = tuple(LearningOutcome(f"does thing {i}", level=0.8) for i in range(5))
    many = [replace(FULL_CREDENTIAL, credential_id=f"c{i:05d}", outcomes=outcomes) for i in range(4_000)]
    with sqlite_database.write() as connection:
        save_credentials(connection, "acme", many, NOW)
    with sqlite_database.read() as connection:
        assert load_catalogue(connection, "acme") == tuple(many)
