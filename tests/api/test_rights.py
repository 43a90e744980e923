"""Who may call what, and what one tenant can learn of another: table-driven over every route."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter

from credpath.api.app import bare_app, create_app
from credpath.api.security import SCOPES, Rights
from tests.api.calls import TIME, example_calls, outcome
from tests.api.serving import assert_problem, client_of
from tests.api.world import World, open_world

PROTECTED = {route: scope for route, scope in SCOPES.items() if scope}
OPEN = sorted(set(SCOPES) - set(PROTECTED))


def method_of(route: str) -> str:
    return route.partition(" ")[0]


def call(client: httpx2.Client, world: World, route: str, headers: dict[str, str]) -> httpx2.Response:
    arguments = dict(example_calls(world)[route])
    return client.request(method_of(route), headers={**arguments.pop("headers", {}), **headers}, **arguments)


def test_every_route_has_an_example_call(world: World) -> None:
    assert set(example_calls(world)) == set(PROTECTED)


def test_a_route_that_is_not_in_the_table_stops_the_server() -> None:
    app, extra = bare_app(), APIRouter()
    extra.add_api_route("/v1/secrets", lambda: {}, methods=["GET"])
    app.include_router(extra)
    with pytest.raises(LookupError, match="/v1/secrets"):
        Rights(app)


@pytest.mark.parametrize("route", OPEN)
def test_probes_and_versions_ask_for_no_key(client: httpx2.Client, route: str) -> None:
    assert client.get(route.partition(" ")[2]).status_code == 200


@pytest.mark.parametrize("route", sorted(PROTECTED))
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer cp_wrong", "Basic dXNlcjpwYXNz", "Bearer " + "x" * 5_000, "Bearer é"]
)
def test_without_a_good_key_every_route_answers_401(
    client: httpx2.Client, world: World, route: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode()}
    answer = call(client, world, route, headers)  # type: ignore[arg-type]
    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", sorted(PROTECTED))
def test_a_revoked_key_reads_like_an_unknown_one(client: httpx2.Client, world: World, route: str) -> None:
    revoked = call(client, world, route, {"Authorization": f"Bearer {world.revoked}"})
    unknown = call(client, world, route, {"Authorization": f"Bearer {world.revoked[:-1]}0"})
    assert {**assert_problem(revoked, 401, "unauthorized"), "instance": ""} == {**unknown.json(), "instance": ""}


@pytest.mark.parametrize(("route", "scope"), sorted(PROTECTED.items()))
def test_a_key_without_the_scope_is_refused_and_told_which_it_lacks(
    client: httpx2.Client, world: World, route: str, scope: str
) -> None:
    for other in {"recommend", "read", "write"} - {scope}:
        answer = call(client, world, route, world.headers(other))
        assert scope in assert_problem(answer, 403, "forbidden")["detail"]
        assert f'scope="{scope}"' in answer.headers["www-authenticate"]


def test_the_key_is_judged_before_the_body_is_read(client: httpx2.Client) -> None:
    answer = client.post("/v1/outcomes", content=b"not json", headers={"Content-Type": "application/json"})
    assert_problem(answer, 401, "unauthorized")


def test_each_scope_and_admin_open_the_routes_that_ask_for_it(fresh: World) -> None:
    # Forgetting comes last: the other calls are about the same learner.
    ordered = sorted(
        PROTECTED.items(),
        key=lambda entry: (entry[0] == "DELETE /v1/learners/{learner_id}", entry[0].startswith("DELETE"), entry),
    )
    with client_of(create_app(fresh.context, fresh.settings)) as client:
        for route, scope in ordered:
            answers = [call(client, fresh, route, fresh.headers(s)) for s in (scope, "admin")]
            assert not {a.status_code for a in answers} & {401, 403, 500}, route
            # There is no bundle on disk to promote or to go back to.
            if scope != "admin":
                assert answers[0].status_code in (200, 201), (route, answers[0].text)


ELSEWHERE = {
    "GET /v1/impressions/{impression_id}/explanation",
    "GET /v1/learners/{learner_id}",
    "DELETE /v1/learners/{learner_id}",
    "GET /v1/learners/{learner_id}/export",
    "GET /v1/learners/{learner_id}/mastery",
    "POST /v1/learners/{learner_id}/assessments",
    "PUT /v1/learners/{learner_id}/assessments/{assessment_id}",
    "DELETE /v1/learners/{learner_id}/assessments/{assessment_id}",
    "POST /v1/learners/{learner_id}/awards",
    "DELETE /v1/learners/{learner_id}/awards/{credential_id}",
    "POST /v1/recommendations",
    "POST /v1/paths",
    "POST /v1/paths:compare",
    "POST /v1/paths:calendar",
    "GET /v1/credentials/{credential_id}",
}


@pytest.mark.parametrize("route", sorted(ELSEWHERE))
def test_another_tenants_row_reads_exactly_like_one_that_is_not_there(
    client: httpx2.Client, world: World, route: str
) -> None:
    stranger = world.headers(tenant="other")
    theirs = assert_problem(call(client, world, route, stranger), 404, "not-found")
    arguments = example_calls(world)[route]
    text = json.dumps(arguments)
    known = next(i for i in (world.impression_id, "learner-1", "sql-basics") if i in text)
    nobody: dict[str, Any] = json.loads(text.replace(known, "nobody"))
    unknown = client.request(method_of(route), headers=stranger, **nobody)
    expected = assert_problem(unknown, 404, "not-found")
    assert {**theirs, "instance": ""} == {
        **expected, "instance": "", "detail": expected["detail"].replace("nobody", known),
    }  # fmt: skip
    assert {k for k in theirs if k != "instance"} == {k for k in expected if k != "instance"}


def test_lists_and_searches_hold_nothing_of_another_tenant(client: httpx2.Client, world: World) -> None:
    stranger = world.headers(tenant="other")
    assert client.get("/v1/credentials", headers=stranger).json()["items"] == []
    slate = client.post("/v1/recommendations", headers=stranger, json={"goal": "data analyst"}).json()
    assert slate["items"] == []
    assert client.post("/v1/paths", headers=stranger, json={"goal": "data analyst"}).json()["paths"][0]["steps"] == []


def test_writes_with_the_same_ids_leave_the_other_tenants_rows_alone(fresh: World) -> None:
    app = create_app(fresh.context, fresh.settings)
    with client_of(app) as client:
        mine, theirs = fresh.headers(), fresh.headers(tenant="other")
        before = client.get("/v1/learners/learner-1/export", headers=mine).json()
        catalogue = client.get("/v1/credentials", headers=mine).json()
        client.put("/v1/learners/learner-1", headers=theirs, json={"goal": "web developer"})
        client.put("/v1/credentials/sql-basics", headers=theirs, json={"title": "Theirs"})
        client.post("/v1/outcomes", headers=theirs, json={"outcomes": [outcome("event-9")]})
        award = {"credential_id": "sql-basics", "awarded_at": TIME}
        client.post("/v1/learners/learner-1/awards", headers=theirs, json=award)
        assert client.delete("/v1/learners/learner-1", headers=theirs).status_code == 200
        assert client.get("/v1/learners/learner-1/export", headers=mine).json() == before
        assert client.get("/v1/credentials", headers=mine).json() == catalogue
        mine_too = client.post("/v1/outcomes", headers=mine, json={"outcomes": [outcome("event-9", score=1.0)]})
        assert mine_too.json() == {"inserted": 1, "duplicates": 0, "unknown_impressions": 0, "unknown_credentials": 0}


def test_a_tenant_named_in_a_body_or_query_is_refused_not_obeyed(client: httpx2.Client, world: World) -> None:
    body = {"goal": "x", "tenant": "other"}
    answer = client.put("/v1/learners/learner-9", headers=world.headers(), json=body)
    assert assert_problem(answer, 422, "invalid-input")["errors"][0]["where"] == "tenant"
    answer = client.get("/v1/credentials", headers=world.headers(), params={"tenant": "other"})
    assert_problem(answer, 422, "invalid-input")


def test_calls_over_the_limit_of_a_key_are_told_when_to_go_on(tmp_path: Any) -> None:
    limited = open_world(tmp_path, rate_limit="3/minute")
    with client_of(create_app(limited.context, limited.settings)) as client:
        for _ in range(3):
            assert client.get("/v1/models", headers=limited.headers("read")).status_code == 200
        answer = client.get("/v1/models", headers=limited.headers("read"))
        assert_problem(answer, 429, "rate-limited")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert client.get("/v1/models", headers=limited.headers("admin")).status_code == 200
        assert client.get("/livez").status_code == 200
