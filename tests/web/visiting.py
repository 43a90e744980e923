"""Learners' visits over plain HTTP, as a browser without scripts makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from tests import calling
from tests.api.world import World


@contextmanager
def visit(world: World, url: str, learner_id: str, **profile: object) -> Iterator[httpx2.Client]:
    """A client that came in by a link."""
    write = world.headers("write")
    calling.put(f"{url}/v1/learners/{learner_id}", json=profile, headers=write).raise_for_status()
    link = calling.post(f"{url}/v1/learners/{learner_id}/links", json={}, headers=write).json()["url"]
    with calling.Client(base_url=url, timeout=30) as client:
        assert client.get(link).status_code == 303
        yield client


def csrf(client: httpx2.Client) -> str:
    """What the forms of this visit carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/learn/forget").text)
    assert found
    return found[1]


def send(client: httpx2.Client, path: str, /, **fields: str) -> httpx2.Response:
    """Sends a form of the visit."""
    return client.post(path, data={"csrf": csrf(client), "once": "1", **fields})
