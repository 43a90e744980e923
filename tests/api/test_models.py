"""The registry over HTTP: a tenant's key sees its own model's figures and what concerns it of the history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from credpath.api.app import create_app
from tests.api.serving import assert_problem, client_of
from tests.api.world import World, open_world
from tests.behaviour.switching import START, first_bundle
from training.publishing import Decision, publish_beside

FIGURE = {"value": 0.23, "low": 0.21, "high": 0.25}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, list[str]]:
    """A world with a bundle without a model and one with campus's, which serves; their versions."""
    folder = tmp_path_factory.mktemp("registry")
    world = open_world(folder)
    card = {
        "tenant": "campus", "verdict": "promote",
        "metrics": {"ndcg_at_10": FIGURE}, "gate": {"sentence": "promote: it gains"},
    }  # fmt: skip
    (folder / "learned").mkdir()
    (folder / "learned" / "card.json").write_text(json.dumps(card))
    models: Path = world.settings.models
    first = first_bundle(models)
    decision = Decision(True, "training.retrain", "promote: it gains .02 at campus")
    at = START + timedelta(minutes=1)
    return world, [first, publish_beside(models, "campus", folder / "learned", decision, at=at, golden=lambda _: ())]


@pytest.fixture(scope="module")
def client(registry: tuple[World, list[str]]) -> Iterator[httpx2.Client]:
    with client_of(create_app(registry[0].context, registry[0].settings)) as opened:
        yield opened


def test_a_tenant_reads_the_figures_of_its_own_model_and_another_reads_none(
    client: httpx2.Client, registry: tuple[World, list[str]]
) -> None:
    world, (first, second) = registry
    mine = client.get("/v1/models", headers=world.headers("read")).json()["items"]
    assert [m["version"] for m in mine] == [second, first]
    assert mine[0]["metrics"] == {"ndcg_at_10": FIGURE}
    assert (mine[0]["verdict"], mine[0]["note"], mine[1]["verdict"]) == ("promote", "promote: it gains", "")
    theirs = client.get("/v1/models", headers=world.headers(tenant="other"))
    assert theirs.json()["items"][0]["metrics"] == {}
    assert "gains" not in theirs.text


def test_the_history_tells_who_when_and_why_and_another_tenant_only_that(
    client: httpx2.Client, registry: tuple[World, list[str]]
) -> None:
    world, (first, second) = registry
    rolled_back = client.post("/v1/models:rollback?reason=slow", headers=world.headers())
    assert rolled_back.json() == {"version": first, "held_by_gate": ""}
    promoted = client.post(f"/v1/models/{second}:promote", headers=world.headers(), params={"reason": "mended"})
    assert promoted.json() == {"version": second, "held_by_gate": ""}
    mine = client.get("/v1/models/history", headers=world.headers()).json()["items"]
    assert [(c["version"], c["by"], c["reason"]) for c in mine[:3]] == [
        (second, "campus admin", "promote: mended"),
        (first, "campus admin", "roll back: slow"),
        (second, "training.retrain", "promote: it gains .02 at campus"),
    ]
    assert mine[0]["metrics"] == {"ndcg_at_10": FIGURE}
    assert mine[0]["at"].endswith("Z")
    theirs = client.get("/v1/models/history", headers=world.headers(tenant="other")).json()["items"]
    assert {(c["by"], c["reason"]) for c in theirs[:3]} == {
        ("another tenant", "promote"),
        ("another tenant", "roll back"),
    }
    assert all(c["metrics"] == {} for c in theirs)
    assert len(client.get("/v1/models/history?limit=1", headers=world.headers()).json()["items"]) == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "tenant=other"])
def test_a_query_that_it_does_not_know_is_refused(
    client: httpx2.Client, registry: tuple[World, list[str]], query: str
) -> None:
    answer = client.get(f"/v1/models/history?{query}", headers=registry[0].headers())
    assert_problem(answer, 422, "invalid-input")


def test_the_history_asks_for_an_admin_key(client: httpx2.Client, registry: tuple[World, list[str]]) -> None:
    assert_problem(client.get("/v1/models/history", headers=registry[0].headers("write")), 403, "forbidden")


def test_a_damaged_bundle_is_named_without_where_it_lies_on_the_server(
    client: httpx2.Client, registry: tuple[World, list[str]]
) -> None:
    world, (first, second) = registry
    answer = promoting_damaged(client, world, first, "encoder/model.onnx")
    assert assert_problem(answer, 409, "bundle-refused")["where"] == f"models/{first}/encoder/model.onnx"
    assert str(world.settings.models) not in answer.text
    answer = promoting_damaged(client, world, second, "learned/campus/card.json")
    assert assert_problem(answer, 409, "bundle-refused")["where"] == f"models/{second}/learned/card.json"
    assert "campus" not in answer.text


def promoting_damaged(client: httpx2.Client, world: World, version: str, file: str) -> httpx2.Response:
    path = world.settings.models / version / file
    whole = path.read_bytes()
    path.write_bytes(b"x" + whole[1:])
    try:
        return client.post(f"/v1/models/{version}:promote", headers=world.headers())
    finally:
        path.write_bytes(whole)
