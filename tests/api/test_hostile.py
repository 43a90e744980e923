"""Input that has broken other servers: every answer is a problem that names the fault, none is a 500."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from tests.api.calls import TIME, outcome
from tests.api.serving import assert_problem
from tests.api.world import World

JSON = {"Content-Type": "application/json"}
WITH_BODY = [
    "/v1/recommendations", "/v1/paths", "/v1/paths:compare", "/v1/paths:calendar", "/v1/outcomes",
    "/v1/learners/x/assessments", "/v1/credentials:import",
]  # fmt: skip
NOT_JSON = {
    "nothing": b"",
    "spaces": b"   ",
    "half an object": b'{"goal": ',
    "two documents": b"{}{}",
    "not a number": b'{"limit": NaN}',
    "infinity": b'{"limit": Infinity}',
    "an overflowing number": b'{"limit": 1e999}',
    "a number of 5000 digits": b'{"limit": ' + b"9" * 5_000 + b"}",
    "a lone surrogate": b'{"goal": "\\ud800"}',
    "a lone surrogate as a key": b'{"\\udfff": 1}',
    "bytes that are no UTF-8": b'{"goal": "\xff\xfe"}',
    "UTF-16": '{"goal": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "deep nesting": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "single quotes": b"{'goal': 'x'}",
    "a NUL byte": b'{"goal": "a\x00b"}',
    "a key given twice": b'{"goal": "data analyst", "goal": "nurse"}',
    "a key given twice, deep in": b'{"constraints": {"budget": {"amount": 1, "currency": "EUR", "amount": 2}}}',
    "a key given twice, once escaped": b'{"goal": "\\u0022\\u0022", "go\\u0061l": "nurse"}',
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
@pytest.mark.parametrize("path", WITH_BODY)
def test_what_is_not_json_is_refused(client: httpx2.Client, world: World, path: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers={**JSON, **world.headers()})
    assert assert_problem(answer, 422, "malformed-body")["errors"][0]["where"] == "body"


def test_quotes_within_a_text_make_no_key_look_given_twice(client: httpx2.Client, world: World) -> None:
    body = b'{"goal": "a \\"nurse\\" or \\u0022data analyst\\u0022", "profile": {"goal": ""}}'
    answer = client.post("/v1/recommendations", content=body, headers={**JSON, **world.headers()})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("document", [None, True, 3, "text", [], [{}], {"$ref": "#"}, {"__proto__": {}}])
@pytest.mark.parametrize("path", WITH_BODY)
def test_json_of_another_shape_is_refused(client: httpx2.Client, world: World, path: str, document: Any) -> None:
    answer = client.post(path, content=json.dumps(document), headers={**JSON, **world.headers()})
    assert_problem(answer, 422, "invalid-input")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/"},
        {"Content-Type": ";;;"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_a_body_of_another_type_or_coding_is_refused(
    client: httpx2.Client, world: World, headers: dict[str, str]
) -> None:
    for path in WITH_BODY:
        answer = client.post(path, content=b'{"goal": "x"}', headers={**headers, **world.headers()})
        assert_problem(answer, 415, "unsupported-media-type")


FIELDS: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/v1/recommendations", {"limit": 0}, "limit"),
    ("POST", "/v1/recommendations", {"limit": 2**63}, "limit"),
    ("POST", "/v1/recommendations", {"limit": 10**30}, "limit"),
    ("POST", "/v1/recommendations", {"limit": "5"}, "limit"),
    ("POST", "/v1/recommendations", {"limit": True}, "limit"),
    ("POST", "/v1/recommendations", {"limit": 1.5}, "limit"),
    ("POST", "/v1/recommendations", {"seed": -1}, "seed"),
    ("POST", "/v1/recommendations", {"seed": 2**64}, "seed"),
    ("POST", "/v1/recommendations", {"goal": "a\u0000b"}, "goal"),
    ("POST", "/v1/recommendations", {"goal": "x" * 501}, "goal"),
    ("POST", "/v1/recommendations", {"goal": {"text": "x"}}, "goal"),
    ("POST", "/v1/recommendations", {"learner_id": " x"}, "learner_id"),
    ("POST", "/v1/recommendations", {"learner_id": ""}, "learner_id"),
    ("POST", "/v1/recommendations", {"learner_id": "a\nb"}, "learner_id"),
    ("POST", "/v1/recommendations", {"learner_id": "learner-1", "profile": {}}, "learner_id"),
    ("POST", "/v1/recommendations", {"profile": {"skills": ["x"] * 501}}, "profile.skills"),
    ("POST", "/v1/recommendations", {"profile": {"hours_per_week": 1000}}, "profile.hours_per_week"),
    ("POST", "/v1/recommendations", {"profile": {"budget": {"amount": -1}}}, "profile.budget.amount"),
    ("POST", "/v1/recommendations", {"profile": {"budget": {"currency": "euro"}}}, "profile.budget.currency"),
    ("POST", "/v1/recommendations", {"constraints": {"languages": ["<script>"]}}, "constraints.languages.0"),
    ("POST", "/v1/recommendations", {"constraints": {"weeks": 0}}, "constraints.weeks"),
    ("POST", "/v1/recommendations", {"id": "mine"}, "id"),
    ("PUT", "/v1/learners/x", {"goal": 5}, "goal"),
    ("PUT", "/v1/learners/x", {"skills": "SQL"}, "skills"),
    ("PUT", "/v1/learners/x", {"skills": [""]}, "skills.0"),
    ("PUT", "/v1/learners/x", {"learner_id": "y"}, "learner_id"),
    ("PUT", "/v1/credentials/x", {}, "title"),
    ("PUT", "/v1/credentials/x", {"title": "  "}, "title"),
    ("PUT", "/v1/credentials/x", {"title": "T", "credential_id": "y"}, "credential_id"),
    ("PUT", "/v1/credentials/x", {"title": "T", "eqf_level": 9}, "eqf_level"),
    ("PUT", "/v1/credentials/x", {"title": "T", "starts_on": "2026-02-30"}, "starts_on"),
    ("PUT", "/v1/credentials/x", {"title": "T", "starts_on": 20260101}, "starts_on"),
    ("PUT", "/v1/credentials/x", {"title": "T", "url": "javascript:alert(1)"}, "url"),
    ("PUT", "/v1/credentials/x", {"title": "T", "isPartOf": ["x"]}, "prerequisites"),
    ("PUT", "/v1/credentials/x", {"title": "T", "is_part_of": ["x"]}, "is_part_of"),
    ("POST", "/v1/outcomes", {"outcomes": []}, "outcomes"),
    ("POST", "/v1/outcomes", {"outcomes": [outcome("e", outcome="liked")]}, "outcomes.0.outcome"),
    ("POST", "/v1/outcomes", {"outcomes": [outcome("e", score=1.01)]}, "outcomes.0.score"),
    ("POST", "/v1/outcomes", {"outcomes": [outcome("e", credential_id="")]}, "outcomes.0.credential_id"),
    ("POST", "/v1/learners/x/assessments", {"results": [{"skill": "SQL", "score": 2, "occurred_at": TIME}]}, "score"),
    ("POST", "/v1/learners/learner-1/awards", {"credential_id": "agile", "awarded_at": "yesterday"}, "awarded_at"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "where"), FIELDS)
def test_a_bad_value_is_refused_by_its_place(
    client: httpx2.Client, world: World, method: str, path: str, body: dict[str, Any], where: str
) -> None:
    problem = assert_problem(client.request(method, path, json=body, headers=world.headers()), 422, "invalid-input")
    assert where in [error["where"] for error in problem["errors"]]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-01T09:30:00", "2026-03-01", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", "2026-13-01T00:00:00Z", "12", "", -1, 2**63, 1.5, True, None,
    ],
)  # fmt: skip
def test_a_time_without_zone_or_out_of_the_calendar_is_refused(
    client: httpx2.Client, world: World, moment: Any
) -> None:
    body = {"outcomes": [outcome("e", occurred_at=moment)]}
    assert_problem(client.post("/v1/outcomes", json=body, headers=world.headers()), 422, "invalid-input")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=1e3", "cursor=%00", "cursor=AAAA", "q=%00", "page=2"]
)
def test_a_bad_query_is_refused(client: httpx2.Client, world: World, query: str) -> None:
    assert_problem(client.get(f"/v1/credentials?{query}", headers=world.headers()), 422, "invalid-input")


@pytest.mark.parametrize("query", ["", "q=", "q=%20", "q=x&limit=99", "q=" + "x" * 501, "q=%00"])
def test_goals_need_words_of_a_sane_length(client: httpx2.Client, world: World, query: str) -> None:
    assert_problem(client.get(f"/v1/goals?{query}", headers=world.headers()), 422, "invalid-input")


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/goals/", "/v2/goals", "/v1/learners/", "/..%2f..%2fetc/passwd", "/docs/static/../app.py"],
)
def test_an_unknown_path_is_a_problem_too(client: httpx2.Client, world: World, path: str) -> None:
    assert_problem(client.get(path, headers=world.headers()), 404, "not-found")


@pytest.mark.parametrize("escaped", ["%00", "a%00b", "%20x", "%0a", "%7f", "x" * 201, "%E2%80%A8"])
def test_an_id_in_the_path_obeys_the_rule_of_ids(client: httpx2.Client, world: World, escaped: str) -> None:
    for path in (f"/v1/learners/{escaped}", f"/v1/credentials/{escaped}"):
        assert_problem(client.get(path, headers=world.headers()), 422, "invalid-input")


def test_a_wrong_method_names_every_method_that_the_path_takes(client: httpx2.Client) -> None:
    answer = client.patch("/v1/learners/x")
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET, PUT"


def test_a_batch_over_its_bound_is_refused_whole(client: httpx2.Client, world: World) -> None:
    body = {"outcomes": [outcome(f"many-{n}") for n in range(1_001)]}
    assert_problem(client.post("/v1/outcomes", json=body, headers=world.headers()), 413, "too-large")


def test_a_body_over_its_bound_is_refused_and_an_import_may_be_larger(client: httpx2.Client, world: World) -> None:
    headers = {**JSON, **world.headers()}
    large = b'{"goal": "' + b"x" * (6 * 1024 * 1024) + b'"}'
    assert_problem(client.post("/v1/recommendations", content=large, headers=headers), 413, "too-large")
    lines = json.dumps({"credential_id": "large", "title": "T", "x_filling": "y" * 1_000}).encode() + b"\n"
    text = {"Content-Type": "application/x-ndjson", **world.headers()}
    answer = client.post("/v1/credentials:import?dry_run=true", content=lines * 6_000, headers=text)
    assert answer.status_code != 413


def test_many_faults_are_listed_within_bounds(client: httpx2.Client, world: World) -> None:
    body = {"outcomes": [outcome(f"bad-{n}", score=5) for n in range(900)]}
    problem = assert_problem(client.post("/v1/outcomes", json=body, headers=world.headers()), 422, "invalid-input")
    assert problem["detail"].startswith("900 values")
    assert len(problem["errors"]) == 50


def test_what_was_sent_is_not_sent_back(client: httpx2.Client, world: World) -> None:
    answer = client.post("/v1/recommendations", json={"limit": "my secret"}, headers=world.headers())
    assert "my secret" not in answer.text


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_an_idempotency_key_obeys_the_rule_of_ids(client: httpx2.Client, world: World, key: str) -> None:
    headers = {**world.headers(), "Idempotency-Key": key}
    answer = client.post("/v1/recommendations", json={"goal": "data analyst"}, headers=headers)
    # An empty one says nothing.
    assert answer.status_code == (422 if key else 200)
