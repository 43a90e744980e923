"""The server as a process: what it loads, how it starts and stops."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from credpath.api.server import options, serve
from credpath.config import Settings
from credpath.errors import NotReady
from tests import calling

HEAVY = {"torch", "mlflow", "sentence_transformers", "lightgbm", "pandas", "sklearn", "transformers"}
SERVE = "from credpath.api.server import serve; from credpath.config import load_settings; serve(load_settings())"


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CREDPATH_") and k != "DATABASE_URL"}
    return {**kept, "CREDPATH_HOME": str(folder), "CREDPATH_MODELS": str(folder / "models"), **more}


def test_the_serving_process_loads_nothing_that_only_training_needs(tmp_path: Path) -> None:
    program = "from credpath.api.server import make_app; import sys; make_app(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert {name.partition(".")[0] for name in done.stdout.split()} & HEAVY == set()


def test_importing_the_server_opens_nothing(tmp_path: Path) -> None:
    program = "import credpath.api.app, credpath.api.server"
    subprocess.run([sys.executable, "-c", program], env=environment(tmp_path), check=True, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_serves_before_there_is_a_bundle_and_stops_when_told(tmp_path: Path, workers: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    settings = environment(tmp_path, CREDPATH_PORT=port, CREDPATH_WORKERS=workers)
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=settings, stderr=subprocess.PIPE, text=True)
    try:
        with calling.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            wait_until_alive(client, process)
            assert "credpath doctor" in client.get("/readyz").json()["hint"]
            assert client.get("/v1/goals?q=x").status_code == 401
            assert "server" not in client.get("/livez").headers
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in errors
    assert '"event": "server starts"' in errors
    assert (tmp_path / "credpath.db").exists()


@pytest.mark.parametrize(("taken", "where"), [(True, "127.0.0.1"), (False, "192.0.2.1")])
def test_where_it_cannot_listen_it_says_what_to_do_before_it_loads_anything(taken: bool, where: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(NotReady) as refused:
            serve(Settings(host=where, port=other.getsockname()[1]))
    assert where in refused.value.where
    assert ("--port" if taken else "--host") in refused.value.fix


@pytest.mark.parametrize(
    ("secret", "version", "said"),
    [
        ("short", "", "CREDPATH_SECRET: the signing secret has 5 characters"),
        ("x" * 40, "9999", "identified by '9999' (install the newest credpath)"),
    ],
)
def test_what_would_keep_every_worker_from_starting_is_said_before_any_is_started(
    tmp_path: Path, secret: str, version: str, said: str
) -> None:
    if version:
        with closing(sqlite3.connect(tmp_path / "credpath.db")) as database, database:
            database.execute("create table alembic_version (version_num varchar(32) not null)")
            database.execute("insert into alembic_version values (?)", (version,))
    settings = environment(tmp_path, CREDPATH_PORT="0", CREDPATH_WORKERS="2", CREDPATH_SECRET=secret)
    done = subprocess.run([sys.executable, "-c", SERVE], env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count(said) == 1
    assert "worker cannot start" not in done.stderr


@pytest.mark.slow  # uvicorn waits a minute for the worker that has ended
def test_workers_that_cannot_start_end_the_server_instead_of_starting_again(tmp_path: Path) -> None:
    settings = environment(tmp_path, CREDPATH_PORT="0", CREDPATH_WORKERS="2", CREDPATH_SECRET="short")
    told = SERVE.replace("load_settings()", f"load_settings().model_copy(update={{'secret': {'x' * 40!r}}})")
    done = subprocess.run([sys.executable, "-c", told], env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "CREDPATH_SECRET: the signing secret has 5 characters" in done.stderr
    assert "NotReady: the workers cannot start" in done.stderr


def test_a_setting_that_is_none_is_warned_of(tmp_path: Path) -> None:
    settings = environment(tmp_path, CREDPATH_HOST="192.0.2.1", **{"CREDPATH_" + "POTR": "9"})
    done = subprocess.run([sys.executable, "-c", SERVE], env=settings, capture_output=True, text=True, check=False)
    assert '"nearest": "CREDPATH_PORT"' in done.stderr


def wait_until_alive(client: httpx2.Client, process: subprocess.Popen[str]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            if client.get("/livez").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_a_worker_has_a_minute_to_load_its_bundle() -> None:
    assert options(Settings())["timeout_worker_healthcheck"] == 60
