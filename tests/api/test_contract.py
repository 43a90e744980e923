"""Generated calls against the OpenAPI document, over a socket: what it promises is what the server does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from credpath.api.app import bare_app, create_app
from tests.api.serving import served
from tests.api.world import World, open_world

ROOT = Path(__file__).parent.parent.parent
# What a schema cannot say (a learner that exists, an id seen before) leaves out the checks that judge whether
# data was rightly taken or refused; test_hostile.py asks that by hand.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "unsupported_method",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One of its own: the generated calls fill it with what they make up."""
    return open_world(tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    with served(create_app(world.context, world.settings)) as base:
        yield base


# In a process of its own: schemathesis's plugin for pytest makes all calls while tests are collected, in each worker.
@pytest.mark.parametrize(
    ("phases", "mode"),
    [("examples,coverage", "positive"), pytest.param("coverage,fuzzing", "all", marks=pytest.mark.slow)],
)
def test_the_server_keeps_what_the_document_promises(
    world: World, url: str, tmp_path: Path, phases: str, mode: str
) -> None:
    document, report = tmp_path / "openapi.json", tmp_path / "report.json"
    document.write_text(json.dumps(bare_app().openapi()))
    done = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", url, "--phases", phases,
            "--header", f"Authorization: {world.headers()['Authorization']}", "--checks", ",".join(CHECKS),
            "--mode", mode, "--max-examples", "8", "--generation-deterministic", "--warnings", "off", "--no-color",
            "--report-json-path", str(report),
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.api.contract_hooks", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    found = json.loads(report.read_text())
    routes = sum(len(methods) for methods in bare_app().openapi()["paths"].values())
    assert found["operations"]["tested"] == routes
    assert found["test_cases"]["generated"] > routes
