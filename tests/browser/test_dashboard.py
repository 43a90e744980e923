"""The dashboard in a real browser: every page on desktop and phone, light and dark, with and without JavaScript."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, expect

from credpath.api.app import create_app
from credpath.store.session import Database
from credpath.store.tasks import save_task
from tests.api.serving import served
from tests.api.world import World
from tests.browser.driving import ON_A_DESKTOP, SIZES, WAYS, Window, looks, violations, window
from tests.browser.people import about
from tests.store.samples import a_task
from tests.web.dashboards import dashboard_world

MOST_BYTES = 300_000


@dataclass(frozen=True)
class Home:
    """A served world with its bundles: the one that serves, and a challenger."""

    world: World
    first: str
    second: str
    url: str

    @property
    def key(self) -> str:
        """An admin's."""
        return self.world.secrets["campus", "admin"]

    @property
    def pages(self) -> tuple[str, ...]:
        """Every page and state that has one."""
        return (
            "", "/catalogue", "/catalogue?kind=incomplete", "/catalogue?q=zzzz", "/catalogue/record?id=sheets",
            "/graph",
            "/graph?q=statistics", "/graph?q=qqqq", "/cohort", "/cohort?country=XX", "/models",
            f"/models/{self.second}", f"/models/{self.first}", f"/models/{self.second}/promote", "/explain",
            f"/explain?id={self.world.impression_id}", "/tasks", "/keys", f"/keys/revoke?id={self.key.split('_')[1]}",
        )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    world, (first, second) = dashboard_world(tmp_path_factory.mktemp("dashboard"))
    with served(create_app(world.context, world.settings)) as url:
        yield Home(world, first, second, url)


def enter(opened: Window, home: Home) -> None:
    """Signs in, as a person does."""
    assert opened.open("/dashboard/enter") == 200
    opened.page.get_by_label("Admin key").fill(home.key)
    opened.page.get_by_role("button", name="Sign in").click()
    expect(opened.page).to_have_url(re.compile("/dashboard$"))


def worked_out(opened: Window, path: str) -> None:
    """Opens the page of learners and waits until it has been worked out."""
    for _ in range(100):
        opened.open(path)
        if not opened.page.get_by_text("Being worked out").count():
            return
        time.sleep(0.05)
    raise AssertionError("it was never worked out")


@pytest.mark.parametrize(("size", "scheme"), looks("desktop-light"))
def test_every_page_is_sound_fits_the_window_and_has_no_barrier(
    browser: Browser, home: Home, size: str, scheme: str
) -> None:
    with window(browser, home.url, SIZES[size], scheme=scheme) as opened:
        assert opened.open("/dashboard/enter") == 200
        assert violations(opened.page) == []
        enter(opened, home)
        worked_out(opened, "/dashboard/cohort")
        for page in home.pages:
            assert opened.open(f"/dashboard{page}") == 200, page
            assert violations(opened.page) == [], page
            opened.check()


