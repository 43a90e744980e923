from __future__ import annotations

from credpath.errors import Refusal
from credpath.store.imports import MAX_REFUSALS_KEPT, ImportRun, list_imports, record_import
from credpath.store.session import Database
from tests.store.samples import LATER, NOW


def test_imports_are_numbered_and_listed_newest_first(database: Database) -> None:
    refusals = (Refusal("c.csv", 2, "no title", "add one"), Refusal("c.csv", 0, "é", ""))
    with database.write() as connection:
        assert record_import(connection, "acme", "catalogue/csv", NOW, {"read": 3, "inserted": 1}, refusals) == 1
        assert record_import(connection, "acme", "learners", LATER, {}) == 2
        assert list_imports(connection, "acme") == (
            ImportRun(2, "learners", LATER, {}, 0, ()),
            ImportRun(1, "catalogue/csv", NOW, {"read": 3, "inserted": 1}, 2, refusals),
        )
        assert [run.number for run in list_imports(connection, "acme", limit=1)] == [2]


def test_of_very_many_refusals_all_are_counted_and_the_first_kept(database: Database) -> None:
    refusals = [Refusal("c.csv", line, "bad") for line in range(MAX_REFUSALS_KEPT + 5)]
    with database.write() as connection:
        record_import(connection, "acme", "catalogue/csv", NOW, {}, refusals)
        run = list_imports(connection, "acme")[0]
    assert (run.refused, run.refusals) == (MAX_REFUSALS_KEPT + 5, tuple(refusals[:MAX_REFUSALS_KEPT]))
