from __future__ import annotations

from datetime import date, timedelta

from credpath.store.impressions import save_impression
from credpath.store.learners import ensure_learners
from credpath.store.outcomes import save_outcomes
from credpath.store.session import Database
from credpath.store.traffic import count_answered, count_happened, count_shown, last_shown_at, latest_shown, total_shown
from tests.store.samples import NOW, an_impression, an_outcome

DAY = timedelta(days=1)


def fill(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        for key, at, degraded in (("i1", NOW, False), ("i2", NOW, True), ("i3", NOW + DAY, False), ("i4", NOW, False)):
            made = an_impression(key, shown_at=at, degraded=degraded, policy="rules", learner_id="ada")
            save_impression(connection, "acme", made)
        save_outcomes(connection, "acme", [
            an_outcome("o1", kind="clicked", impression_id="i1", occurred_at=NOW),
            an_outcome("o2", kind="clicked", impression_id="i1", occurred_at=NOW + DAY),
            an_outcome("o3", kind="enrolled", impression_id="i1", occurred_at=NOW + DAY),
            an_outcome("o4", kind="clicked", impression_id="", occurred_at=NOW),
        ])  # fmt: skip


def test_impressions_are_counted_by_day_policy_and_fallback(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        found = count_shown(connection, "acme", NOW - DAY, NOW + 2 * DAY)
        assert [tuple(one) for one in found] == [
            (date(2026, 11, 21), "rules", False, 2),
            (date(2026, 11, 21), "rules", True, 1),
            (date(2026, 11, 22), "rules", False, 1),
        ]
        assert count_shown(connection, "acme", NOW + 2 * DAY, NOW + 3 * DAY) == ()
        assert total_shown(connection, "acme", NOW, NOW + 2 * DAY) == 4
        assert total_shown(connection, "acme", NOW, NOW + DAY) == 3


def test_outcomes_are_counted_by_day_and_an_impression_once_a_kind(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        found = count_happened(connection, "acme", NOW, NOW + 2 * DAY)
        assert [tuple(one) for one in found] == [
            (date(2026, 11, 21), "clicked", 2),
            (date(2026, 11, 22), "clicked", 1),
            (date(2026, 11, 22), "enrolled", 1),
        ]
        assert count_answered(connection, "acme", NOW, NOW + 2 * DAY) == {"clicked": 1, "enrolled": 1}


def test_what_was_shown_last_comes_first(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        assert last_shown_at(connection, "acme") == NOW + DAY
        assert last_shown_at(connection, "globex") is None
        lines = latest_shown(connection, "acme", NOW + 2 * DAY, 3)
        assert [line.impression_id for line in lines] == ["i3", "i1", "i2"]
        assert lines[0].shown_at == NOW + DAY
        assert lines[0].slate == an_impression().slate
        assert [line.impression_id for line in latest_shown(connection, "acme", NOW + DAY)] == ["i1", "i2", "i4"]


def test_counting_reads_the_index_alone(sqlite_database: Database) -> None:
    """What is shown by the hundred thousand is counted without a look at the rows."""
    with sqlite_database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
    with sqlite_database.read() as connection:
        for statement in (
            "SELECT substr(shown_at, 1, 10), policy, degraded, count(*) FROM impression "
            "WHERE tenant = 'acme' AND shown_at >= '2026' AND shown_at < '2027' GROUP BY 1, 2, 3",
            "SELECT substr(occurred_at, 1, 10), kind, count(*) FROM outcome "
            "WHERE tenant = 'acme' AND occurred_at >= '2026' AND occurred_at < '2027' GROUP BY 1, 2",
            "SELECT kind, count(DISTINCT impression_id) FROM outcome "
            "WHERE tenant = 'acme' AND occurred_at >= '2026' AND occurred_at < '2027' GROUP BY 1",
        ):
            plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
            assert "USING COVERING INDEX" in plan, plan
