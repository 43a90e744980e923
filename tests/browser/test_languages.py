"""Every page in every language, and in one that is written from right to left, on a phone and on a desktop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, expect

from credpath.api.app import create_app
from credpath.web.catalogues import ids_of
from credpath.web.i18n import COOKIE, Languages
from credpath.web.messages import extract
from credpath.web.pseudo import PSEUDO
from tests import calling
from tests.api.calls import TIME
from tests.api.serving import served
from tests.api.world import World
from tests.browser.driving import SIZES, Window, violations, window
from tests.browser.people import let_in, put_learner
from tests.web.dashboards import dashboard_world

LEARNER = (
    "/", "/learn/you", "/learn/you?q=data", "/learn/you?title=course", "/learn/check", "/learn/goal",
    "/learn/goal?q=web", "/learn/gap", "/learn/plan", "/learn/plan?hours=many&budget=-3",
    "/learn/plan?budget=0&hours=0.5&currency=EUR", "/learn/plan?pin=agile&without=charts&parallel=2&stack=analyst",
    "/learn/plan?done=dismissed&about=sheets", "/learn/credential?id=sql-advanced", "/learn/credential?id=analyst",
    "/learn/goal/ways?a=data%20analyst&b=web%20developer", "/learn/act", "/learn/forget", "/learn/nowhere",
)  # fmt: skip
# The language for tests has the longest words, so it sees every page; each of the others sees one half.
VIEWS = [
    ("es", "phone", "learner"),
    ("fr", "phone", "dashboard"),
    (PSEUDO, "phone", "both"),
    pytest.param(PSEUDO, "desktop", "both", marks=pytest.mark.slow),
]


@dataclass(frozen=True)
class Home:
    """A served world whose pages also speak the language for tests."""

    world: World
    bundles: list[str]
    url: str
    learner: str

    @property
    def dashboard(self) -> tuple[str, ...]:
        """Its pages."""
        pages = (
            "", "/catalogue", "/catalogue?kind=incomplete", "/catalogue/record?id=sheets", "/graph?q=statistics",
            "/models", "/explain", "/tasks", "/keys", f"/models/{self.bundles[1]}",
            f"/models/{self.bundles[1]}/promote", "/cohort", f"/explain?id={self.world.impression_id}",
        )  # fmt: skip
        return tuple(f"/dashboard{page}" for page in pages)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    world, bundles = dashboard_world(tmp_path_factory.mktemp("languages"))
    app = create_app(world.context, world.settings)
    app.state.site = replace(app.state.site, languages=Languages(pseudo=True))
    with served(app) as url:
        learner = put_learner(world, url, "polyglot", goal="data analyst", skills=["spreadsheets"], hours_per_week=5)
        event = {"outcome_id": "p-1", "learner_id": learner, "credential_id": "sheets", "outcome": "completed",
                 "occurred_at": TIME}  # fmt: skip
        write = world.headers("write")
        calling.post(f"{url}/v1/outcomes", json={"outcomes": [event]}, headers=write).raise_for_status()
        yield Home(world, bundles, url, learner)


@pytest.fixture(scope="module")
def english() -> list[str]:
    """Texts that no translation shares: long ones without a place."""
    found = [ids_of(entry)[0] for entry in extract() if entry.id]
    return [text for text in found if len(text) > 20 and "{" not in text]


def speak(opened: Window, code: str) -> None:
    """As somebody who chose the language earlier."""
    opened.page.context.add_cookies([{"name": COOKIE, "value": code, "url": opened.url}])


def enter(opened: Window, home: Home) -> None:
    """Signs in to the dashboard, whatever it is called."""
    opened.open("/dashboard/enter")
    opened.page.locator("#key").fill(home.world.secrets["campus", "admin"])
    opened.page.locator("main form button").click()
    opened.page.wait_for_url("**/dashboard")


@pytest.mark.parametrize(("code", "size", "half"), VIEWS)
def test_every_page_speaks_the_language_and_fits_the_window(
    browser: Browser, home: Home, english: list[str], code: str, size: str, half: str
) -> None:
    direction = "rtl" if code == PSEUDO else "ltr"
    faults: dict[str, list[str]] = {}
    pages = {"learner": LEARNER, "dashboard": home.dashboard, "both": (*LEARNER, *home.dashboard)}[half]
    with window(browser, home.url, SIZES[size], may_fail=True) as opened:
        speak(opened, code)
        let_in(opened, home.world, home.learner)
        enter(opened, home)
        for path in pages:
            opened.open(path)
            html = opened.page.locator("html")
            expect(html).to_have_attribute("lang", code)
            expect(html).to_have_attribute("dir", direction)
            opened.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            words = opened.page.locator("body").inner_text()
            found = [text for text in english if text in words]
            if opened.overflow():
                found.append(f"{opened.overflow()} px too wide")
            if found:
                faults[path] = found
        assert opened.faults == []
    assert faults == {}


def test_from_right_to_left_nothing_becomes_a_barrier(browser: Browser, home: Home) -> None:
    with window(browser, home.url, SIZES["phone"], may_fail=True) as opened:
        speak(opened, PSEUDO)
        let_in(opened, home.world, home.learner)
        for path in ("/learn/gap", "/learn/plan"):
            opened.open(path)
            assert violations(opened.page) == []


def test_a_reason_is_said_in_the_language_of_the_page(browser: Browser, home: Home) -> None:
    with window(browser, home.url) as opened:
        speak(opened, "es")
        let_in(opened, home.world, home.learner)
        opened.open("/learn/plan")
        reasons = opened.page.locator(".reasons").first
        expect(reasons).to_contain_text("de la brecha hacia data analyst")
        opened.check()


def test_a_language_that_is_chosen_stays(browser: Browser, home: Home) -> None:
    with window(browser, home.url) as opened:
        let_in(opened, home.world, home.learner)
        opened.open("/learn/you")
        expect(opened.page.locator("h1")).to_have_text("Where are you?")
        opened.page.get_by_role("link", name="Français").click()
        expect(opened.page.locator("h1")).to_have_text("Où en êtes-vous\u202f?")
        opened.open("/learn/gap")
        expect(opened.page.locator("html")).to_have_attribute("lang", "fr")
        opened.check()


def test_without_a_choice_the_browser_is_asked(home: Home) -> None:
    answer = calling.get(home.url + "/", headers={"accept-language": "fr-CA, en;q=0.5"})
    assert '<html lang="fr" dir="ltr">' in answer.text
    assert '<html lang="es" dir="ltr">' in calling.get(home.url + "/?lang=es").text
