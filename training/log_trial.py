"""Fill a database with a log of any size, to measure how retraining copes: made up, seeded, and evidence of nothing.

    python -m training.log_trial --impressions 1000000 --seed 1

writes to the configured database and tenant: learners, impressions over two years, and outcomes that depend on the
features and on the place on the slate, so that there is something to learn. Slates come from the tenant's own
catalogue where there is one. What was considered beside the slate is written for every `WIDE`-th impression only.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection

from credpath.cli.printing import print_json, say
from credpath.cli.running import opened
from credpath.config import load_settings
from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.features import FEATURES
from credpath.store.codec import dump, load_words
from credpath.store.credentials import load_catalogue
from credpath.store.learners import ensure_learners
from credpath.store.packing import pack_matrix, pack_record, pack_scores, schema_id
from credpath.store.session import Database
from credpath.store.tables import ConsideredRow, FeatureSchemaRow, ImpressionRow, OutcomeRow, table_of
from credpath.store.taxonomies import load_taxonomy, resolve_owner

SLATE, CANDIDATES, BLOCK = 5, 200, 5_000
DAYS, WIDE, PER_LEARNER = 730.0, 100, 20
EXPLORED, DRAWN_FROM = 0.1, 10
# Features that are no shares, with the scale of their exponential distribution.
SCALES = {"hours": 40.0, "weeks": 8.0, "cost_usd": 120.0, "unmet_preparation": 0.7}
# What draws these learners, and how much less so with each place down the slate.
TASTE = {"gap_share": 2.5, "readiness": 1.2, "goal_match": 1.0, "quality": 0.7, "weeks": -0.05}
PLACE_DOWN = 0.35
NOBODY_TAKES = 4.0
# Chance of each next stage, and its delay in days.
STAGES = (("clicked", 1.0, 1.0), ("enrolled", 0.45, 6.0), ("started", 0.85, 5.0), ("completed", 0.6, 25.0))


@dataclass(frozen=True, slots=True)
class World:
    """What the log is about. `chances` (credentials,): how often each is on a slate."""

    credentials: tuple[str, ...]
    occupations: tuple[str, ...]
    learners: tuple[str, ...]
    chances: Doubles
    catalogue_version: str = "trial"


@dataclass(frozen=True, slots=True)
class Block:
    """Some impressions as arrays: rows of the world, features (impressions, SLATE, features), days after the start."""

    first: int
    learners: Offsets
    occupations: Offsets
    slates: Offsets
    features: Floats
    explored: Offsets
    days: Doubles


def write_log(
    database: Database,
    tenant: str,
    impressions: int,
    *,
    seed: int,
    until: datetime,
    tick: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:
    """Appends impressions, the first two years before `until`, and their outcomes; returns how many of each."""
    dice = np.random.default_rng(seed)
    world = read_world(database, tenant, dice, max(1, impressions // PER_LEARNER))
    with database.write() as connection:
        ensure_learners(connection, tenant, world.learners, until)
        schema = {"tenant": tenant, "feature_schema": schema_id(FEATURES), "names": dump(FEATURES)}
        connection.execute(table_of(FeatureSchemaRow).insert().prefix_with("OR IGNORE", dialect="sqlite"), [schema])
    days = np.sort(dice.uniform(0.0, DAYS, impressions))
    counts = {"learners": len(world.learners), "impressions": 0, "considered": 0, "outcomes": 0}
    for first in range(0, impressions, BLOCK):
        block = draw(world, dice, first, days[first : first + BLOCK])
        with database.write() as connection:
            for name, written in _write(connection, tenant, world, block, dice, seed, until).items():
                counts[name] += written
        tick(counts["impressions"])
    return counts


def read_world(database: Database, tenant: str, dice: np.random.Generator, learners: int) -> World:
    """The tenant's credentials and occupations, or made-up ones."""
    with database.read() as connection:
        credentials = tuple(c.credential_id for c in load_catalogue(connection, tenant))
        taxonomy = load_taxonomy(connection, resolve_owner(connection, tenant))
    occupations = tuple(sorted(o.uri for o in taxonomy.occupations)[:500]) if taxonomy else ()
    credentials = credentials or tuple(f"trial-{number:05d}" for number in range(2_000))
    people = tuple(f"trial-{number:07d}" for number in range(learners))
    return World(credentials, occupations or ("",), people, dice.dirichlet(np.full(len(credentials), 0.3)))


def draw(world: World, dice: np.random.Generator, first: int, days: Doubles) -> Block:
    """Slates without repeats and features of plausible size, most of which decide nothing."""
    size = len(days)
    pool = dice.choice(len(world.credentials), size=(size, 4 * SLATE), p=world.chances)
    slates = np.array([_distinct(row, len(world.credentials)) for row in pool.tolist()], dtype=np.int64)
    features = dice.random((size, SLATE, len(FEATURES)), dtype=np.float32) ** 2
    for name, scale in SCALES.items():
        features[..., FEATURES.index(name)] = dice.exponential(scale, (size, SLATE))
    features[..., FEATURES.index("position")] = 0.0
    explored = np.where(dice.random(size) < EXPLORED, dice.integers(0, DRAWN_FROM, size), 0)
    return Block(
        first,
        dice.integers(0, len(world.learners), size),
        dice.integers(0, len(world.occupations), size),
        slates,
        np.round(features, 3),
        explored,
        days,
    )


