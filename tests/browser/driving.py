"""A real browser on real pages: windows of both sizes, what they did on the network, and axe's verdict."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

DESKTOP, PHONE = (1280, 900), (390, 844)
SIZES = {"desktop": DESKTOP, "phone": PHONE}
# Where the size of the window hardly matters: a phone under `make test-all`.
ON_A_DESKTOP = ["desktop", pytest.param("phone", marks=pytest.mark.slow)]
# With scripts and without, each size once; the other two pairs under `make test-all`.
WAYS = [
    pytest.param(size, js, id=f"{size}-{'js' if js else 'plain'}", marks=() if usual else pytest.mark.slow)
    for size, js, usual in (
        ("desktop", True, True), ("phone", False, True), ("desktop", False, False), ("phone", True, False)
    )
]  # fmt: skip
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
# The headless shell first: it draws the same pages with a third less work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def looks(usual: str) -> list[Any]:
    """Every pair of a size and a scheme; but for the usual one of those who see the pages, under `make test-all`."""
    pairs = [(size, scheme, f"{size}-{scheme}") for size in SIZES for scheme in ("light", "dark")]
    return [pytest.param(*pair, id=name, marks=() if name == usual else pytest.mark.slow) for *pair, name in pairs]


def found_chromium() -> str:
    """The path of a Chromium on this machine, "" where there is none. CREDPATH_CHROMIUM names another."""
    given = os.environ.get("CREDPATH_CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), "")


@dataclass
class Window:
    """A page with what went wrong in it. `outside`: requests that left the server. `bytes`: loaded, by URL."""

    page: Page
    url: str
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Goes to a path of the server; returns the status."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        return answer.status

    def press(self, button: Locator) -> None:
        """Presses what sends a form, and is back when the page that answers has loaded.

        A bare click returns with the form under way: whatever goes to another page then may cancel it.
        """
        with self.page.expect_navigation():
            button.click()

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        width: int = self.page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth"
        )
        return max(0, width)

    def check(self) -> None:
        """Nothing left the machine, nothing failed in the console, nothing sticks out of the window."""
        assert self.outside == []
        assert self.faults == []
        assert self.overflow() == 0, f"{self.page.url} is too wide"


@contextmanager
def window(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, *, js: bool = True, scheme: str = "light",
    may_fail: bool = False, **more: Any,
) -> Iterator[Window]:  # fmt: skip
    """A window of its own, without cookies of another. `may_fail`: statuses of 400 and more are meant."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=js, color_scheme=scheme, locale="en-GB",
        is_mobile=size[0] < 500, has_touch=size[0] < 500, **more,
    )  # type: ignore[arg-type]  # fmt: skip
    context.set_default_timeout(15_000)
    page = context.new_page()
    opened = Window(page, url)
    page.on("request", lambda r: None if r.url.startswith((url, "data:")) else opened.outside.append(r.url))
    page.on("pageerror", lambda error: opened.faults.append(str(error)))

    def note(message: Any) -> None:
        expected = may_fail and "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not expected:
            opened.faults.append(message.text)

    page.on("console", note)
    try:
        yield opened
    finally:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line a rule with the elements."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{v['id']} ({v['impact']}): {v['help']} at {[n['target'][0] for n in v['nodes'][:4]]}: "
        f"{v['nodes'][0]['failureSummary'][:300]}"
        for v in found["violations"]
    ]
