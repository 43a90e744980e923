"""Long work that says how far it is: an import, a bundle, a retraining writes its progress, a dashboard reads it.

What is written never delays or fails the work: it goes through the writer, which nobody waits for, and what cannot
be written is left out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from credpath.domain.tasks import Task, TaskKind, TaskState
from credpath.errors import BatchRefused, CredpathError, NotReady
from credpath.service.context import Context
from credpath.service.tenants import PUBLIC
from credpath.store import imports as import_rows
from credpath.store import tasks as rows
from credpath.store.imports import ImportRun

# Between two signs of life, and between two rows while the work tells more often.
HEARTBEAT_SECONDS = 5.0
MAX_WORDS = 200
STOPPED = "stopped by an error; its own output says which"


@dataclass(frozen=True, slots=True)
class ListedTask:
    """A task with what it looks like at one moment. `shared`: done for all tenants."""

    task: Task
    state: TaskState
    seconds: float
    shared: bool


@dataclass
class Progress:
    """What the work tells; a thread of its own writes it down."""

    _context: Context
    _tenant: str
    _task: Task
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)
    _written: Future[Any] | None = None

    def tell(self, stage: str, done: int = 0, total: int | None = None) -> None:
        """The stage that the work is at, and how much of it is done."""
        with self._lock:
            self._task = replace(self._task, stage=stage[:MAX_WORDS], done=done, total=total)

    def came_to(self, detail: str) -> None:
        """What the work came to, in a few words."""
        with self._lock:
            self._task = replace(self._task, detail=" ".join(detail.split())[:MAX_WORDS])

    def beside(self, told: Callable[[str, int], None]) -> Callable[[str, int], None]:
        """A callback (stage, rows done) that tells here and there."""

        def both(stage: str, done: int) -> None:
            self.tell(stage, done)
            told(stage, done)

        return both

    def follow(self) -> None:
        """Writes a sign of life every few seconds, until the end."""
        self._write()
        while not self._ended.wait(HEARTBEAT_SECONDS):
            self._write()

    def end(self, state: TaskState) -> None:
        """The last row: how it ended."""
        self._ended.set()
        with self._lock:
            self._task = replace(self._task, state=state, ended_at=self._context.clock())
        self._write(last=True)

    def _write(self, *, last: bool = False) -> None:
        with self._lock:
            if (self._ended.is_set() and not last) or not (last or self._written is None or self._written.done()):
                return  # the writer is busy with somebody's import; the next sign of life says more anyway
            self._task = replace(self._task, updated_at=self._context.clock())
            tenant, task = self._tenant, self._task
            try:
                self._written = self._context.writer.submit(lambda c: rows.save_task(c, tenant, task))
            except NotReady:
                self._written = None


@contextmanager
def followed(context: Context, tenant: str, kind: TaskKind, title: str) -> Iterator[Progress]:
    """A block of work with a row of its own. It ends as done, or as failed with the kind of error.

    An error's words may name a learner or a folder, so only those that count are kept.
    """
    now = context.clock()
    task = Task(context.new_id(), kind, title[:MAX_WORDS], "running", "", now, now)
    progress = Progress(context, tenant, task)
    thread = threading.Thread(target=progress.follow, name="progress", daemon=True)
    thread.start()
    try:
        yield progress
    except BaseException as error:
        progress.came_to(_why(error))
        progress.end("failed")
        raise
    progress.end("done")


def list_tasks(context: Context, tenant: str, limit: int = 50) -> tuple[ListedTask, ...]:
    """The tenant's tasks and those that are everybody's, latest first."""
    now = context.clock()
    with context.database.read() as connection:
        found = [(task, owner == PUBLIC) for owner in (tenant, PUBLIC)
                 for task in rows.list_tasks(connection, owner, limit)]  # fmt: skip
    found.sort(key=lambda pair: (pair[0].started_at, pair[0].task_id), reverse=True)
    return tuple(_listed(task, shared, now) for task, shared in found[:limit])


def _listed(task: Task, shared: bool, now: datetime) -> ListedTask:
    return ListedTask(task, task.state_at(now), task.seconds_at(now), shared)


def _why(error: BaseException) -> str:
    if isinstance(error, BatchRefused):
        return error.what
    return error.slug if isinstance(error, CredpathError) else STOPPED


def list_imports(context: Context, tenant: str, limit: int = 20) -> tuple[ImportRun, ...]:
    """What was imported, latest first, with the rows that were refused."""
    with context.database.read() as connection:
        return import_rows.list_imports(connection, tenant, limit)
