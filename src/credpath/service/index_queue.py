"""Indexing beside the requests: one thread a process, tenant after tenant."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)

# Between two records, so that requests get the processor.
PAUSE_SECONDS = 0.005
AFTER_FAILURE_SECONDS = 10.0


class Stopped(Exception):
    """Raised in the thread when its work is to be left."""


class IndexQueue:
    """Calls `work` with each tenant in order of request, one at a time, and again while it says that more is left."""

    def __init__(self, work: Callable[[str], bool]) -> None:
        self._work = work
        self._waiting: dict[str, None] = {}  # the first one is being worked on
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, tenant: str) -> None:
        """Puts a tenant at the end, unless it waits already. Returns at once."""
        with self._changed:
            self._waiting.setdefault(tenant)
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)
                self._thread.start()
            self._changed.notify()

    def breathe(self) -> None:
        """Lets others run for a moment. Raises Stopped when the work is to be left."""
        if self._stop.wait(PAUSE_SECONDS):
            raise Stopped

    def close(self) -> None:
        """Leaves what waits, and waits for the record in hand."""
        with self._changed:
            self._stop.set()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stop.is_set())
                if self._stop.is_set():
                    return
                tenant = next(iter(self._waiting))
            more = self._turn(tenant)
            with self._changed:
                del self._waiting[tenant]
            if more:
                self.add(tenant)

    def _turn(self, tenant: str) -> bool:
        try:
            return self._work(tenant)
        except Stopped:
            return False
        except Exception:
            log.exception("catalogue not indexed", tenant=tenant)
            self._stop.wait(AFTER_FAILURE_SECONDS)
            return False  # the next request asks for it again
