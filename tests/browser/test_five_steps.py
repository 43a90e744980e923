"""Every step of the learner's page in a real browser: on desktop and phone, with JavaScript and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests import calling
from tests.api.world import World, uri
from tests.browser.driving import SIZES, WAYS, Window, window
from tests.browser.people import about, let_in, outcomes_of, put_learner


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_somebody_new_goes_from_where_they_are_to_a_plan_and_acts_on_it(
    browser: Browser, world: World, url: str, size: str, js: bool
) -> None:
    learner = put_learner(world, url, f"new-{size}-{js}")
    with window(browser, url, SIZES[size], js=js) as opened:
        let_in(opened, world, learner)
        say_where_you_are(opened, js)
        say_where_you_want_to_go(opened, js)
        see_the_gap(opened)
        plan(opened, js)
        act_on_it(opened)
        opened.check()
    happened = outcomes_of(world, url, learner)
    assert [kind for kind, _ in happened] == ["enrolled", "dismissed", "completed"]


def say_where_you_are(opened: Window, js: bool) -> None:
    page = opened.page
    expect(page).to_have_url(re.compile("/learn/you$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Where are you?")
    page.get_by_label("Find a skill").fill("spread")
    if not js:
        page.get_by_role("search").filter(has=page.get_by_label("Find a skill")).get_by_role("button").click()
    page.get_by_role("button", name=about("I have this", "spreadsheets")).click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_role("button", name="Remove spreadsheets")).to_be_visible()
    opened.check()
    page.get_by_role("link", name="Next: where you want to go").click()


def say_where_you_want_to_go(opened: Window, js: bool) -> None:
    page = opened.page
    expect(page.get_by_text("No goal yet")).to_be_visible()
    page.get_by_label("The work you want").fill("data analyst")
    if not js:
        page.get_by_role("button", name="Search").click()
    chosen = page.get_by_role("article").filter(has=page.get_by_role("heading", name="data analyst"))
    expect(chosen).to_contain_text("1 skill you have")
    opened.check()
    chosen.get_by_role("button", name="Make this my goal").click()


def see_the_gap(opened: Window) -> None:
    page = opened.page
    expect(page.get_by_role("heading", level=1)).to_have_text("The gap to data analyst")
    expect(page.get_by_role("heading", name="3 skills still open")).to_be_visible()
    page.get_by_text("1 piece of evidence").first.click()
    expect(page.get_by_text("Your own word").first).to_be_visible()
    expect(page.get_by_role("columnheader", name="Accreditation")).to_be_attached()
    opened.check()
    page.get_by_role("link", name="Next: the plan that closes it").click()


def plan(opened: Window, js: bool) -> None:
    page = opened.page
    expect(page.get_by_text("Your next credential")).to_be_visible()
    expect(page.get_by_role("heading", name="Why this one")).to_be_visible()
    expect(page.get_by_text("A system suggests this, and you can overrule it")).to_be_visible()
    steps = page.locator(".timeline > li")
    before = page.locator(".timeline .when").first.inner_text()
    page.get_by_label("Hours a week").fill("2")
    if js:
        page.get_by_label("Hours a week").blur()
    else:
        page.get_by_role("button", name="Plan with these").click()
    expect(page.locator(".timeline .when").first).not_to_have_text(before)
    expect(page).to_have_url(re.compile("hours=2"))
    assert steps.count() >= 2
    opened.check()


def act_on_it(opened: Window) -> None:
    page = opened.page
    title = page.locator("#next-title").inner_text()
    page.locator(".next").get_by_role("button", name="I have enrolled").click()
    expect(page.get_by_role("status")).to_contain_text(f"you enrolled in {title}")
    waved = page.locator("#next-title").inner_text()
    assert waved != title
    page.locator(".next").get_by_role("button", name="Not for me").click()
    expect(page.get_by_role("status")).to_contain_text(f"{waved} will not be suggested again")
    page.get_by_role("navigation", name="Five steps").get_by_role("link", name="Act").click()
    page.get_by_role("button", name=about("I have completed it", title)).click()
    expect(page.get_by_role("status")).to_contain_text("Well done!")
    link = page.get_by_role("link", name="Add to my LinkedIn profile").get_attribute("href") or ""
    assert link.startswith("https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&name=")
    expect(page.get_by_role("button", name=about("Suggest it again", waved))).to_be_visible()


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_a_dismissal_can_be_taken_back(browser: Browser, world: World, url: str, size: str, js: bool) -> None:
    learner = put_learner(world, url, f"undo-{size}-{js}", goal="data analyst")
    with window(browser, url, SIZES[size], js=js) as opened:
        let_in(opened, world, learner)
        title = opened.page.locator("#next-title").inner_text()
        opened.page.locator(".next").get_by_role("button", name="Not for me").click()
        opened.page.get_by_role("button", name="Undo").click()
        expect(opened.page.get_by_role("status")).to_contain_text("may be suggested again")
        expect(opened.page.locator("#plan")).to_contain_text(title)
        opened.open("/learn/act")
        expect(opened.page.get_by_role("heading", name="Not for you")).to_have_count(0)
    assert outcomes_of(world, url, learner) == []


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_a_press_by_mistake_can_be_undone_at_once_and_where_it_is_listed(
    browser: Browser, world: World, url: str, size: str, js: bool
) -> None:
    learner = put_learner(world, url, f"mistake-{size}-{js}", goal="data analyst")
    with window(browser, url, SIZES[size], js=js) as opened:
        let_in(opened, world, learner)
        page = opened.page
        for pressed in ("I know this already", "I have enrolled"):
            opened.press(page.locator(".next").get_by_role("button", name=pressed))
            page.reload()
            opened.check()
            opened.press(page.get_by_role("button", name="Undo"))
            expect(page.get_by_role("status")).to_contain_text(re.compile("no longer among yours|Taken back"))
        title = page.locator("#next-title").inner_text()
        opened.press(page.locator(".next").get_by_role("button", name="I have enrolled"))
        opened.open("/learn/act")
        opened.press(page.get_by_role("button", name=about("I have completed it", title)))
        opened.check()
        opened.press(page.get_by_role("button", name=about("I do not hold this", title)))
        opened.check()
        page.get_by_role("button", name=about("I did not enrol", title)).click()
        expect(page.get_by_text("Nothing is under way")).to_be_visible()
        opened.open("/learn/you?title=statistics")
        opened.press(page.get_by_role("button", name=about("I hold this", "statistics course")))
        opened.check()
        opened.press(page.get_by_role("button", name=about("I do not hold this", "statistics course")))
        expect(page.get_by_role("status")).to_contain_text("Taken back")
    assert outcomes_of(world, url, learner) == []
    assert skills_of(world, url, learner) == []


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_the_self_check_keeps_nothing_before_the_learner_says_so(
    browser: Browser, world: World, url: str, size: str, js: bool
) -> None:
    learner = put_learner(world, url, f"check-{size}-{js}", goal="web developer")
    with window(browser, url, SIZES[size], js=js) as opened:
        let_in(opened, world, learner)
        opened.open("/learn/check")
        page = opened.page
        asked = page.get_by_role("heading", level=1).inner_text()
        page.get_by_role("button", name="Yes, on my own").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text(asked)
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text(asked)
        page.get_by_role("button", name="Yes, on my own").click()
        assert skills_of(world, url, learner) == []
        page.get_by_role("button", name="Keep 1 answer").click()
        expect(page.get_by_role("status")).to_contain_text("Saved")
        opened.check()
    assert len(skills_of(world, url, learner)) == 1


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_a_not_yet_is_kept_and_can_be_taken_back_or_become_a_yes(
    browser: Browser, world: World, url: str, size: str, js: bool
) -> None:
    learner = put_learner(world, url, f"not-yet-{size}-{js}", goal="data analyst")
    with window(browser, url, SIZES[size], js=js) as opened:
        let_in(opened, world, learner)
        page = opened.page
        for correct in ("Remove SQL", about("I have this", "SQL")):
            opened.open(f"/learn/check?no={uri('SQL')}&stop=1")
            page.get_by_role("button", name="Keep 1 answer").click()
            expect(page.get_by_role("status")).to_contain_text("Saved")
            expect(page.get_by_role("heading", name="Skills you do not have yet")).to_be_visible()
            opened.check()
            page.get_by_role("button", name=correct).click()
            expect(page.get_by_role("heading", name="Skills you do not have yet")).to_have_count(0)
    assert skills_of(world, url, learner) == [uri("SQL")]


def skills_of(world: World, url: str, learner: str) -> list[str]:
    skills: list[str] = calling.get(f"{url}/v1/learners/{learner}", headers=world.headers("read")).json()["skills"]
    return skills


@pytest.mark.parametrize(("size", "js"), WAYS)
def test_a_learner_takes_their_data_along_and_is_forgotten(
    browser: Browser, world: World, url: str, size: str, js: bool
) -> None:
    learner = put_learner(world, url, f"gone-{size}-{js}", goal="data analyst", skills=["SQL"])
    with window(browser, url, SIZES[size], js=js) as opened:
        let_in(opened, world, learner)
        page = opened.page
        page.get_by_role("link", name="Your data").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Export my data").click()
        assert '"SQL"' in download.value.path().read_text(encoding="utf-8")
        page.get_by_role("link", name="Forget me").click()
        page.get_by_label("Yes, remove everything that is kept of me").check()
        page.get_by_role("button", name="Forget me").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are forgotten")
        opened.check()
    assert calling.get(f"{url}/v1/learners/{learner}", headers=world.headers("read")).status_code == 404


def test_an_action_of_a_page_that_was_open_when_its_learner_was_forgotten_brings_nobody_back(
    browser: Browser, world: World, url: str
) -> None:
    learner = put_learner(world, url, "open-page", goal="data analyst")
    with window(browser, url, may_fail=True) as opened:
        let_in(opened, world, learner)
        calling.delete(f"{url}/v1/learners/{learner}", headers=world.headers("write")).raise_for_status()
        opened.page.locator(".next").get_by_role("button", name="I have enrolled").click()
        expect(opened.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    assert calling.get(f"{url}/v1/learners/{learner}", headers=world.headers("read")).status_code == 404
