"""Answers that take long and change seldom: made once however many ask at once, and kept for a stated while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Kept(Generic[T]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    made_at: float = float("-inf")
    value: T | None = None
    error: BaseException | None = None
    working: bool = False


class Remembered(Generic[T]):
    """The last `most` keys asked for, each for `seconds`."""

    def __init__(self, seconds: float, most: int = 32, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._kept: dict[Hashable, _Kept[T]] = {}
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for the key within the last seconds, or gives now. What it raises is not kept."""
        kept = self._of(key)
        with kept.lock:
            if kept.value is None or self._is_old(kept):
                kept.value, kept.made_at = make(), self._clock()
            return kept.value

    def soon(self, key: Hashable, make: Callable[[], T]) -> T | None:
        """The same without waiting: None while it is made for the first time, the value of before while anew.

        Raises what `make` raised, once; the next call begins again.
        """
        kept = self._of(key)
        with kept.lock:
            error, kept.error = kept.error, None
            if error is not None:
                raise error
            if not kept.working and (kept.value is None or self._is_old(kept)):
                kept.working = True
                threading.Thread(target=self._work, args=(kept, make), name="remembered", daemon=True).start()
            return kept.value

    def _work(self, kept: _Kept[T], make: Callable[[], T]) -> None:
        value, error = None, None
        try:
            value = make()
        except Exception as raised:
            error = raised
        with kept.lock:
            kept.working, kept.error = False, error
            if error is None:
                kept.value, kept.made_at = value, self._clock()

    def _is_old(self, kept: _Kept[T]) -> bool:
        return self._clock() - kept.made_at >= self._seconds

    def _of(self, key: Hashable) -> _Kept[T]:
        with self._guard:
            kept = self._kept.pop(key, None) or _Kept()
            self._kept[key] = kept  # the last place: asked for last
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
            return kept
