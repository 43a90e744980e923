"""A real server for the tests: uvicorn in a thread, over a socket, as in production.

A client in the same process stayed green where the server answered 500 (FastAPI 0.137), so none is used.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn

from credpath.api.server import options
from credpath.config import Settings
from tests import calling


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The base URL of `app`, which answers until the block ends."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, **options(Settings(shutdown_seconds=5)))
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            assert not thread.is_alive()


@contextmanager
def client_of(app: Any, **options: Any) -> Iterator[httpx2.Client]:
    """A client of `app` behind a real server."""
    with served(app) as url, calling.Client(base_url=url, timeout=30, **options) as client:
        yield client


def assert_problem(response: httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    """The response is a problem document of that kind; returned for more questions."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"https://credpath.org/problems/{slug}"
    assert problem["status"] == status
    assert problem["instance"] == response.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    assert problem["hint"]
    assert response.headers["x-content-type-options"] == "nosniff"
    return problem
