"""The layer around every request, on a bare ASGI app behind a real server."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from structlog.testing import capture_logs

from credpath.api.metrics import Metrics
from credpath.api.middleware import BodyLimits, Observe
from credpath.api.security import Right
from tests.api.serving import assert_problem, client_of

LIMIT = 1_000


async def echo(request: Request) -> Response:
    body = await request.body()
    bound = structlog.contextvars.get_contextvars()
    return JSONResponse({"size": len(body), "path": request.path_params, "bound": bound})


async def fail(_: Request) -> Response:
    raise ZeroDivisionError("secret text of a learner")


async def own_headers(_: Request) -> Response:
    return Response(b"x", headers={"Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=5"})


def application() -> tuple[Observe, Metrics]:
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/import", echo, methods=["POST"]),
        Route("/fail", fail),
        Route("/own", own_headers),
        Route("/things/{thing}/part", echo),
    ]
    rights = {echo: Right("/echo", None), fail: Right("/fail", None)}
    metrics = Metrics()
    limits = BodyLimits(LIMIT, {"/import": 10 * LIMIT})
    router = Router(routes)
    return Observe(router, metrics=metrics, right_of=rights.get, body_limits=limits), metrics  # type: ignore[arg-type, call-overload]


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[httpx2.Client, Metrics]]:
    app, metrics = application()
    with client_of(app) as client:
        yield client, metrics


@pytest.fixture
def client(running: tuple[httpx2.Client, Metrics]) -> httpx2.Client:
    return running[0]


def test_a_plain_request_id_is_kept_and_returned(client: httpx2.Client) -> None:
    answer = client.get("/echo", headers={"X-Request-ID": "lms-42.a:b_c"})
    assert answer.headers["x-request-id"] == "lms-42.a:b_c"
    assert answer.json()["bound"] == {"request_id": "lms-42.a:b_c"}


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "-leading", "tab\there", "<script>", "é"])
def test_any_other_request_id_is_replaced(client: httpx2.Client, given: str) -> None:
    answer = client.get("/echo", headers={"X-Request-ID": given.encode()})
    assert len(answer.headers["x-request-id"]) == 32


def test_each_request_gets_its_own_id_on_one_connection(client: httpx2.Client) -> None:
    ids = {client.get("/echo").headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


def test_answers_are_not_stored_sniffed_or_framed(client: httpx2.Client) -> None:
    headers = client.get("/echo").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_a_response_keeps_the_headers_that_it_set_itself(client: httpx2.Client) -> None:
    headers = client.get("/own").headers
    assert headers["cache-control"] == "max-age=5"
    assert headers.get_list("content-security-policy") == ["default-src 'self'"]


def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(client: httpx2.Client) -> None:
    assert client.post("/echo", content=b"x" * LIMIT).json()["size"] == LIMIT
    assert_problem(client.post("/echo", content=b"x" * (LIMIT + 1)), 413, "too-large")


def test_a_chunked_body_is_bounded_without_a_stated_length(client: httpx2.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(50):
            yield b"y" * 100

    assert_problem(client.post("/echo", content=chunks()), 413, "too-large")


def test_a_path_may_have_a_limit_of_its_own(client: httpx2.Client) -> None:
    assert client.post("/import", content=b"x" * 5 * LIMIT).json()["size"] == 5 * LIMIT
    assert_problem(client.post("/import", content=b"x" * 11 * LIMIT), 413, "too-large")


def test_a_stated_length_over_the_limit_is_refused_before_the_body_arrives(client: httpx2.Client) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=5) as raw:
        raw.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 413")


def test_an_unexpected_error_tells_the_caller_only_an_id(client: httpx2.Client) -> None:
    with capture_logs() as lines:
        answer = client.get("/fail")
    problem = assert_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert problem["hint"]
    assert "request failed" in {line["event"] for line in lines}


def test_the_log_line_names_the_route_and_never_the_path_or_query(client: httpx2.Client) -> None:
    with capture_logs() as lines:
        client.get("/echo", params={"q": "I want to leave my job"})
        client.get("/things/learner-17/part")
    noted = [line for line in lines if line["event"] == "request"]
    assert [line["route"] for line in noted] == ["/echo", "/echo"]
    assert {line["status"] for line in noted} == {200}
    assert all(line["milliseconds"] >= 0 for line in noted)
    assert "leave my job" not in str(lines)
    assert "learner-17" not in str(lines)


def test_metrics_count_by_route_and_status_and_nothing_stays_in_flight() -> None:
    app, metrics = application()
    with client_of(app) as client:
        for _ in range(3):
            client.get("/echo")
        client.get("/nowhere")
        client.request("PROPFIND", "/echo")
    text = metrics.page("bundle-1").decode()
    assert 'credpath_requests_total{method="GET",route="/echo",status="200"} 3.0' in text
    assert 'method="OTHER"' in text
    assert "PROPFIND" not in text
    assert 'route="unmatched"' in text
    assert "nowhere" not in text
    assert "credpath_requests_in_flight 0.0" in text
    assert 'credpath_bundle{version="bundle-1"} 1.0' in text


def test_metrics_show_which_bundle_serves_and_which_did() -> None:
    metrics = Metrics()
    metrics.page("old")
    text = metrics.page("new").decode()
    assert 'credpath_bundle{version="new"} 1.0' in text
    assert 'credpath_bundle{version="old"} 0.0' in text


def test_several_processes_count_together_where_they_share_a_folder(tmp_path: Path) -> None:
    program = (
        "from credpath.api.metrics import Metrics; m = Metrics(); m.begin(); m.end('GET', '/r', 200, 0.1); "
        "m.recommended(degraded=True); m.page('old'); print(m.page('new').decode())"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program], env=environment, capture_output=True, text=True, check=True
        )
    assert 'credpath_requests_total{method="GET",route="/r",status="200"} 2.0' in done.stdout
    assert 'credpath_recommendations_total{degraded="true"} 2.0' in done.stdout
    assert 'credpath_bundle{version="new"} 1.0' in done.stdout


@pytest.mark.parametrize("escaped", ["%2F", "%2f"])
def test_an_encoded_slash_stays_within_one_segment(client: httpx2.Client, escaped: str) -> None:
    answer = raw_get(client, f"/things/a{escaped}b/part")
    assert answer.status == 200
    assert b'"thing":"a\\u0000b"' in answer.read()


@pytest.mark.parametrize("path", ["/things/Jos%E9/part", "/things/a%2F%E8/part", "/echo?q=%ff%fe", "/echo?q=a%C3"])
def test_what_is_not_utf8_is_refused_before_two_ids_become_one(client: httpx2.Client, path: str) -> None:
    answer = raw_get(client, path)
    assert answer.status == 422
    assert b"is not UTF-8" in answer.read()


def test_what_is_utf8_in_path_and_query_is_taken(client: httpx2.Client) -> None:
    answer = raw_get(client, "/things/Jos%C3%A9/part?q=%E2%82%AC")
    assert (answer.status, json.loads(answer.read())["path"]) == (200, {"thing": "José"})


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /echo HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /caf\xe9 HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    ],
)
def test_what_the_parser_refuses_is_a_problem_document_too(client: httpx2.Client, sent: bytes, status: int) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=5) as raw:
        raw.sendall(sent)
        answer = http.client.HTTPResponse(raw)
        answer.begin()
        problem = json.loads(answer.read())
    assert (answer.status, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["hint"]


def test_an_encoded_nul_is_refused(client: httpx2.Client) -> None:
    assert raw_get(client, "/things/a%00b/part").status == 422


def test_a_client_that_hangs_up_does_not_fail_the_server(client: httpx2.Client) -> None:
    with capture_logs() as lines:
        raw = socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=5)
        raw.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nab")
        raw.close()
        assert client.get("/echo").status_code == 200
    assert not [line for line in lines if line.get("log_level") == "error"]


@pytest.mark.parametrize("head", [b"GET /echo?" + b"q" * 400_000, b"GET /echo HTTP/1.1\r\nX-Long: " + b"y" * 400_000])
def test_a_head_without_end_is_refused_before_it_fills_the_memory(client: httpx2.Client, head: bytes) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=5) as raw:
        raw.sendall(head)
        assert raw.recv(4_096).startswith(b"HTTP/1.1 431")


def test_long_bodies_and_many_requests_on_a_connection_do_not_count_as_head(client: httpx2.Client) -> None:
    for _ in range(100):
        assert client.get("/echo", headers={"X-Filling": "y" * 1_000}).status_code == 200
    assert client.post("/import", content=b"x" * 9 * LIMIT).status_code == 200


def test_an_offer_to_speak_websocket_is_answered_as_http(client: httpx2.Client) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "eA==",
        "Sec-WebSocket-Version": "13",
    }
    assert client.get("/echo", headers=headers).status_code == 200


def raw_get(client: httpx2.Client, path: str) -> Any:
    """GET of exactly these bytes: a client library may normalise them."""
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
    connection.putrequest("GET", path, skip_host=False)
    connection.endheaders()
    return connection.getresponse()
