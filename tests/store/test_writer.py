from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import pytest
from sqlalchemy import Connection, text

from credpath.errors import Conflict, NotReady
from credpath.store.impressions import save_impression
from credpath.store.learners import ensure_learners
from credpath.store.outcomes import outcomes_of, save_outcomes
from credpath.store.session import Database
from credpath.store.writer import MAX_BATCH, GroupCommitWriter
from tests.store.full_disk import no_room
from tests.store.samples import NOW, an_impression, an_outcome


def stored(database: Database) -> set[str]:
    with database.read() as connection:
        return {outcome.outcome_id for outcome in outcomes_of(connection, "acme", "ada")}


def test_a_result_comes_when_it_can_be_read_by_others(database: Database) -> None:
    writer = GroupCommitWriter(database)
    saved = writer.submit(lambda c: save_outcomes(c, "acme", [an_outcome()])).result(timeout=10)
    assert saved.inserted == 1
    assert stored(database) == {"o1"}
    writer.close()


def test_one_that_fails_takes_nothing_of_the_others_with_it(database: Database) -> None:
    with database.write() as connection:
        ensure_learners(connection, "acme", ["ada"], NOW)
        save_impression(connection, "acme", an_impression())
    writer, gate = GroupCommitWriter(database), threading.Event()

    def half(connection: Connection) -> None:
        save_outcomes(connection, "acme", [an_outcome("half")])
        save_impression(connection, "acme", an_impression())

    writer.submit(lambda _: gate.wait(10))
    good = [writer.submit(lambda c, i=i: save_outcomes(c, "acme", [an_outcome(f"o{i}")])) for i in range(3)]
    bad = [
        writer.submit(half),
        writer.submit(lambda c: c.execute(text("SELECT * FROM nowhere"))),
        writer.submit(lambda c: 1 // 0),
    ]
    good += [writer.submit(lambda c, i=i: save_outcomes(c, "acme", [an_outcome(f"p{i}")])) for i in range(3)]
    gate.set()
    assert [future.result(timeout=10).inserted for future in good] == [1] * 6
    errors = [future.exception(timeout=10) for future in bad]
    assert isinstance(errors[0], Conflict)
    assert isinstance(errors[2], ZeroDivisionError)
    assert "nowhere" in str(errors[1])
    assert stored(database) == {"o0", "o1", "o2", "p0", "p1", "p2"}
    writer.close()


def test_jobs_run_in_the_order_given_and_closing_writes_them_all(database: Database) -> None:
    writer, order = GroupCommitWriter(database), []
    futures = [writer.submit(lambda _, i=i: order.append(i)) for i in range(3 * MAX_BATCH + 1)]
    writer.close()
    writer.close()
    assert order == list(range(3 * MAX_BATCH + 1))
    assert all(future.done() for future in futures)


def test_a_closed_writer_refuses_and_never_leaves_anybody_waiting(sqlite_database: Database) -> None:
    writer = GroupCommitWriter(sqlite_database)
    answers: list[object] = []

    def keep_writing() -> None:
        for number in range(10_000):
            try:
                answers.append(writer.submit(lambda _, n=number: n).result(timeout=10))
            except NotReady as refused:
                answers.append(refused)
                return

    with ThreadPoolExecutor(8) as threads:
        running = [threads.submit(keep_writing) for _ in range(8)]
        time.sleep(0.05)
        writer.close()
        done, waiting = wait(running, timeout=20)
    assert not waiting
    assert all(future.exception() is None for future in done)
    assert sum(isinstance(answer, NotReady) for answer in answers) == 8
    with pytest.raises(NotReady, match="shutting down"):
        writer.submit(lambda _: None)


def test_a_job_that_was_cancelled_in_time_does_not_run(sqlite_database: Database) -> None:
    writer, gate, ran = GroupCommitWriter(sqlite_database), threading.Event(), []
    writer.submit(lambda _: gate.wait(10))
    time.sleep(0.02)
    cancelled = writer.submit(lambda _: ran.append("cancelled"))
    kept = writer.submit(lambda _: ran.append("kept"))
    assert cancelled.cancel()
    gate.set()
    kept.result(timeout=10)
    assert ran == ["kept"]
    writer.close()


def test_a_database_that_fails_answers_every_job_and_recovers(sqlite_database: Database) -> None:
    impatient = Database(str(sqlite_database.url), busy_seconds=0.05)
    writer = GroupCommitWriter(impatient)
    with sqlite_database.write():
        futures = [writer.submit(lambda c: save_outcomes(c, "acme", [an_outcome()])) for _ in range(3)]
        assert all(isinstance(future.exception(timeout=10), NotReady) for future in futures)
    assert writer.submit(lambda c: save_outcomes(c, "acme", [an_outcome()])).result(timeout=10).inserted == 1
    writer.close()
    impatient.dispose()


def test_what_kept_it_from_writing_is_told_until_a_commit_succeeds(sqlite_database: Database) -> None:
    writer = GroupCommitWriter(sqlite_database)
    assert writer.submit(lambda _: 1).result(timeout=10) == 1
    assert isinstance(writer.submit(lambda c: c.execute(text("SELECT * FROM nowhere"))).exception(10), Exception)
    assert writer.problem == "", "a fault of the job"
    with no_room(sqlite_database):
        assert isinstance(writer.submit(lambda c: save_outcomes(c, "acme", [an_outcome()])).exception(10), NotReady)
        assert "disk" in writer.problem
        assert isinstance(writer.try_again().exception(timeout=10), NotReady)
    writer.try_again().result(timeout=10)
    assert writer.problem == ""
    writer.close()


def test_a_database_that_may_not_grow_is_no_fault_of_the_job(sqlite_database: Database) -> None:
    writer = GroupCommitWriter(sqlite_database)

    def forbid_growth(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    writer.submit(forbid_growth).result(timeout=10)
    many = [an_outcome(f"o{i}") for i in range(500)]
    with pytest.raises(NotReady, match="full"):
        writer.submit(lambda c: save_outcomes(c, "acme", many)).result(timeout=10)
    assert "full" in writer.problem
    writer.close()


def test_a_trial_to_write_leaves_no_trace(database: Database) -> None:
    writer = GroupCommitWriter(database)
    for trial in [writer.try_again() for _ in range(3)]:
        trial.result(timeout=10)
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM feature_schema")).scalar() == 0
    writer.close()


def test_jobs_that_wait_are_committed_together(sqlite_database: Database) -> None:
    writer, gate, used = GroupCommitWriter(sqlite_database), threading.Event(), []

    def job(connection: Connection, number: int) -> None:
        used.append(connection.get_transaction())
        save_outcomes(connection, "acme", [an_outcome(f"o{number}")])

    writer.submit(lambda _: gate.wait(10))
    waiting = [writer.submit(partial(job, number=number)) for number in range(3 * MAX_BATCH)]
    gate.set()
    for future in waiting:
        future.result(timeout=30)
    writer.close()
    assert len(stored(sqlite_database)) == 3 * MAX_BATCH
    assert len(set(used)) <= 4  # some may be in the batch of the one that holds the others up
