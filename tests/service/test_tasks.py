from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from credpath.errors import BatchRefused, InvalidInput, Refusal
from credpath.service.context import Context
from credpath.service.importing import import_learners
from credpath.service.tasks import STOPPED, followed, list_tasks
from credpath.service.tenants import PUBLIC
from credpath.store.tasks import save_task
from tests.api.world import open_world
from tests.store.samples import a_task


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return open_world(tmp_path).context


def settled(context: Context) -> None:
    """Waits for everything that was queued to be written."""
    context.writer.submit(lambda _: None).result()


def test_work_says_how_far_it_is_and_what_came_of_it(context: Context) -> None:
    with followed(context, "campus", "import", "a file") as progress:
        progress.tell("reading", 3, 12)
        progress.came_to("12  rows\nread")
    settled(context)
    (found,) = list_tasks(context, "campus")
    assert (found.state, found.task.stage, found.task.share, found.task.detail) == (
        "done", "reading", 0.25, "12 rows read",
    )  # fmt: skip
    assert list_tasks(context, "other") == ()


def test_work_that_fails_keeps_its_error_and_tells_only_what_names_nobody(context: Context) -> None:
    errors = (
        (BatchRefused("2 bad rows", [Refusal("f", 1, "ada is no learner")]), "2 bad rows"),
        (InvalidInput("ada is no learner", where="f"), "invalid-input"),
        (ZeroDivisionError("ada"), STOPPED),
    )
    for error, _ in errors:
        with pytest.raises(type(error)), followed(context, "campus", "import", "a file"):
            raise error
    settled(context)
    found = {one.task.detail: one.state for one in list_tasks(context, "campus")}
    assert found == {detail: "failed" for _, detail in errors}


def test_a_task_is_seen_while_it_runs(context: Context) -> None:
    ready, go = threading.Event(), threading.Event()

    def work() -> None:
        with followed(context, "campus", "bundle", "bundle"):
            ready.set()
            go.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait(10)
    try:
        for _ in range(500):
            settled(context)
            if found := list_tasks(context, "campus"):
                break
        assert found[0].state == "running"
    finally:
        go.set()
        thread.join()


def test_what_is_done_for_everybody_is_seen_by_everybody(context: Context) -> None:
    now = context.clock()
    silent = a_task("t2", started_at=now - timedelta(hours=1), updated_at=now - timedelta(hours=1))
    shared = a_task("t1", kind="bundle", started_at=now, updated_at=now, state="done", ended_at=now)
    with context.database.write() as connection:
        save_task(connection, PUBLIC, shared)
        save_task(connection, "campus", silent)
    found = list_tasks(context, "campus")
    assert [(one.task.task_id, one.state, one.shared) for one in found] == [
        ("t1", "done", True),
        ("t2", "stopped", False),
    ]
    assert [one.task for one in list_tasks(context, "other")] == [shared]


def test_a_database_that_cannot_be_written_fails_no_work(context: Context) -> None:
    context.writer.close()
    with followed(context, "campus", "import", "a file") as progress:
        progress.tell("reading")
    assert list_tasks(context, "campus") == ()


def test_an_import_is_a_task(context: Context, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text('{"learner_id": "ada"}\n{"learner_id": "bob"}\n', encoding="utf-8")
    import_learners(context, "campus", file, lambda _stage, _rows: None)
    settled(context)
    (found,) = list_tasks(context, "campus")
    assert (found.task.title, found.task.detail) == ("learners: people.jsonl", "2 new, 0 changed, 0 unchanged")
    assert replace(found.task, state="done") == found.task
