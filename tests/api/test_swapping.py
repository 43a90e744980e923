"""A running server takes up a promoted bundle within five seconds, and no request fails while it does."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from credpath.recommender.bundle import flip
from credpath.service import keys
from credpath.service.context import Context
from credpath.service.loading import load_bundle
from credpath.service.opening import open_context
from tests import calling
from tests.api.test_server import SERVE, environment
from tests.training.learned_sample import learned_ranker
from training.publishing import Decision, publish_learned

TENANT = "default"
SWITCHES, ASKING = 2, 3
SECONDS = 5.0


@pytest.fixture
def installed(sample_home: Path, tmp_path: Path) -> Iterator[Context]:
    shutil.copytree(sample_home, tmp_path / "home")
    context = open_context(f"sqlite:///{tmp_path / 'home' / 'credpath.db'}", tmp_path / "home" / "models")
    yield context
    context.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Asking:
    """Clients that ask without pause and keep every answer."""

    def __init__(self, url: str, secret: str) -> None:
        self.answers: list[tuple[int, str]] = []
        self._done = threading.Event()
        options = {"base_url": url, "timeout": 30, "headers": {"Authorization": f"Bearer {secret}"}}
        self._threads = [threading.Thread(target=self._ask, args=(options,)) for _ in range(ASKING)]

    def __enter__(self) -> Asking:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _ask(self, options: dict[str, Any]) -> None:
        with calling.Client(**options) as client:
            while not self._done.is_set():
                try:
                    answer = client.post("/v1/recommendations", json={"goal": "data analyst", "limit": 3})
                    body = answer.json()
                    version = body["versions"]["bundle"] if body.get("items") else answer.text
                    self.answers.append((answer.status_code, version))
                except Exception as error:  # any of them is a failed request
                    self.answers.append((0, repr(error)))

    def answered_by(self, version: str, since: int) -> bool:
        return any(found == version for _, found in self.answers[since:])


def test_bundles_are_promoted_to_and_fro_under_load_and_no_request_fails(installed: Context, tmp_path: Path) -> None:
    first = installed.serving.bundle.version
    second = publish_learned(
        installed, TENANT, learned_ranker(tmp_path / "new", TENANT), Decision(False, "test", "hold")
    )
    secret, _ = keys.create_key(installed, TENANT, "load", ["recommend"])
    port = free_port()
    settings = environment(tmp_path / "home", CREDPATH_PORT=str(port), CREDPATH_LOG_LEVEL="warning")
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=settings, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    load_bundle(installed.serving.models / first)
    loading = time.monotonic() - began
    try:
        with calling.Client(base_url=url, timeout=30) as client:
            wait_until_ready(client, process)
        with Asking(url, secret) as asking:
            took = [swap(installed, asking, (second, first)[turn % 2]) for turn in range(SWITCHES)]
    finally:
        process.kill()
        process.communicate()
    failed = [answer for answer in asking.answers if answer[0] != 200]
    assert failed == []
    assert len(asking.answers) > 10 * SWITCHES
    assert {version for _, version in asking.answers} == {first, second}
    print("swapped in", [round(seconds, 2) for seconds in took], "s; loading", round(loading, 2), "s")
    assert max(took) <= max(SECONDS, 5 * loading), "five times what loading takes, where a machine is that busy"


def wait_until_ready(client: httpx2.Client, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            if client.get("/readyz").json()["ready"]:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def swap(context: Context, asking: Asking, version: str) -> float:
    """Switches as a command in another process would; the seconds until the server answers with it."""
    since, began = len(asking.answers), time.monotonic()
    flip(context.serving.models, version, at=context.clock(), by="test")
    while not asking.answered_by(version, since):
        assert time.monotonic() - began < 12 * SECONDS, "the server did not take it up"
        time.sleep(0.01)
    return time.monotonic() - began
