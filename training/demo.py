"""Make a fresh checkout answer: sample data, first bundle, demo key. Each part is skipped when it is there.

A second run takes about a second: nothing here imports torch unless a bundle has to be built.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from credpath.cli.running import opened
from credpath.config import Settings, load_settings
from credpath.errors import Unauthorized
from credpath.service import catalogue, importing, keys
from credpath.service.context import Context
from credpath.service.tenants import PUBLIC
from credpath.store.credentials import load_catalogue
from credpath.store.taxonomies import active_taxonomy
from credpath.web.links import MOST_MINUTES, mint
from credpath.web.site import open_site

SAMPLE = Path(__file__).resolve().parent.parent / "data"
LADDERS = SAMPLE / "ladders"
# Enough for a retraining to have something to judge by, and few enough to be made in the time of a cup of water.
DECISIONS = 6_000
LEARNER = "learner-001"  # of the sample, with a history and a goal


def main() -> None:
    """Entry point of `make demo`."""
    settings = load_settings()
    with opened(first=True) as context:
        prepare(context, settings.tenant, DECISIONS)
        secret = demo_key(context, settings.tenant, settings.home / "demo_key")
        page = demo_page(context, settings)
    address = f"http://{settings.host}:{settings.port}"
    print(f"learner page:  {page}")
    print(f"dashboard:     {address}/dashboard, where the demo key signs in")
    print(f"documentation: {address}/docs")
    print(f"demo key:      {secret}")
    print(
        f"try:           curl -s {address}/v1/recommendations -H 'Authorization: Bearer {secret}' "
        """-H 'Content-Type: application/json' -d '{"goal": "data analyst"}'"""
    )


def prepare(context: Context, tenant: str, decisions: int = 0) -> None:
    """Loads the sample where the tenant has no catalogue, and builds a bundle where none serves.

    `decisions`: so many simulated ones are logged with the sample, for `make retrain` to learn from.
    """
    with context.database.read() as connection:
        known = active_taxonomy(connection, PUBLIC) is not None
        filled = bool(load_catalogue(connection, tenant))
    if not known:
        _step("sample taxonomy", lambda: importing.import_taxonomy(context, PUBLIC, SAMPLE / "taxonomy", "", _silent))
    if not filled:
        _step("sample catalogue", lambda: catalogue.import_catalogue(context, tenant, SAMPLE / "catalogue.jsonl"))
        _step("sample learners", lambda: importing.import_learners(context, tenant, SAMPLE / "learners.jsonl", _silent))
        _step("sample outcomes", lambda: importing.import_outcomes(context, tenant, SAMPLE / "outcomes.csv", _silent))
        _step("sample ladders", lambda: import_ladders(context, tenant))
    if not context.serving.ready:
        from training.bundle import build_bundle

        _step("first bundle (encoder export, vectors, index)", lambda: build_bundle(context))
        context.serving.check()
    if not filled:
        for results in (SAMPLE / "assessments.csv", LADDERS / "assessments.csv"):
            title = f"assessment results of {results.relative_to(SAMPLE)}"
            _step(title, partial(importing.import_assessments, context, tenant, results, _silent))
    if not filled and decisions:
        from training.simulated_sample import write_sample_log

        title = f"{decisions:,} decisions of simulated learners, no evidence about people"
        _step(title, lambda: write_sample_log(context, tenant, decisions))


def import_ladders(context: Context, tenant: str) -> None:
    """Credentials that build on each other and on the catalogue's, with learners who are part of the way up."""
    catalogue.import_catalogue(context, tenant, LADDERS / "catalogue.jsonl")
    importing.import_learners(context, tenant, LADDERS / "learners.jsonl", _silent)


def demo_key(context: Context, tenant: str, file: Path) -> str:
    """The key kept in `file` while it works, else a new one, readable by the owner only."""
    if file.exists():
        secret = file.read_text(encoding="utf-8").strip()
        try:
            keys.authenticate(context, secret)
        except Unauthorized:
            file.unlink()
        else:
            return secret
    secret, _ = keys.create_key(context, tenant, "demo", keys.SCOPES)
    file.parent.mkdir(parents=True, exist_ok=True)  # with PostgreSQL nothing else has made it
    file.touch(mode=0o600)
    file.write_text(secret + "\n", encoding="utf-8")
    return secret


def demo_page(context: Context, settings: Settings) -> str:
    """A link to the page of a sample learner, good for a day."""
    site = open_site(context, settings.secret, settings.home, settings.public_url)
    path, _ = mint(site, settings.tenant, LEARNER, MOST_MINUTES)
    return (settings.public_url or f"http://{settings.host}:{settings.port}") + path


def _step(title: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    print(f"{title} ...", end=" ", flush=True)
    work()
    print(f"{time.perf_counter() - started:.1f} s", flush=True)


def _silent(_stage: str, _rows: int) -> None:
    """Steps print their own line."""


if __name__ == "__main__":
    main()
