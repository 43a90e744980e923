"""What scripts add: parts of a page are swapped, said aloud, and never left half done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.api.world import World
from tests.browser.driving import window
from tests.browser.people import let_in, put_learner


def test_what_was_found_is_said_to_who_cannot_see_it(browser: Browser, world: World, url: str) -> None:
    with window(browser, url) as opened:
        let_in(opened, world, put_learner(world, url, "listener", goal="data analyst"))
        opened.open("/learn/you")
        opened.page.get_by_label("Find a skill").fill("sql")
        expect(opened.page.locator("#announcer")).to_have_text(re.compile(r"^\d+ skills? found$"))
        opened.open("/learn/plan")
        opened.page.get_by_label("Hours a week").fill("3")
        opened.page.get_by_label("Hours a week").blur()
        expect(opened.page.locator("#announcer")).to_contain_text("A new plan:")
        opened.check()


def test_the_field_keeps_its_focus_while_what_is_found_changes(browser: Browser, world: World, url: str) -> None:
    with window(browser, url) as opened:
        let_in(opened, world, put_learner(world, url, "typist", goal="data analyst"))
        opened.open("/learn/goal")
        field = opened.page.get_by_label("The work you want")
        field.clear()
        field.press_sequentially("web dev", delay=30)
        expect(opened.page.get_by_role("article").first).to_contain_text("web developer")
        expect(field).to_be_focused()
        expect(field).to_have_value("web dev")
        expect(opened.page).to_have_url(re.compile("q=web"))


def test_an_answer_that_is_no_part_of_the_page_becomes_the_page(browser: Browser, world: World, url: str) -> None:
    with window(browser, url, may_fail=True) as opened:
        let_in(opened, world, put_learner(world, url, "timed-out", goal="data analyst"))
        opened.page.context.clear_cookies()
        opened.page.get_by_label("Hours a week").fill("3")
        opened.page.get_by_label("Hours a week").blur()
        expect(opened.page.get_by_role("heading", level=1)).to_have_text("Please sign in again")


def test_a_server_that_is_gone_leaves_the_page_and_says_so(browser: Browser, world: World, url: str) -> None:
    with window(browser, url, may_fail=True) as opened:
        let_in(opened, world, put_learner(world, url, "offline", goal="data analyst"))
        title = opened.page.locator("#next-title").inner_text()
        opened.page.context.set_offline(True)
        opened.page.get_by_label("Hours a week").fill("3")
        opened.page.get_by_label("Hours a week").blur()
        expect(opened.page.get_by_role("alert")).to_contain_text("The server did not answer")
        assert opened.page.locator("#next-title").inner_text() == title


@pytest.mark.parametrize("js", [True, False])
def test_a_page_prints_without_its_controls(browser: Browser, world: World, url: str, js: bool) -> None:
    with window(browser, url, js=js) as opened:
        let_in(opened, world, put_learner(world, url, f"printer-{js}", goal="data analyst"))
        opened.page.emulate_media(media="print")
        expect(opened.page.locator(".stepper")).to_be_hidden()
        expect(opened.page.get_by_label("Hours a week")).to_be_hidden()
        expect(opened.page.locator(".timeline")).to_be_visible()
        expect(opened.page.locator("#next-title")).to_be_visible()
