from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from credpath.store.session import Database
from credpath.store.tasks import MAX_KEPT, list_tasks, save_task
from tests.store.samples import LATER, NOW, a_task


def test_a_task_is_replaced_by_what_it_has_become(database: Database) -> None:
    ended = replace(a_task(), state="done", detail="40 rows", done=40, ended_at=LATER)
    with database.write() as connection:
        save_task(connection, "acme", a_task())
        assert list_tasks(connection, "acme") == (a_task(),)
        save_task(connection, "acme", ended)
        assert list_tasks(connection, "acme") == (ended,)
        assert list_tasks(connection, "globex") == ()


def test_the_latest_come_first_and_the_oldest_go(database: Database) -> None:
    with database.write() as connection:
        for n in range(MAX_KEPT + 5):
            at = NOW + timedelta(seconds=n)
            save_task(connection, "acme", a_task(f"t{n:03}", started_at=at, updated_at=at, state="done", ended_at=at))
        found = list_tasks(connection, "acme", limit=1_000)
    assert len(found) == MAX_KEPT
    assert found[0].task_id == f"t{MAX_KEPT + 4}"
    assert found[-1].task_id == "t005"
