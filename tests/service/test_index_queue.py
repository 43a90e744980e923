from __future__ import annotations

import threading

from credpath.service.index_queue import IndexQueue

SECONDS = 60.0


def test_tenants_have_their_turns_in_order_and_who_wants_more_goes_to_the_end() -> None:
    turns: list[str] = []
    filled, done = threading.Event(), threading.Event()

    def work(tenant: str) -> bool:
        assert filled.wait(SECONDS)
        turns.append(tenant)
        if len(turns) == 4:
            done.set()
        return turns == ["a"]

    queue = IndexQueue(work)
    for tenant in ("a", "b", "a", "c", "b"):
        queue.add(tenant)
    filled.set()
    assert done.wait(SECONDS)
    queue.close()
    assert turns == ["a", "b", "c", "a"]


def test_closing_stops_the_work_in_hand() -> None:
    begun, left = threading.Event(), threading.Event()

    def work(_tenant: str) -> bool:
        begun.set()
        try:
            while True:
                queue.breathe()
        finally:
            left.set()

    queue = IndexQueue(work)
    queue.add("a")
    assert begun.wait(SECONDS)
    queue.close()
    assert left.wait(SECONDS)
