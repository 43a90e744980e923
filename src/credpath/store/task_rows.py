"""The rows of what was done and what is being done: imports, bundles being built, retrainings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from credpath.store.schema import CLUSTERED, KEY, OfTenant


class TaskRow(OfTenant, table=True):
    """How far a long piece of work has come, as the process that does it says. It holds nothing about a learner."""

    __tablename__ = "task"
    __table_args__ = (Index(None, "tenant", "started_at"), CLUSTERED)
    task_id: str = Field(sa_type=KEY, primary_key=True)
    kind: str
    title: str
    state: str
    stage: str
    done: int
    total: int | None = None
    detail: str
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None


class ImportRunRow(OfTenant, table=True):
    """What an import did. `number` counts within the tenant."""

    __tablename__ = "import_run"
    __table_args__ = (CLUSTERED,)
    number: int = Field(primary_key=True)
    kind: str
    at: datetime
    counts: str
    refused: int
    refusals: str
