from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from credpath.errors import NotFound
from credpath.store.bulk import (
    Change,
    append_rows,
    insert_new,
    insert_one,
    of_stored_learner,
    replace_rows,
    rows_by_key,
    upsert,
)
from credpath.store.session import Database
from credpath.store.tables import LearnerRow, SkillGroupRow, table_of
from tests.store.samples import NOW

GROUP, LEARNER = table_of(SkillGroupRow), table_of(LearnerRow)
SCOPE = {"owner": "public", "scheme": "esco"}


def groups(connection: Connection) -> dict[str, str]:
    return {row.uri: row.label for row in connection.execute(select(GROUP.c.uri, GROUP.c.label))}


def learner(learner_id: str, profile: str = "{}") -> dict[str, Any]:
    return {"tenant": "acme", "learner_id": learner_id, "profile": profile, "updated_at": NOW}


@pytest.mark.parametrize("many", [3, 3_000])
def test_replacing_writes_only_what_differs_and_counts_it(database: Database, many: int) -> None:
    first = [(f"u{i:05d}", "old", "", "[]") for i in range(many)]
    second = [(f"u{i:05d}", "new" if i else "old", "", "[]") for i in range(many + 1)]
    with database.write() as connection:
        append_rows(connection, GROUP, [("other", "esco", "u", "kept", "", "[]")])
        assert replace_rows(connection, GROUP, SCOPE, first) == Change(inserted=many)
        assert replace_rows(connection, GROUP, SCOPE, first) == Change()
        assert replace_rows(connection, GROUP, SCOPE, second) == Change(inserted=1, updated=many - 1)
        assert groups(connection) == {"u": "kept", **{row[0]: row[1] for row in second}}
        assert replace_rows(connection, GROUP, SCOPE, []) == Change(removed=many + 1)
        assert groups(connection) == {"u": "kept"}


@pytest.mark.parametrize("many", [3, 700])
def test_only_rows_with_a_new_key_are_inserted_and_their_keys_returned(database: Database, many: int) -> None:
    with database.write() as connection:
        assert insert_new(connection, LEARNER, [learner("a1", "first")]) == {("acme", "a1")}
        rows = [learner(f"a{i}", "second") for i in range(many)]
        assert insert_new(connection, LEARNER, rows) == {("acme", f"a{i}") for i in range(many) if i != 1}
        assert insert_new(connection, LEARNER, rows) == set()
        assert insert_new(connection, LEARNER, []) == set()
        columns = (LEARNER.c.learner_id, LEARNER.c.profile, LEARNER.c.updated_at)
        assert {tuple(row) for row in rows_by_key(connection, columns, "acme", ["a1", "a2"])} == {
            ("a1", "first", NOW),
            ("a2", "second", NOW),
        }


def test_upserting_overwrites_all_but_the_key(database: Database) -> None:
    with database.write() as connection:
        upsert(connection, LEARNER, [learner("a", "first"), learner("b", "first")])
        upsert(connection, LEARNER, [learner("a", "second")])
        upsert(connection, LEARNER, [])
        found = connection.execute(select(LEARNER.c.learner_id, LEARNER.c.profile).order_by(LEARNER.c.learner_id))
        assert [tuple(row) for row in found] == [("a", "second"), ("b", "first")]


def test_looking_up_more_keys_than_fit_in_a_query_finds_them_all(database: Database) -> None:
    names = [f"a{i:04d}" for i in range(1_203)]
    with database.write() as connection:
        insert_new(connection, LEARNER, [learner(name) for name in names])
        columns = (LEARNER.c.learner_id, LEARNER.c.profile)
        assert sorted(row[0] for row in rows_by_key(connection, columns, "acme", [*names, "nobody"])) == names


def test_a_broken_reference_to_a_learner_reads_as_not_found() -> None:
    with pytest.raises(NotFound, match="'ada'"), of_stored_learner("ada"):
        raise IntegrityError("", {}, Exception("FOREIGN KEY"))


def test_one_row_is_inserted_once_and_read_as_any_other(database: Database) -> None:
    with database.write() as connection:
        assert insert_one(connection, LEARNER, learner("ada", "first"))
        assert not insert_one(connection, LEARNER, learner("ada", "second"))
        assert insert_one(connection, LEARNER, dict(reversed(learner("bob").items())))
        kept = connection.execute(select(LEARNER.c.learner_id, LEARNER.c.profile, LEARNER.c.updated_at)).all()
    assert sorted(map(tuple, kept)) == [("ada", "first", NOW), ("bob", "{}", NOW)]
