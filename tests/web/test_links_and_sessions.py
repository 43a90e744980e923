from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from credpath.web.sessions import LASTS, begin
from credpath.web.signing import Signing
from credpath.web.site import Site
from tests import calling
from tests.api.serving import assert_problem
from tests.api.world import World
from tests.web.visiting import csrf, send, visit

LINKS = "/v1/learners/learner-1/links"


def test_a_link_says_when_it_ends_and_lets_its_learner_in(anybody: httpx2.Client, world: World) -> None:
    before = datetime.now(UTC)
    answer = anybody.post(LINKS, json={"minutes": 5}, headers=world.headers("write"))
    ends = datetime.fromisoformat(answer.json()["expires_at"])
    assert timedelta(minutes=4, seconds=58) <= ends - before <= timedelta(minutes=5, seconds=5)
    entered = anybody.get(answer.json()["url"])
    assert (entered.status_code, entered.headers["location"]) == (303, "/learn")
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("credpath_learner=")
    assert {"HttpOnly", "Path=/learn", "SameSite=lax", f"Max-Age={int(LASTS.total_seconds())}"} <= {
        part.strip() for part in cookie.split(";")
    }
    assert anybody.get("/learn").headers["location"] == "/learn/plan"


@pytest.mark.parametrize("minutes", [0, -1, 1_441, 1.5, "soon", None])
def test_a_link_lasts_a_minute_to_a_day(anybody: httpx2.Client, world: World, minutes: object) -> None:
    assert_problem(anybody.post(LINKS, json={"minutes": minutes}, headers=world.headers("write")), 422, "invalid-input")


def test_there_is_no_link_for_somebody_unknown_or_of_another_tenant(anybody: httpx2.Client, world: World) -> None:
    unknown = anybody.post("/v1/learners/nobody/links", json={}, headers=world.headers("write"))
    assert_problem(unknown, 404, "not-found")
    assert_problem(anybody.post(LINKS, json={}, headers=world.headers("write", "other")), 404, "not-found")


def test_a_link_that_is_over_lets_nobody_in(anybody: httpx2.Client, world: World, url: str) -> None:
    from credpath.web.links import mint
    from credpath.web.signing import secret_of

    long_ago = datetime.now(UTC) - timedelta(hours=1)
    past = Site(Past(world.context, long_ago), Signing(secret_of("", world.settings.home)))  # type: ignore[arg-type]
    path, _ = mint(past, "campus", "learner-1", 15)
    answer = anybody.get(path)
    assert answer.status_code == 401
    assert "Please sign in again" in answer.text
    assert "set-cookie" not in answer.headers


class Past:
    """A context whose clock stands still."""

    def __init__(self, context: object, moment: datetime) -> None:
        self._context = context
        self._moment = moment

    def clock(self) -> datetime:
        return self._moment


def test_the_cookie_insists_on_tls_where_people_come_over_it(world: World) -> None:
    from starlette.datastructures import State
    from starlette.requests import Request
    from starlette.responses import Response

    class App:
        state = State()

    App.state.site = Site(world.context, Signing("s" * 32), "https://learn.example.org")
    request = Request({"type": "http", "app": App, "headers": [], "path": "/", "query_string": b"", "method": "GET"})
    response = Response()
    begin(request, response, "learner", "campus", "x")
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "é", "." * 4_000])
def test_a_made_up_cookie_is_nobody(anybody: httpx2.Client, cookie: str) -> None:
    answer = anybody.get("/learn/plan", headers={"Cookie": f"credpath_learner={cookie}".encode()})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")


def test_one_learners_visit_shows_nothing_of_anothers(world: World, url: str) -> None:
    with visit(world, url, "ann", goal="data analyst", skills=["budgeting"]), visit(world, url, "ben") as ben:
        assert "Remove budgeting" not in ben.get("/learn/you").text
        assert '"ann"' not in ben.get("/learn/export").text


def test_the_same_id_in_two_tenants_is_two_learners(world: World, url: str) -> None:
    write = world.headers("write", "other")
    calling.put(f"{url}/v1/learners/twin", json={"skills": ["budgeting"]}, headers=write).raise_for_status()
    with visit(world, url, "twin", skills=["SQL"]) as client:
        page = client.get("/learn/you").text
    assert "Remove SQL" in page
    assert "Remove budgeting" not in page


@pytest.mark.parametrize(
    "path",
    ["/learn/leave", "/learn/you/skills", "/learn/you/awards", "/learn/you/about", "/learn/check", "/learn/goal",
     "/learn/plan/keep", "/learn/plan/follow", "/learn/actions", "/learn/undo", "/learn/forget"],
)  # fmt: skip
def test_no_form_is_taken_without_the_mark_of_its_visit(world: World, url: str, path: str) -> None:
    with visit(world, url, "marked", goal="data analyst") as client, visit(world, url, "other-one") as other:
        for data in ({}, {"csrf": "x"}, {"csrf": csrf(other)}):
            assert client.post(path, data={**data, "sure": "yes"}).status_code == 403
        crossed = client.post(path, data={"csrf": csrf(client)}, headers={"Sec-Fetch-Site": "cross-site"})
        assert crossed.status_code == 403
        assert client.post(path, json={"csrf": csrf(client)}).status_code == 422
        assert client.post(path, files={"csrf": ("x", csrf(client))}).status_code == 422
        client.cookies.clear()
        assert client.post(path, data={"csrf": "x"}).status_code == 401
    assert calling.get(f"{url}/v1/learners/marked", headers=world.headers("read")).status_code == 200


def test_who_signs_out_is_out(world: World, url: str) -> None:
    with visit(world, url, "leaver") as client:
        answer = send(client, "/learn/leave")
        assert "You are signed out" in answer.text
        assert client.get("/learn/you").status_code == 401


def test_who_is_forgotten_elsewhere_is_out_and_their_link_is_void(world: World, url: str) -> None:
    with visit(world, url, "erased", goal="data analyst") as client:
        token = csrf(client)
        link = calling.post(f"{url}/v1/learners/erased/links", json={}, headers=world.headers("write")).json()["url"]
        calling.delete(f"{url}/v1/learners/erased", headers=world.headers("write")).raise_for_status()
        assert client.get("/learn/you").status_code == 404
        form = {"csrf": token, "action": "enrolled", "credential_id": "agile"}
        assert client.post("/learn/actions", data=form).status_code == 404
        assert client.get(link).status_code == 401
    assert calling.get(f"{url}/v1/learners/erased", headers=world.headers("read")).status_code == 404
