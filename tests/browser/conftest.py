from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright", reason="no playwright: pip install playwright")

from playwright.sync_api import Browser, sync_playwright

from credpath.api.app import create_app
from tests.api.serving import served
from tests.api.world import World, open_world
from tests.browser.driving import found_chromium


# Of a file, not of the session: while playwright runs its thread has an event loop, and other tests that start one
# would be refused.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium of this machine; where there is none, the tests that ask for it skip."""
    path = found_chromium()
    if not path:
        pytest.skip("no Chromium: install it (Debian: apt install chromium-headless-shell) or set CREDPATH_CHROMIUM")
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=[*as_root, "--disable-dev-shm-usage"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def url(world: World) -> Iterator[str]:
    with served(create_app(world.context, world.settings)) as base:
        yield base
