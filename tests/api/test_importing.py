"""Nobody waits for what a tenant imports: it is encoded beside the requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from credpath.api.app import create_app
from credpath.recommender.encoding import FloatArray, HashEncoder
from credpath.service.serving import Serving
from tests.api.serving import client_of
from tests.api.world import World, bundle, open_world

NEWS = "imported"
DEADLINE_SECONDS = 60.0


class GatedEncoder(HashEncoder):
    """Encodes texts that name what was imported only once `gate` is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.reached = threading.Event(), threading.Event()

    def encode(self, texts: Sequence[str]) -> FloatArray:
        if any(NEWS in text for text in texts):
            self.reached.set()
            assert self.gate.wait(DEADLINE_SECONDS)
        return super().encode(texts)


@pytest.fixture
def encoder() -> Iterator[GatedEncoder]:
    made = GatedEncoder()
    yield made
    made.gate.set()


def open_beside(folder: Path, encoder: GatedEncoder, **settings: Any) -> World:
    """A world whose server indexes beside the requests."""
    world = open_world(folder, **settings)
    opened = replace(bundle(), encoder=encoder)
    serving = Serving(world.context.serving.models, world.context.database, _bundle=opened)
    serving.open(watch=True)
    return replace(world, context=replace(world.context, serving=serving))


def import_records(client: httpx2.Client, world: World, tenant: str, count: int) -> None:
    records = [
        {
            "credential_id": f"new-{n}",
            "title": f"{NEWS} {n}",
            "languages": ["en"],
            "outcomes": [{"label": "SQL"}] if n % 2 else [],
        }
        for n in range(count)
    ]
    answer = client.post("/v1/credentials:import", json={"records": records}, headers=world.headers("admin", tenant))
    assert answer.status_code == 200, answer.text


def ask(client: httpx2.Client, world: World, tenant: str) -> dict[str, Any]:
    question = {"goal": "data analyst", "limit": 3}
    answer = client.post("/v1/recommendations", json=question, headers=world.headers("recommend", tenant))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_all_are_answered_while_a_large_import_is_encoded_and_the_whole_answer_comes_later(
    tmp_path: Path, encoder: GatedEncoder
) -> None:
    world = open_beside(tmp_path, encoder)
    with client_of(create_app(world.context, world.settings)) as client:
        import_records(client, world, "other", 300)
        meanwhile = ask(client, world, "other")
        assert meanwhile["degraded"]
        assert [item["credential_id"] for item in meanwhile["items"]], "what declares its skills is recommended at once"
        assert encoder.reached.wait(DEADLINE_SECONDS)
        assert all(ask(client, world, "other")["degraded"] for _ in range(10)), "no thread is held"
        assert not ask(client, world, "campus")["degraded"]
        assert client.get("/readyz").json()["ready"]
        encoder.gate.set()
        until(lambda: not ask(client, world, "other")["degraded"])
        whole = ask(client, world, "other")
    assert meanwhile["versions"]["catalogue"] == f"{whole['versions']['catalogue']}~0"


def test_a_catalogue_too_large_to_index_at_once_answers_with_nothing_and_then_with_what_it_has(
    tmp_path: Path, encoder: GatedEncoder
) -> None:
    world = open_beside(tmp_path, encoder)
    with client_of(create_app(world.context, world.settings)) as client:
        import_records(client, world, "other", 2_001)
        assert ask(client, world, "other")["degraded"]
        until(lambda: bool(ask(client, world, "other")["items"]))
        assert ask(client, world, "other")["degraded"], "nothing is encoded yet"


def test_probes_are_answered_while_every_thread_is_taken(tmp_path: Path, encoder: GatedEncoder) -> None:
    world = open_beside(tmp_path, encoder, threads=1)
    with client_of(create_app(world.context, world.settings)) as client:
        import_records(client, world, "other", 3)
        waiting = threading.Thread(target=ask, args=(client, world, "other"))
        waiting.start()
        assert encoder.reached.wait(DEADLINE_SECONDS)
        assert client.get("/livez").json()["alive"]
        assert client.get("/readyz").json()["ready"]
        assert "credpath_recommendations" in client.get("/metrics").text
        assert client.get("/version").json()["bundle_version"] == bundle().version
        encoder.gate.set()
        waiting.join(DEADLINE_SECONDS)
        assert not waiting.is_alive()
