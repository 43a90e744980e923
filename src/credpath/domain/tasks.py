"""A long piece of work and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

TaskKind = Literal["import", "bundle", "retraining"]
TaskState = Literal["running", "done", "failed", "stopped"]
# Whoever works says so every few seconds; silence this long means that the process is gone.
SILENT_AFTER = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Task:
    """`done` of `total` (None: not known beforehand) of the present `stage`. `detail`: what came of it."""

    task_id: str
    kind: TaskKind
    title: str
    state: TaskState
    stage: str
    started_at: datetime
    updated_at: datetime
    done: int = 0
    total: int | None = None
    detail: str = ""
    ended_at: datetime | None = None

    def state_at(self, now: datetime) -> TaskState:
        """The state, where "running" without a sign of life for long is "stopped"."""
        silent = self.state == "running" and now - self.updated_at > SILENT_AFTER
        return "stopped" if silent else self.state

    def seconds_at(self, now: datetime) -> float:
        """How long it has taken, or took, to its end or last sign of life."""
        end = self.ended_at or (now if self.state_at(now) == "running" else self.updated_at)
        return max(0.0, (end - self.started_at).total_seconds())

    @property
    def share(self) -> float | None:
        """How much of the stage is done, 0..1; None where that is not known."""
        return min(1.0, self.done / self.total) if self.total else None