def _distinct(row: Sequence[int], credentials: int) -> list[int]:
    once = list(dict.fromkeys(row))[:SLATE]
    rest = (credential for credential in range(credentials) if credential not in once)
    return once + [next(rest) for _ in range(SLATE - len(once))]


def _write(
    connection: Connection, tenant: str, world: World, block: Block, dice: np.random.Generator, seed: int,
    until: datetime,
) -> dict[str, int]:  # fmt: skip
    start = until - timedelta(days=DAYS)
    narrow = list(_narrow(tenant, world, block, seed, start))
    wide = [_wide(row, world, block, at, dice) for at, row in enumerate(narrow) if (block.first + at) % WIDE == 0]
    outcomes = list(_outcomes(tenant, narrow, block, dice, until))
    connection.execute(table_of(ImpressionRow).insert(), narrow)
    for row, rows in ((ConsideredRow, wide), (OutcomeRow, outcomes)):
        if rows:
            connection.execute(table_of(row).insert(), rows)
    return {"impressions": len(narrow), "considered": len(wide), "outcomes": len(outcomes)}


def _narrow(tenant: str, world: World, block: Block, seed: int, start: datetime) -> Iterator[dict[str, Any]]:
    known_as = schema_id(FEATURES)
    best = 1.0 - EXPLORED + EXPLORED / DRAWN_FROM
    for at, slate in enumerate(block.slates.tolist()):
        yield {
            "tenant": tenant, "impression_id": f"trial-{seed}-{block.first + at:09d}",
            "shown_at": start + timedelta(days=float(block.days[at])),
            "learner_id": world.learners[block.learners[at]], "goal_text": "",
            "occupation_uri": world.occupations[block.occupations[at]],
            "slate": dump([world.credentials[row] for row in slate]), "history": "[]", "feature_schema": known_as,
            "slate_features": block.features[at].astype("<f4").tobytes(), "policy": "epsilon-greedy",
            "propensity": EXPLORED / DRAWN_FROM if block.explored[at] else best, "experiment": "", "seed": seed,
            "bundle_version": "trial", "catalogue_version": world.catalogue_version, "degraded": False,
        }  # fmt: skip


def _wide(row: dict[str, Any], world: World, block: Block, at: int, dice: np.random.Generator) -> dict[str, Any]:
    """The slate among other candidates, sorted by id as a recommendation has them."""
    others = dice.choice(len(world.credentials), size=min(CANDIDATES, len(world.credentials)), replace=False)
    shown = block.slates[at]
    chosen = np.unique(np.concatenate([others, shown]))
    features = np.round(dice.random((len(chosen), len(FEATURES)), dtype=np.float32) ** 2, 3)
    features[np.searchsorted(chosen, shown)] = block.features[at]
    record = {"candidates": [world.credentials[c] for c in chosen], "filters": {}, "answer": {}, "state": {}}
    return {
        "tenant": row["tenant"], "impression_id": row["impression_id"],
        "scores": pack_scores(pull(features[:, None, :]).ravel().tolist()),
        "features": pack_matrix(features.astype("<f4").tobytes(), len(FEATURES)), "record": pack_record(record),
    }  # fmt: skip


def pull(features: Floats) -> Doubles:
    """(impressions, places) how much each shown credential draws: the rule behind the outcomes."""
    drawn: Doubles = sum(
        (weight * features[..., FEATURES.index(name)].astype(np.float64) for name, weight in TASTE.items()),
        start=np.zeros(features.shape[:2]),
    )
    return drawn


def _outcomes(
    tenant: str, narrow: Sequence[dict[str, Any]], block: Block, dice: np.random.Generator, until: datetime
) -> Iterator[dict[str, Any]]:
    chance = 1.0 / (1.0 + np.exp(NOBODY_TAKES - pull(block.features) + PLACE_DOWN * np.arange(SLATE)))
    taken = dice.random(chance.shape) < chance
    for at, place in zip(*(index.tolist() for index in np.nonzero(taken)), strict=True):
        row, when = narrow[at], narrow[at]["shown_at"]
        credential = load_words(row["slate"])[place]
        for kind, goes_on, days in STAGES:
            if dice.random() >= goes_on:
                break
            when = when + timedelta(days=float(dice.exponential(days)))
            if when > until:
                break
            yield {
                "tenant": tenant, "outcome_id": f"{row['impression_id']}-{place}-{kind}",
                "learner_id": row["learner_id"], "credential_id": credential, "kind": kind, "occurred_at": when,
                "score": None, "impression_id": row["impression_id"] if dice.random() < 0.8 else "", "ordinal": False,
            }  # fmt: skip


def main() -> None:
    """Entry point of `python -m training.log_trial`."""
    parser = ArgumentParser(prog="python -m training.log_trial", description=__doc__)
    parser.add_argument("--impressions", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tenant", default="", help="whose log; default: CREDPATH_TENANT")
    parser.add_argument("--until", default="", help="ISO 8601 time of the last impression; default: now")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    chosen = parser.parse_args()
    started = time.perf_counter()
    until = datetime.fromisoformat(chosen.until).astimezone(UTC) if chosen.until else datetime.now(UTC)
    with opened() as context:
        tenant = chosen.tenant or load_settings().tenant
        counts = write_log(context.database, tenant, chosen.impressions, seed=chosen.seed, until=until)
    seconds = round(time.perf_counter() - started, 1)
    if chosen.json:
        print_json({**counts, "seconds": seconds})
    else:
        say(f"{', '.join(f'{count:,} {name}' for name, count in counts.items())} in {seconds} s")


if __name__ == "__main__":
    main()
