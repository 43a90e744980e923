from __future__ import annotations

import threading
import time

import pytest

from credpath.service.remembered import Remembered


def test_an_answer_is_made_once_until_its_time_is_over() -> None:
    now, made = [0.0], []
    kept: Remembered[int] = Remembered(10, clock=lambda: now[0])

    def make() -> int:
        made.append(1)
        return len(made)

    assert [kept.get("a", make), kept.get("a", make), kept.get("b", make)] == [1, 1, 2]
    now[0] = 10.0
    assert kept.get("a", make) == 3


def test_who_asks_while_it_is_made_gets_the_same() -> None:
    kept: Remembered[object] = Remembered(10)
    began, go, found = threading.Event(), threading.Event(), []

    def make() -> object:
        began.set()
        go.wait(10)
        return object()

    threads = [threading.Thread(target=lambda: found.append(kept.get("a", make))) for _ in range(3)]
    for thread in threads:
        thread.start()
    began.wait(10)
    go.set()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(map(id, found))) == 1


def test_only_the_keys_asked_for_last_are_kept() -> None:
    kept: Remembered[str] = Remembered(10, most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: f"{key} made")  # type: ignore[misc]
    assert kept.get("a", lambda: "again") == "a made"
    assert kept.get("b", lambda: "again") == "again"


def test_an_error_is_raised_and_not_kept() -> None:
    kept: Remembered[int] = Remembered(10)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 1) == 1


def soon(kept: Remembered[int], make: object) -> int | None:
    """What comes within a second."""
    for _ in range(200):
        found = kept.soon("a", make)  # type: ignore[arg-type]
        if found is not None:
            return found
        time.sleep(0.005)
    return None


def test_nobody_waits_for_what_takes_long() -> None:
    now, go = [0.0], threading.Event()
    kept: Remembered[int] = Remembered(10, clock=lambda: now[0])

    def make() -> int:
        go.wait(10)
        return 1

    assert kept.soon("a", make) is None
    assert kept.soon("a", make) is None
    go.set()
    assert soon(kept, make) == 1
    now[0] = 11.0
    assert kept.soon("a", lambda: 2) == 1, "the earlier one while it is made anew"
    for _ in range(200):
        if kept.soon("a", lambda: 3) == 2:
            return
        time.sleep(0.005)
    raise AssertionError("it was not made anew")


def test_what_fails_in_the_background_is_told_once_and_begun_again() -> None:
    kept: Remembered[int] = Remembered(10)
    with pytest.raises(ZeroDivisionError):
        soon(kept, lambda: 1 // 0)
    assert soon(kept, lambda: 1) == 1
