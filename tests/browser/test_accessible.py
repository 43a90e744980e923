"""axe on every page and state of the learner's page, at both sizes, in light and dark; and every flow by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests import calling
from tests.api.calls import TIME
from tests.api.world import World
from tests.browser.driving import ON_A_DESKTOP, SIZES, looks, violations, window
from tests.browser.people import let_in, put_learner

SQL = "https%3A%2F%2Fskills.test%2FSQL"
STATES = {
    "front": "/",
    "you": "/learn/you",
    "you, skills found": "/learn/you?q=data",
    "you, nothing found": "/learn/you?title=nothing-of-that-name",
    "you, credentials found": "/learn/you?title=course",
    "check": "/learn/check",
    "check, answered": f"/learn/check?yes={SQL}",
    "check, stopped": f"/learn/check?no={SQL}&stop=1",
    "goal": "/learn/goal",
    "goal, nothing like it": "/learn/goal?q=zzzzqqqq",
    "goal, two ways": "/learn/goal/ways?a=data%20analyst&b=web%20developer",
    "goal, twice the same": "/learn/goal/ways?a=data%20analyst&b=data%20analyst",
    "gap": "/learn/gap",
    "plan": "/learn/plan",
    "plan, limits that cannot be read": "/learn/plan?hours=many&budget=-3&deadline=2001-01-01&currency=XXX",
    "plan, nothing fits": "/learn/plan?budget=0&hours=0.5&currency=EUR",
    "plan, wishes": "/learn/plan?pin=agile&without=charts&accredited=yes&parallel=2&participation=online&stack=analyst",
    "plan, an unknown pin": "/learn/plan?pin=nothing",
    "plan, after an action": "/learn/plan?done=dismissed&about=sheets",
    "act, after a press": "/learn/act?done=completed&about=sheets&said=page:axe-0",
    "credential": "/learn/credential?id=sql-advanced",
    "credential, a stack": "/learn/credential?id=analyst",
    "act": "/learn/act",
    "forget": "/learn/forget",
    "lost": "/learn/nowhere",
    "no such credential": "/learn/credential?id=nothing",
}


@pytest.fixture(scope="module")
def learner(world: World, url: str) -> str:
    """With a goal, an award, something under way and something waved away."""
    found = put_learner(
        world, url, "axe", goal="data analyst", skills=["spreadsheets", "no such skill"], hours_per_week=5
    )
    write = world.headers("write")
    for number, (kind, credential) in enumerate(
        (("completed", "sheets"), ("enrolled", "statistics"), ("dismissed", "agile"))
    ):
        event = {"outcome_id": f"page:axe-{number}", "learner_id": found, "credential_id": credential, "outcome": kind,
                 "occurred_at": TIME}  # fmt: skip
        calling.post(f"{url}/v1/outcomes", json={"outcomes": [event]}, headers=write).raise_for_status()
    result = {"skill": "SQL", "score": 0.4, "occurred_at": TIME}
    calling.post(f"{url}/v1/learners/{found}/assessments", json={"results": [result]}, headers=write).raise_for_status()
    return found


@pytest.mark.parametrize(("size", "scheme"), looks("phone-dark"))
def test_axe_finds_nothing_on_any_page_in_any_state(
    browser: Browser, world: World, url: str, learner: str, size: str, scheme: str
) -> None:
    found: dict[str, list[str]] = {}
    with window(browser, url, SIZES[size], scheme=scheme, may_fail=True) as opened:
        let_in(opened, world, learner)
        for name, path in STATES.items():
            opened.open(path)
            opened.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            faults = violations(opened.page)
            if opened.overflow():
                faults.append(f"{opened.overflow()} px too wide")
            if faults:
                found[name] = faults
        opened.check()
    assert found == {}


def test_on_a_phone_how_credentials_are_regarded_stands_below_each_other_under_its_names(
    browser: Browser, world: World, url: str, learner: str
) -> None:
    with window(browser, url, SIZES["phone"]) as opened:
        let_in(opened, world, learner)
        opened.open("/learn/gap")
        box = opened.page.locator(".scroll", has=opened.page.locator("table"))
        assert box.evaluate("e => e.scrollWidth - e.clientWidth") == 0
        named = box.locator("td").first.evaluate("e => getComputedStyle(e, '::before').content")
        assert named == '"Accreditation"'
        opened.check()


@pytest.mark.parametrize("code", ["en", "es", "fr"])
def test_with_text_at_twice_its_size_no_step_is_broken_within_its_word(
    browser: Browser, world: World, url: str, learner: str, code: str
) -> None:
    one_line = """all => all.every(e => {
        const text = document.createRange();
        text.selectNodeContents(e);
        return text.getClientRects().length === 1;
    })"""
    with window(browser, url, SIZES["phone"]) as opened:
        let_in(opened, world, learner)
        opened.page.route("**/learner.css*", twice_as_large)
        opened.open(f"/learn/you?lang={code}")
        assert opened.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        labels = opened.page.locator(".stepper a > span:last-child")
        assert labels.count() == 5
        assert labels.evaluate_all(one_line)
        assert opened.overflow() == 0


def twice_as_large(route: Route) -> None:
    """The stylesheet with the text of the whole page at 200 %."""
    answer = route.fetch()
    route.fulfill(response=answer, body=f"{answer.text()} html {{ font-size: 200%; }}")


def test_axe_finds_nothing_where_nobody_is_signed_in(browser: Browser, url: str) -> None:
    with window(browser, url, may_fail=True) as opened:
        for path in ("/learn/plan", "/learn/enter/not-a-link"):
            assert opened.open(path) == 401
            expect(opened.page.get_by_role("heading", level=1)).to_have_text("Please sign in again")
            assert violations(opened.page) == []


@pytest.mark.parametrize("size", ON_A_DESKTOP)
def test_every_flow_can_be_done_by_keyboard_alone(browser: Browser, world: World, url: str, size: str) -> None:
    learner = put_learner(world, url, f"keys-{size}")
    with window(browser, url, SIZES[size]) as opened:
        let_in(opened, world, learner)
        page = opened.page
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        write_into(page, "Find a skill", "sql")
        press(page, lambda: page.get_by_role("button", name=re.compile("I have this.*SQL")))
        press(page, lambda: page.get_by_role("link", name="Next: where you want to go"))
        write_into(page, "The work you want", "data analyst")
        press(page, lambda: page.get_by_role("button", name=re.compile("Make this my goal.*data analyst")))
        press(page, lambda: page.get_by_text("1 piece of evidence").first)
        expect(page.get_by_text("Your own word").first).to_be_visible()
        press(page, lambda: page.get_by_role("link", name="Next: the plan that closes it"))
        write_into(page, "Hours a week", "3")
        expect(page).to_have_url(re.compile("hours=3"))
        press(page, lambda: page.locator(".next").get_by_role("button", name="I have enrolled"))
        expect(page.get_by_role("status")).to_contain_text("you enrolled")
        press(page, lambda: page.get_by_role("navigation", name="Five steps").get_by_role("link", name="Act"))
        press(page, lambda: page.get_by_role("button", name=re.compile("I have completed it")))
        expect(page.get_by_role("status")).to_contain_text("Well done!")
        press(page, lambda: page.get_by_role("link", name="Forget me"))
        tab_to(page, lambda: page.get_by_label("Yes, remove everything that is kept of me"))
        page.keyboard.press("Space")
        press(page, lambda: page.get_by_role("button", name="Forget me"))
        expect(page.get_by_role("heading", level=1)).to_have_text("You are forgotten")
        opened.check()


def tab_to(page: Page, wanted: Callable[[], Locator]) -> None:
    """Presses Tab until the element has the focus, and the focus can be seen."""
    target = wanted()
    expect(target).to_be_visible()
    for _ in range(120):
        if target.evaluate("e => e === document.activeElement || e.closest('summary') === document.activeElement"):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{target} does not show that it has the focus"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def press(page: Page, wanted: Callable[[], Locator]) -> None:
    """Goes to the element and presses Enter."""
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def write_into(page: Page, label: str, words: str) -> None:
    """Goes to the field, replaces what it holds, and leaves it."""
    tab_to(page, lambda: page.get_by_label(label))
    page.keyboard.press("Control+A")
    page.keyboard.type(words)
    page.keyboard.press("Tab")
