"""However many ask for paths, whoever asks for a recommendation is answered: shown by counting, not by a stopwatch."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from credpath.api.app import create_app
from credpath.api.turns import PathTurns
from credpath.errors import NotReady
from tests.api.serving import assert_problem, client_of
from tests.api.world import open_world

PATIENCE = 60.0  # seconds that nothing should take; a test fails then instead of hanging


class LoopSeen:
    """The application, and the event loop that it runs in."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.loop = asyncio.get_running_loop()
        await self.app(scope, receive, send)

    def hold_turn(self, turns: PathTurns, until: threading.Event) -> None:
        """Takes one turn as a long solve would, and keeps it; returns once it is taken."""
        taken = threading.Event()

        def work() -> bool:
            taken.set()
            return until.wait(PATIENCE)

        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(turns.take(work), self.loop)
        assert taken.wait(PATIENCE)


def reaches(count: Callable[[], int], wanted: int) -> bool:
    """Whether the count comes to what is wanted."""
    end = time.monotonic() + PATIENCE
    while count() != wanted and time.monotonic() < end:
        time.sleep(0.01)
    return count() == wanted


def test_ten_paths_that_wait_take_no_thread_from_recommendations(tmp_path: Path) -> None:
    world = open_world(tmp_path, threads=2, paths_at_once=1)
    app = create_app(world.context, world.settings)
    seen, turns, released = LoopSeen(app), app.state.path_turns, threading.Event()
    with client_of(seen, headers=world.headers()) as client, ThreadPoolExecutor(20) as callers:
        client.get("/livez")
        seen.hold_turn(turns, released)

        def post(route: str, body: dict[str, Any]) -> Future[Any]:
            return callers.submit(client.post, route, json=body)

        paths = [post("/v1/paths", {"goal": "data analyst"}) for _ in range(10)]
        assert reaches(lambda: turns.waiting, 10)
        others = [post("/v1/recommendations", {"learner_id": "learner-1"}) for _ in range(10)]
        assert [other.result(PATIENCE).status_code for other in others] == [200] * 10
        assert client.get("/v1/goals", params={"q": "data analyst"}).status_code == 200
        assert turns.waiting == 10, "all of that happened while ten paths waited"
        assert not any(path.done() for path in paths)
        released.set()
        assert [path.result(PATIENCE).status_code for path in paths] == [200] * 10
        assert turns.waiting == 0


def test_at_most_so_many_paths_are_planned_at_once() -> None:
    async def run() -> tuple[int, int]:
        turns, running, most, lock = PathTurns(2), 0, 0, threading.Lock()

        def work() -> int:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1
            return 1

        done = await asyncio.gather(*(turns.take(work) for _ in range(8)))
        return sum(done), most

    assert asyncio.run(run()) == (8, 2)


def test_whoever_would_wait_too_long_is_told_at_once(tmp_path: Path) -> None:
    world = open_world(tmp_path, paths_at_once=1)
    app = create_app(world.context, world.settings)
    app.state.path_turns = PathTurns(1, most_waiting=1)
    seen, turns, released = LoopSeen(app), app.state.path_turns, threading.Event()
    with client_of(seen, headers=world.headers()) as client, ThreadPoolExecutor(2) as callers:
        client.get("/livez")
        seen.hold_turn(turns, released)
        first = callers.submit(client.post, "/v1/paths", json={"goal": "data analyst"})
        assert reaches(lambda: turns.waiting, 1)
        answer = client.post("/v1/paths", json={"goal": "data analyst"})
        assert "waiting" in assert_problem(answer, 503, "not-ready")["detail"]
        released.set()
        assert first.result(PATIENCE).status_code == 200


def test_what_the_work_raises_comes_back_and_frees_the_turn() -> None:
    async def run() -> int:
        turns = PathTurns(1)

        def fail() -> int:
            raise NotReady("nothing there")

        with pytest.raises(NotReady):
            await turns.take(fail)
        return await turns.take(lambda: 7)

    assert asyncio.run(run()) == 7
