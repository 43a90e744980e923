"""Who gets into the dashboard, as whom, and what a form must carry."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from credpath.api.app import create_app
from credpath.service import keys
from tests import calling
from tests.api.serving import served
from tests.api.world import World
from tests.web.dashboards import csrf_of, dashboard_world, hidden_of, sign_in

PAGES = (
    "/dashboard", "/dashboard/catalogue", "/dashboard/catalogue/record?id=sheets", "/dashboard/graph",
    "/dashboard/cohort", "/dashboard/models", "/dashboard/models/rollback", "/dashboard/explain", "/dashboard/tasks",
    "/dashboard/keys", "/dashboard/keys/revoke?id=x", "/dashboard/nothing",
)  # fmt: skip
FORMS = ("/dashboard/keys", "/dashboard/keys/revoke", "/dashboard/models/promote", "/dashboard/models/rollback",
         "/dashboard/leave")  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, list[str], str]]:
    world, versions = dashboard_world(tmp_path_factory.mktemp("dashboard"))
    with served(create_app(world.context, world.settings)) as url:
        yield world, versions, url


@pytest.fixture
def world(home: tuple[World, list[str], str]) -> World:
    return home[0]


@pytest.fixture
def stranger(home: tuple[World, list[str], str]) -> Iterator[httpx2.Client]:
    with calling.Client(base_url=home[2], timeout=30) as client:
        yield client


@pytest.fixture
def operator(stranger: httpx2.Client, world: World) -> httpx2.Client:
    assert sign_in(stranger, world).status_code == 303
    return stranger


def test_nobody_sees_a_page_without_a_key(stranger: httpx2.Client) -> None:
    for page in PAGES:
        answer = stranger.get(page)
        assert answer.status_code == 401, page
        assert "/dashboard/enter" in answer.text
    for form in FORMS:
        assert stranger.post(form, data={"csrf": "x"}).status_code == 401


def test_an_admin_key_opens_every_page_once_and_is_not_kept_in_the_browser(
    stranger: httpx2.Client, world: World
) -> None:
    answer = sign_in(stranger, world)
    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/dashboard" in cookie
    assert world.secrets["campus", "admin"].split("_")[2] not in cookie
    page = stranger.get("/dashboard")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("scope", ["recommend", "read", "write"])
def test_a_lesser_key_does_not_get_in(stranger: httpx2.Client, world: World, scope: str) -> None:
    answer = sign_in(stranger, world, scope)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert stranger.get("/dashboard").status_code == 401


@pytest.mark.parametrize("key", ["", "cp_", "x" * 5_000, "cp_0000000000000000_" + "0" * 64, "é", "' OR 1=1 --"])
def test_what_is_no_key_does_not_get_in(stranger: httpx2.Client, key: str) -> None:
    answer = stranger.post("/dashboard/enter", data={"key": key})
    assert answer.status_code == 401
    assert len(key) < 10 or key not in answer.text


def test_a_revoked_key_does_not_get_in_and_ends_the_visit_at_once(stranger: httpx2.Client, world: World) -> None:
    assert stranger.post("/dashboard/enter", data={"key": world.revoked}).status_code == 401
    secret, key = keys.create_key(world.context, "campus", "short", ["admin"])
    stranger.post("/dashboard/enter", data={"key": secret})
    assert stranger.get("/dashboard").status_code == 200
    keys.revoke_key(world.context, "campus", key.key_id)
    assert stranger.get("/dashboard").status_code == 401


def test_a_cookie_that_was_altered_opens_nothing(operator: httpx2.Client) -> None:
    name, value = next(iter(operator.cookies.items()))
    operator.cookies.clear()
    for wrong in (value[:-2] + "xx", value.replace(".", "x", 1), "", "a.b.c"):
        assert operator.get("/dashboard", headers={"cookie": f"{name}={wrong}"}).status_code == 401


def test_a_learners_cookie_is_no_operators(operator: httpx2.Client) -> None:
    _, value = next(iter(operator.cookies.items()))
    operator.cookies.clear()
    answer = operator.get("/learn/plan", headers={"cookie": f"credpath_learner={value}"}, follow_redirects=False)
    assert answer.status_code == 401


def test_a_form_from_elsewhere_changes_nothing(operator: httpx2.Client, world: World) -> None:
    before = keys.list_keys(world.context, "campus")
    fields = {"name": "evil", "scope": "admin", "once": "1"}
    mark = csrf_of(operator.get("/dashboard/keys"))
    for wrong, headers in (
        ({"csrf": ""}, {}),
        ({"csrf": mark[:-1] + "x"}, {}),
        ({}, {}),
        ({"csrf": mark}, {"sec-fetch-site": "cross-site"}),
    ):
        assert operator.post("/dashboard/keys", data={**fields, **wrong}, headers=headers).status_code == 403
    json = operator.post("/dashboard/keys", json={**fields, "csrf": mark})
    assert json.status_code == 422
    assert keys.list_keys(world.context, "campus") == before


def test_another_site_cannot_sign_anybody_in(stranger: httpx2.Client, world: World) -> None:
    fields = {"key": world.secrets["campus", "admin"]}
    answer = stranger.post("/dashboard/enter", data=fields, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_looking_at_a_page_changes_nothing(operator: httpx2.Client, home: tuple[World, list[str], str]) -> None:
    world, (first, second), _ = home
    before = keys.list_keys(world.context, "campus")
    key_id = before[0].key_id
    for path in (f"/dashboard/keys/revoke?id={key_id}&csrf=x", f"/dashboard/models/{second}/promote?sure=yes"):
        assert operator.get(path).status_code == 200
    for path in ("/dashboard/models/promote", "/dashboard/leave"):
        assert operator.get(path).status_code in (404, 405)
    assert keys.list_keys(world.context, "campus") == before
    assert (world.settings.models / "CURRENT").read_text().strip() == first


def test_an_operator_sees_the_keys_tenant_and_no_other(stranger: httpx2.Client, world: World) -> None:
    sign_in(stranger, world, tenant="other")
    theirs = {key.key_id for key in keys.list_keys(world.context, "campus") if key.revoked_at is None}
    for page in PAGES:
        text = stranger.get(page).text
        assert "SQL course" not in text, page
        assert not any(key_id in text for key_id in theirs), page
    for path in (
        "/dashboard/catalogue/record?id=sheets", f"/dashboard/explain?id={world.impression_id}",
        "/dashboard/graph?id=sheets", f"/dashboard/keys/revoke?id={min(theirs)}",
    ):  # fmt: skip
        assert stranger.get(path).status_code == 404, path
    mark = csrf_of(stranger.get("/dashboard/keys"))
    answer = stranger.post("/dashboard/keys/revoke", data={"csrf": mark, "id": min(theirs)})
    assert answer.status_code == 404
    assert all(k.revoked_at is None for k in keys.list_keys(world.context, "campus") if k.key_id == min(theirs))


def test_signing_out_ends_the_visit(operator: httpx2.Client) -> None:
    mark = csrf_of(operator.get("/dashboard"))
    assert "You have signed out" in operator.post("/dashboard/leave", data={"csrf": mark}).text
    assert operator.get("/dashboard").status_code == 401


def test_a_key_is_made_once_and_its_secret_shown_once(operator: httpx2.Client, world: World) -> None:
    page = operator.get("/dashboard/keys")
    fields = {"csrf": csrf_of(page), "once": hidden_of(page, "once"), "name": "course platform", "scope": "recommend"}
    made = operator.post("/dashboard/keys", data=fields)
    assert made.status_code == 200
    key = next(k for k in keys.list_keys(world.context, "campus") if k.name == "course platform")
    secret = next(
        word
        for word in made.text.replace("<", " ").replace(">", " ").split()
        if word.startswith(f"cp_{key.key_id}_") and len(word) > 60
    )
    assert keys.authenticate(world.context, secret) == key
    assert key.scopes == ("recommend",)
    again = operator.post("/dashboard/keys", data=fields)
    assert (again.status_code, again.headers["location"]) == (303, "/dashboard/keys")
    assert secret not in operator.get("/dashboard/keys").text
    assert sum(k.name == "course platform" for k in keys.list_keys(world.context, "campus")) == 1
    ended = operator.post("/dashboard/keys/revoke", data={"csrf": fields["csrf"], "id": key.key_id})
    assert ended.status_code == 303
    assert "course platform" in operator.get("/dashboard/keys").text, "among those that were revoked"
    assert operator.get(f"/dashboard/keys/revoke?id={key.key_id}").status_code == 404


def test_a_key_that_cannot_be_says_why_and_keeps_what_was_typed(operator: httpx2.Client) -> None:
    page = operator.get("/dashboard/keys")
    fields = {"csrf": csrf_of(page), "once": "a", "name": "typed <b>", "scope": "nonsense"}
    answer = operator.post("/dashboard/keys", data=fields)
    assert answer.status_code == 422
    assert "Choose at least one" in answer.text
    assert "typed &lt;b&gt;" in answer.text
    nameless = operator.post("/dashboard/keys", data={**fields, "once": "b", "name": "", "scope": "read"})
    assert nameless.status_code == 422
    assert "Give it a name" in nameless.text


def test_promoting_and_rolling_back_ask_first_and_then_do_it(
    operator: httpx2.Client, home: tuple[World, list[str], str]
) -> None:
    world, (first, second), _ = home
    current = world.settings.models / "CURRENT"
    asked = operator.get(f"/dashboard/models/{second}/promote")
    mark = csrf_of(asked)
    assert "The gate held this model" in asked.text
    unsure = operator.post("/dashboard/models/promote", data={"csrf": mark, "version": second})
    assert unsure.status_code == 422
    assert current.read_text().strip() == first
    fields = {"csrf": mark, "version": second, "reason": "we looked", "sure": "yes"}
    done = operator.post("/dashboard/models/promote", data=fields)
    assert (done.status_code, current.read_text().strip()) == (303, second)
    assert "promote: we looked" in operator.get("/dashboard/models").text
    stale = operator.post("/dashboard/models/rollback", data={"csrf": mark, "version": second, "sure": "yes"})
    assert (stale.status_code, current.read_text().strip()) == (409, second), "not what was meant any more"
    back = operator.post("/dashboard/models/rollback", data={"csrf": mark, "version": first, "sure": "yes"})
    assert (back.status_code, current.read_text().strip()) == (303, first)
    nothing = operator.post("/dashboard/models/promote", data={"csrf": mark, "version": "../../etc", "sure": "yes"})
    assert nothing.status_code == 404


def test_a_damaged_bundle_is_not_promoted_and_the_page_says_so(
    operator: httpx2.Client, home: tuple[World, list[str], str]
) -> None:
    world, (first, second), _ = home
    file = world.settings.models / second / "learned" / "campus" / "figures.json"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"0.5", b"0.9", 1))
    try:
        mark = csrf_of(operator.get("/dashboard/models"))
        fields = {"csrf": mark, "version": second, "sure": "yes"}
        answer = operator.post("/dashboard/models/promote", data=fields)
        assert answer.status_code == 409
        assert "Nothing was switched" in answer.text
        assert str(world.settings.models) not in answer.text
        assert (world.settings.models / "CURRENT").read_text().strip() == first
    finally:
        file.write_bytes(whole)