@pytest.mark.parametrize("size", ON_A_DESKTOP)
def test_error_pages_have_no_barrier_either(browser: Browser, home: Home, size: str) -> None:
    with window(browser, home.url, SIZES[size], may_fail=True) as opened:
        assert opened.open("/dashboard/models") == 401
        assert violations(opened.page) == []
        opened.page.get_by_role("link", name="Sign in with an admin key").click()
        opened.page.get_by_label("Admin key").fill("cp_wrong")
        opened.page.keyboard.press("Enter")
        expect(opened.page.get_by_role("alert")).to_contain_text("not known")
        assert violations(opened.page) == []
        enter(opened, home)
        for page in ("/nothing", "/explain?id=unknown", "/graph?id=unknown", "/models/rollback"):
            assert opened.open(f"/dashboard{page}") == 404
            assert violations(opened.page) == [], page
            opened.check()


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_an_operator_finds_a_record_to_mend_and_its_place_in_the_graph(
    browser: Browser, home: Home, size: str, js: bool
) -> None:
    with window(browser, home.url, SIZES[size], js=js) as opened:
        enter(opened, home)
        page = opened.page
        page.get_by_role("link", name=re.compile("records? of the catalogue to mend")).click()
        page.get_by_label("Title, awarding body or id").fill("javascript")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="JavaScript and HTML course").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("JavaScript and HTML course")
        expect(page.get_by_text("Add what is missing to the record.")).to_be_visible()
        opened.check()
        page.get_by_role("link", name="Show it in the graph").click()
        listed = page.get_by_role("region", name="Graph around JavaScript and HTML course")
        expect(listed.get_by_role("link", name="skill: HTML")).to_be_attached()
        page.get_by_role("listitem").get_by_role("link", name="HTML", exact=True).first.click()
        expect(page.get_by_role("heading", level=2).first).to_have_text("HTML")
        opened.check()


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_an_operator_promotes_a_model_and_goes_back(browser: Browser, home: Home, size: str, js: bool) -> None:
    current = home.world.settings.models / "CURRENT"
    with window(browser, home.url, SIZES[size], js=js) as opened:
        enter(opened, home)
        page = opened.page
        page.get_by_role("link", name="Models", exact=True).click()
        page.get_by_role("link", name="What it was measured at").nth(1).click()
        expect(page.get_by_role("heading", name="What the gate said")).to_be_visible()
        opened.check()
        page.get_by_role("link", name="Promote").click()
        page.get_by_label("Why").fill(f"by hand, {size}")
        page.get_by_label("I have looked at the figures").check()
        page.get_by_role("button", name="Promote").click()
        expect(page.get_by_role("status")).to_contain_text("Done")
        assert current.read_text().strip() == home.second
        expect(page.get_by_text(f"promote: by hand, {size}").first).to_be_attached()
        page.get_by_role("link", name="Roll back").click()
        page.get_by_label("I have looked at the figures").check()
        page.get_by_role("button", name="Roll back").click()
        expect(page.get_by_role("status")).to_contain_text("Done")
        assert current.read_text().strip() == home.first
        opened.check()


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_an_operator_makes_a_key_sees_it_once_and_ends_it(browser: Browser, home: Home, size: str, js: bool) -> None:
    name = f"key of {size} {js}"
    with window(browser, home.url, SIZES[size], js=js) as opened:
        enter(opened, home)
        page = opened.page
        page.get_by_role("link", name="Keys", exact=True).click()
        page.get_by_label("What it is for").fill(name)
        page.get_by_role("button", name="Make the key").click()
        secret = page.locator("#secret").inner_text()
        assert re.fullmatch(r"cp_[0-9a-f]{16}_[0-9a-f]{64}", secret)
        assert not js or violations(page) == []
        opened.check()
        page.get_by_role("link", name="Keys", exact=True).click()
        expect(page.get_by_text(secret)).to_have_count(0)
        page.get_by_role("link", name=about("Revoke", name)).click()
        page.get_by_role("button", name="Revoke it").click()
        expect(page.get_by_role("link", name=about("Revoke", name))).to_have_count(0)
        opened.check()


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_somebody_explains_one_recommendation_by_its_id(browser: Browser, home: Home, size: str, js: bool) -> None:
    with window(browser, home.url, SIZES[size], js=js) as opened:
        enter(opened, home)
        page = opened.page
        page.get_by_role("link", name="Explain", exact=True).click()
        page.get_by_label("Impression id").fill(home.world.impression_id)
        page.get_by_role("button", name="Explain", exact=True).click()
        expect(page.get_by_text("Replayed")).to_be_visible()
        expect(page.get_by_role("heading", name="What moved its score")).to_be_visible()
        shown = page.get_by_role("heading", name="What was shown").locator("..").get_by_role("link")
        title = shown.nth(1).inner_text()
        shown.nth(1).click()
        expect(page.get_by_role("heading", level=2, name=title)).to_be_visible()
        opened.check()


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_an_employer_sees_what_a_group_lacks(browser: Browser, home: Home, size: str, js: bool) -> None:
    with window(browser, home.url, SIZES[size], js=js) as opened:
        enter(opened, home)
        worked_out(opened, "/dashboard/cohort")
        page = opened.page
        page.get_by_label("Goal").select_option(label=re.compile("web developer").pattern + " (6)")
        page.get_by_role("button", name="Show this group").click()
        lacking = page.get_by_role("region", name="What they lack most")
        expect(lacking).to_contain_text("JavaScript")
        expect(lacking.get_by_role("link", name="JavaScript and HTML course").first).to_be_attached()
        opened.check()


