"""What the plan page costs on the sample data: bytes, and the time until something can be read."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response

from credpath.api.app import create_app
from credpath.config import Settings
from credpath.service.opening import open_context
from credpath.web.links import mint
from credpath.web.site import open_site
from tests.api.serving import served
from tests.browser.driving import SIZES, violations, window

MOST_BYTES = 300_000
PAGES = ("/learn/you", "/learn/goal", "/learn/gap", "/learn/plan", "/learn/act")
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"


@pytest.fixture(scope="module")
def sample(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(URL of a server on the sample data, path of a link to a learner's page)."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), models=sample_home / "models")
    shutil.copy(sample_home / "credpath.db", settings.home / "credpath.db")
    context = open_context(f"sqlite:///{settings.home / 'credpath.db'}", settings.models, settings.preferences())
    link, _ = mint(open_site(context, settings.secret, settings.home), "default", "learner-001", 60)
    with served(create_app(context, settings)) as url:
        yield url, link


def painted(page: Page) -> float:
    """Milliseconds from the click to the first paint, asked again and again: the policy lets no script wait there."""
    for _ in range(100):
        if (at := float(page.evaluate(PAINTED))) > 0:
            return at
        page.wait_for_timeout(50)
    raise AssertionError("nothing was painted")


def test_no_page_weighs_more_than_300_kilobytes_or_asks_anybody_else(
    browser: Browser, sample: tuple[str, str], record_property: pytest.RecordProperty
) -> None:
    url, link = sample
    for path in PAGES:
        loaded: dict[str, int] = {}

        def note(response: Response, loaded: dict[str, int] = loaded) -> None:
            if response.status == 200:
                loaded[response.url] = len(response.body())

        with window(browser, url) as opened:
            opened.open(link)
            opened.page.on("response", note)
            # Past the cache: as if it were the first page of this site that the browser sees.
            opened.page.context.new_cdp_session(opened.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
            opened.open(path)
            opened.page.wait_for_load_state("networkidle")
            opened.check()
        weight = sum(loaded.values())
        record_property(f"bytes of {path}", weight)
        print(f"{path}: {weight:,} bytes in {len(loaded)} requests")
        assert len(loaded) >= 4
        assert weight <= MOST_BYTES, loaded


def test_the_first_paint_of_the_plan_is_measured_and_reported(
    browser: Browser, sample: tuple[str, str], record_property: pytest.RecordProperty
) -> None:
    """The target is a second. It is not asserted: a stopwatch on a busy machine says nothing about the page."""
    url, link = sample
    with window(browser, url) as opened:
        opened.open(link)
        times = []
        for _ in range(5):
            opened.open("/learn/plan")
            times.append(painted(opened.page))
    median = statistics.median(times)
    record_property("first contentful paint of the plan, median of 5, ms", median)
    print(f"first contentful paint of the plan: {median:.0f} ms, median of {[round(t) for t in times]}")
    assert median > 0


@pytest.mark.slow
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_axe_finds_nothing_on_the_pages_of_the_sample(browser: Browser, sample: tuple[str, str], size: str) -> None:
    url, link = sample
    with window(browser, url, SIZES[size]) as opened:
        opened.open(link)
        for path in PAGES:
            opened.open(path)
            opened.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            assert violations(opened.page) == []
            opened.check()
