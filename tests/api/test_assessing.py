from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from credpath.api.app import create_app
from tests import calling
from tests.api.serving import assert_problem, served
from tests.api.world import World, uri

NEXT = "/v1/learners/learner-1/assessments:next"


def ask(client: httpx2.Client, world: World, body: dict[str, Any], scope: str = "recommend") -> Any:
    answer = client.post(NEXT, json=body, headers=world.headers(scope))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_asking_and_answering_until_done_reaches_an_end(fresh: World) -> None:
    with served(create_app(fresh.context, fresh.settings)) as base, calling.Client(base_url=base, timeout=30) as client:
        asked: list[str] = []
        while not (found := ask(client, fresh, {}))["done"]:
            assert found["why"].endswith(".")
            assert found["skill"]["uri"] not in asked
            assert found["if_right"]["chance"] + found["if_wrong"]["chance"] == pytest.approx(1.0, abs=1e-5)
            asked.append(found["skill"]["uri"])
            results = [
                {"skill": asked[-1], "score": float(len(asked) % 2), "occurred_at": datetime.now(UTC).isoformat()}
            ]
            sent = client.post(
                "/v1/learners/learner-1/assessments", json={"results": results}, headers=fresh.headers("write")
            )
            assert sent.status_code == 200, sent.text
        assert len(asked) <= 4
        assert found["reason"] in {"certain", "close", "all_asked"}
        assert found["skill"] is found["item_id"] is found["if_right"] is None
        on = ask(client, fresh, {"even_if_sure": True})
        assert on | {"skill": None, "if_right": None, "if_wrong": None} == found
        assert (on["skill"] is None) == (on["reason"] == "all_asked")
        best = client.post(
            "/v1/recommendations", json={"learner_id": "learner-1"}, headers=fresh.headers("recommend")
        ).json()
        assert found["credential"]["credential_id"] == best["items"][0]["credential_id"]


def test_another_goal_items_and_seed_can_be_given(client: httpx2.Client, world: World) -> None:
    items = [{"item_id": f"{skill}-1", "skill": uri(skill), "difficulty": 0.3} for skill in ("JavaScript", "HTML")]
    found = ask(client, world, {"goal": "web developer", "items": items, "only_items": True, "seed": 7})
    assert found["goal"]["label"] == "web developer"
    assert found["seed"] == 7
    assert found["askable_skills"] == 2
    assert found["done"] or found["item_id"] in {"JavaScript-1", "HTML-1"}
    assert found == ask(client, world, {"goal": "web developer", "items": items, "only_items": True, "seed": 7})


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"items": [{"item_id": "a", "skill": "SQL", "difficulty": 2}]}, "items.0.difficulty"),
        ({"items": [{"item_id": "a", "skill": "SQL", "answer": "b"}]}, "items.0.answer"),
        ({"items": [{"item_id": "a", "skill": "SQL"}] * 1_001}, "items"),
        ({"only_items": "yes"}, "only_items"),
        ({"even_if_sure": 1}, "even_if_sure"),
        ({"only_items": True}, "items"),
        ({"learner_id": "x"}, "learner_id"),
    ],
)
def test_a_bad_value_is_refused_by_its_place(
    client: httpx2.Client, world: World, body: dict[str, Any], where: str
) -> None:
    problem = assert_problem(client.post(NEXT, json=body, headers=world.headers()), 422, "invalid-input")
    assert problem["errors"][0]["where"] == where


def test_without_a_goal_the_problem_says_what_to_send(fresh: World) -> None:
    with served(create_app(fresh.context, fresh.settings)) as base, calling.Client(base_url=base, timeout=30) as client:
        client.put("/v1/learners/aimless", json={}, headers=fresh.headers("write"))
        answer = client.post("/v1/learners/aimless/assessments:next", json={}, headers=fresh.headers())
    problem = assert_problem(answer, 422, "invalid-input")
    assert "goal" in problem["hint"]


def test_another_tenants_learner_is_nobody(client: httpx2.Client, world: World) -> None:
    answer = client.post(NEXT, json={}, headers=world.headers("recommend", "other"))
    assert_problem(answer, 404, "not-found")