def test_everything_can_be_done_with_the_keyboard_alone(browser: Browser, home: Home) -> None:
    with window(browser, home.url) as opened:
        page = opened.page
        opened.open("/dashboard/enter")
        page.keyboard.type(home.key)  # the field has the focus
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/dashboard$"))
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        follow(opened, "Keys")
        to(opened, "What it is for")
        page.keyboard.type("by keyboard")
        follow(opened, "Make the key")
        expect(page.locator("#secret")).to_be_visible()
        follow(opened, "Revoke: by keyboard")
        follow(opened, "Revoke it")
        expect(page.get_by_role("link", name=about("Revoke", "by keyboard"))).to_have_count(0)
        follow(opened, "Graph")
        expect(page.get_by_role("heading", level=1)).to_have_text("Skill and prerequisite graph")
        before = page.get_by_role("heading", level=2).first.inner_text()
        follow(opened, "skill: SQL")
        expect(page.get_by_role("heading", level=2).first).not_to_have_text(before)
        opened.check()


def follow(opened: Window, name: str) -> None:
    """Goes to what is called so and presses it, until the next page is there."""
    to(opened, name)
    with opened.page.expect_navigation():
        opened.page.keyboard.press("Enter")


def to(opened: Window, name: str) -> None:
    """Tabs on until what is called so has the focus."""
    called = (
        "() => { const at = document.activeElement; const label = at.labels && at.labels[0];"
        " return (at.getAttribute('aria-label') || (label || at).textContent || '').replace(/\\s+/g, ' ').trim(); }"
    )
    for _ in range(120):
        opened.page.keyboard.press("Tab")
        if opened.page.evaluate(called).replace(" :", ":") == name:
            return
    raise AssertionError(f"{name!r} cannot be reached")


def test_a_running_task_is_followed_without_a_touch(browser: Browser, home: Home) -> None:
    now = home.world.context.clock()
    task = a_task("live", title="live.csv", started_at=now, updated_at=now, stage="reading", done=1, total=4)
    put(home.world.context.database, task)
    with window(browser, home.url) as opened:
        enter(opened, home)
        opened.open("/dashboard/tasks")
        bar = opened.page.get_by_role("progressbar", name="Import live.csv")
        expect(bar).to_have_attribute("value", "0.250")
        assert violations(opened.page) == []
        put(home.world.context.database, replace(task, done=3, stage="writing"))
        expect(bar).to_have_attribute("value", "0.750", timeout=10_000)
        put(home.world.context.database, replace(task, state="done", detail="4 new", ended_at=now))
        expect(opened.page.get_by_text("4 new")).to_be_visible(timeout=10_000)
        opened.check()


def put(database: Database, task: object) -> None:
    with database.write() as connection:
        save_task(connection, "campus", task)  # type: ignore[arg-type]


@pytest.mark.slow
def test_no_page_is_heavy(browser: Browser, home: Home) -> None:
    with window(browser, home.url) as opened:
        enter(opened, home)
        sizes: dict[str, int] = {}
        opened.page.on("response", lambda r: sizes.update({r.url: len(r.body())}) if r.status == 200 else None)
        for page in home.pages:
            sizes.clear()
            opened.open(f"/dashboard{page}")
            opened.page.wait_for_load_state("networkidle")
            assert sum(sizes.values()) < MOST_BYTES, (page, sizes)


@pytest.mark.parametrize("code", ["es", "fr"])
def test_longer_languages_fit_a_phone(browser: Browser, home: Home, code: str) -> None:
    with window(browser, home.url, SIZES["phone"]) as opened:
        enter(opened, home)
        for page in home.pages:
            opened.open(f"/dashboard{page}{'&' if '?' in page else '?'}lang={code}")
            opened.check()
