"""Group commit: one thread writes what many ask for, and answers each only when it is on disk."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, insert

from credpath.errors import NotReady
from credpath.store.session import Database, ends_transaction
from credpath.store.tables import FeatureSchemaRow, table_of

T = TypeVar("T")
Work = Callable[[Connection], Any]

MAX_QUEUED = 10_000
# A commit costs one flush of the disk however many jobs it holds; beyond this the flush is no longer what costs.
MAX_BATCH = 256
PATIENCE_SECONDS = 5.0
PROBE = "-"  # no tenant can be called so
_SCHEMA = table_of(FeatureSchemaRow)


@dataclass(slots=True)
class _Job:
    work: Work
    future: Future[Any] = field(default_factory=Future)
    value: Any = None
    error: BaseException | None = None


class GroupCommitWriter:
    """Runs write functions in the order given, as many as have gathered in one transaction.

    Each runs in its own savepoint, so that one that fails takes nothing of the others with it. While one commit
    is flushed, the next batch gathers; a lone job does not wait for company.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.Queue[_Job | None] = queue.Queue(MAX_QUEUED)
        self._closing = threading.Event()
        self._closed = threading.Event()
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queues `work`; the future has its result once the commit is durable, or what `work` raised.

        `work` runs again when PostgreSQL makes the batch lose a deadlock. Raises NotReady when the queue stays
        full or the writer is closed.
        """
        if self._closing.is_set():
            raise _closed()
        job = _Job(work)
        try:
            self._queue.put(job, timeout=PATIENCE_SECONDS)
        except queue.Full:
            raise NotReady("more is being written than the disk takes", fix="try again in a moment") from None
        if self._closed.is_set():  # it came after the last batch
            self._refuse_rest()
        return job.future

    @property
    def problem(self) -> str:
        """Why the last commit failed, such as a full disk; "" when it did not. A fault of one job is no reason."""
        return self._problem

    def try_again(self) -> Future[None]:
        """Writes something that leaves no trace: where nobody else writes, `problem` would never be over."""
        return self.submit(_write_and_remove)

    def close(self) -> None:
        """Writes everything queued, then stops. Further jobs are refused."""
        if not self._closing.is_set():
            self._closing.set()
            self._queue.put(None)
        self._thread.join()
        self._closed.set()
        self._refuse_rest()

    def _run(self) -> None:
        while batch := self._gather():
            self._commit([job for job in batch if job.future.set_running_or_notify_cancel()])

    def _gather(self) -> list[_Job]:
        """At least one job, or none when the writer is closed and everything is written."""
        batch: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            batch.append(job)
            if len(batch) == MAX_BATCH or self._queue.empty():
                return batch
            job = self._queue.get_nowait()  # nobody else takes from the queue
        if batch:
            self._queue.put(None)  # stop at the next turn
        return batch

    def _commit(self, batch: list[_Job]) -> None:
        try:
            self._database.transact(partial(_attempt_each, batch))
        except Exception as error:
            self._problem = error.what if isinstance(error, NotReady) else str(error)
            for job in batch:
                job.future.set_exception(error)
            return
        self._problem = ""
        for job in batch:
            if job.error is None:
                job.future.set_result(job.value)
            else:
                job.future.set_exception(job.error)

    def _refuse_rest(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._queue.get_nowait()
                if job is not None and job.future.set_running_or_notify_cancel():
                    job.future.set_exception(_closed())


def _attempt_each(batch: list[_Job], connection: Connection) -> None:
    for job in batch:
        _attempt(connection, job)


def _attempt(connection: Connection, job: _Job) -> None:
    """One job in its savepoint. What ends the whole transaction is raised, so that the batch runs again or fails."""
    job.error = None
    connection.exec_driver_sql("SAVEPOINT job")  # plain SQL: begin_nested compiles it anew for every job
    try:
        job.value = job.work(connection)
    except Exception as error:
        if ends_transaction(error):
            raise
        job.error = error
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
    connection.exec_driver_sql("RELEASE SAVEPOINT job")


def _write_and_remove(connection: Connection) -> None:
    # The page that held the row is written all the same, which a full disk does not take.
    row = {"tenant": PROBE, "feature_schema": PROBE, "names": "[]"}
    connection.execute(insert(_SCHEMA), row)
    connection.execute(delete(_SCHEMA).where(_SCHEMA.c.tenant == PROBE))


def _closed() -> NotReady:
    return NotReady("the server is shutting down", fix="try again in a moment")
