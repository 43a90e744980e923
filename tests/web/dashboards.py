"""A world that an operator has something to look at in, and the operator's way in."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import httpx2

from credpath.domain.learner import Learner, Profile
from credpath.service import learners
from tests.api.world import World, open_world
from tests.behaviour.switching import START, first_bundle
from tests.service.test_model_report import CARD, FIGURES
from training.publishing import Decision, publish_beside

COHORT = 12


def dashboard_world(folder: Path) -> tuple[World, list[str]]:
    """A world with learners, and the versions of two bundles: one without a model, which serves, and a challenger."""
    world = open_world(folder)
    learned = folder / "made"
    learned.mkdir()
    metrics = {"ndcg_at_10": {"value": 0.5, "low": 0.4, "high": 0.6}}
    (learned / "card.json").write_text(json.dumps({**CARD, "metrics": metrics}))
    (learned / "figures.json").write_text(json.dumps(FIGURES))
    models = world.settings.models
    first = first_bundle(models)
    held = Decision(False, "training.retrain", "hold: too few")
    second = publish_beside(models, "campus", learned, held, at=START + timedelta(minutes=1), golden=lambda _: ())
    for n in range(COHORT):
        goal = "data analyst" if n % 2 else "web developer"
        learners.put_learner(world.context, "campus", Learner(f"person-{n}", Profile(goal=goal, country="FR")))
    return world, [first, second]


def sign_in(client: httpx2.Client, world: World, scope: str = "admin", tenant: str = "campus") -> httpx2.Response:
    """Comes in with a key of that scope; the cookie is the client's from then on."""
    return client.post("/dashboard/enter", data={"key": world.secrets[tenant, scope]})


def csrf_of(response: httpx2.Response) -> str:
    """The mark that the forms of a page carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', response.text)
    assert found, response.text
    return found[1]


def hidden_of(response: httpx2.Response, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.text)
    assert found, response.text
    return found[1]
