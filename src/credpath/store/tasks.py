"""Tasks: what runs and what ran, one row each, the latest kept."""

from __future__ import annotations

from dataclasses import asdict, fields

from sqlalchemy import Connection, bindparam, delete, select

from credpath.domain.tasks import Task
from credpath.store.bulk import upsert
from credpath.store.tables import TaskRow, columns_of, table_of

MAX_KEPT = 200
_TASK = table_of(TaskRow)
_COLUMNS = columns_of(TaskRow, *(f.name for f in fields(Task)))
_LATEST = (
    select(*_COLUMNS)
    .where(_TASK.c.tenant == bindparam("tenant"))
    .order_by(_TASK.c.started_at.desc(), _TASK.c.task_id)
    .limit(bindparam("limit"))
)


def save_task(connection: Connection, tenant: str, task: Task) -> None:
    """Inserts or replaces the task; of those that ended only the latest MAX_KEPT stay."""
    upsert(connection, _TASK, [{"tenant": tenant, **asdict(task)}])
    if task.ended_at is not None:
        _drop_old(connection, tenant)


def list_tasks(connection: Connection, tenant: str, limit: int = 50) -> tuple[Task, ...]:
    """The tenant's tasks, latest first."""
    return tuple(Task(*row) for row in connection.execute(_LATEST, {"tenant": tenant, "limit": limit}))


def _drop_old(connection: Connection, tenant: str) -> None:
    older = select(_TASK.c.task_id).where(_TASK.c.tenant == tenant)
    older = older.order_by(_TASK.c.started_at.desc(), _TASK.c.task_id).limit(1_000).offset(MAX_KEPT)
    ids = list(connection.execute(older).scalars())
    if ids:
        connection.execute(delete(_TASK).where(_TASK.c.tenant == tenant, _TASK.c.task_id.in_(ids)))
