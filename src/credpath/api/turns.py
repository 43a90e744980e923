"""Planning a path takes hundreds of times as long as a recommendation, so it waits for its turn, beside the threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from credpath.errors import NotReady

T = TypeVar("T")
# More than these would wait longer than any client does.
MOST_WAITING = 64


class PathTurns:
    """Plans at most `at_once` paths in this process; the others wait without holding one of the shared threads.

    So however many ask for paths, whoever asks for a recommendation finds a thread.
    """

    def __init__(self, at_once: int, most_waiting: int = MOST_WAITING) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._most_waiting = most_waiting

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return self._limiter.statistics().tasks_waiting

    async def take(self, work: Callable[[], T]) -> T:
        """What `work` returns, run in a thread of its own when its turn has come.

        Raises NotReady when too many wait already.
        """
        if self.waiting >= self._most_waiting:
            raise NotReady(f"{self.waiting} paths are waiting to be planned", fix="try again in a few seconds")
        return await run_sync(work, limiter=self._limiter)
