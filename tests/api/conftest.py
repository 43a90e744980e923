from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from credpath.api.app import create_app
from tests import calling
from tests.api.serving import served
from tests.api.world import World, open_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def url(world: World) -> Iterator[str]:
    with served(create_app(world.context, world.settings)) as base:
        yield base


@pytest.fixture(scope="session")
def client(url: str) -> Iterator[httpx2.Client]:
    """Without a key: each test says who calls."""
    with calling.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture
def fresh(tmp_path: Path) -> World:
    """A world that a test may change."""
    return open_world(tmp_path)
