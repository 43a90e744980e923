"""Learners who come in by a link, as a tenant would send them."""

from __future__ import annotations

import re

from tests import calling
from tests.api.world import World
from tests.browser.driving import Window


def link_for(world: World, url: str, learner_id: str) -> str:
    """A fresh link, minted over the API."""
    answer = calling.post(f"{url}/v1/learners/{learner_id}/links", json={}, headers=world.headers("write"))
    assert answer.status_code == 200, answer.text
    link: str = answer.json()["url"]
    return link


def put_learner(world: World, url: str, learner_id: str, **profile: object) -> str:
    """Stores a learner; returns the id."""
    answer = calling.put(f"{url}/v1/learners/{learner_id}", json=profile, headers=world.headers("write"))
    assert answer.status_code in (200, 201), answer.text
    return learner_id


def let_in(opened: Window, world: World, learner_id: str) -> None:
    """Opens the learner's link."""
    answer = opened.page.goto(link_for(world, opened.url, learner_id))
    assert answer is not None
    assert answer.status == 200


def outcomes_of(world: World, url: str, learner_id: str) -> list[tuple[str, str]]:
    """(what happened, credential) as the log has it, in the order of time."""
    document = calling.get(f"{url}/v1/learners/{learner_id}/export", headers=world.headers("read")).json()
    return [(o["kind"], o["credential_id"]) for o in document["outcomes"]]


def about(words: str, what: str) -> re.Pattern[str]:
    """The name of a button whose words are completed, for who cannot see where it stands."""
    return re.compile(rf"^{re.escape(words)}\s*:\s*{re.escape(what)}$")
