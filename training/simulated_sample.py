"""The sample's catalogue and goals as a setting to simulate in, and a simulated log for the demo's database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from credpath.domain.outcomes import Impression
from credpath.errors import NotReady
from credpath.interop.catalogue_jsonl import read_catalogue_jsonl
from credpath.interop.native_taxonomy import read_native_taxonomy
from credpath.recommender.encoding import Encoder
from credpath.recommender.goal_index import GoalIndex
from credpath.recommender.skill_index import SkillIndex
from credpath.service.asking import Ask
from credpath.service.context import Context
from credpath.service.indexing import index_catalogue
from credpath.service.loading import load_taxonomy
from credpath.service.logged_state import state_of
from credpath.service.shown import shown
from credpath.service.tenants import PUBLIC
from credpath.store.impressions import pack_impression, save_packed
from credpath.store.learners import put_learners
from credpath.store.outcomes import save_outcomes
from training.simulate import ENDS_ON, Course, Decision, courses
from training.simulated_facts import make_world
from training.simulated_world import Setting, setting_of

SAMPLE = Path(__file__).resolve().parent.parent / "data"
LEARNERS_AT_ONCE = 100
Tell = Callable[[int], None]


def sample_setting(encoder: Encoder) -> Setting:
    """The sample as a bundle would have it, read from its files; needs neither database nor bundle."""
    taxonomy = read_native_taxonomy(SAMPLE / "taxonomy").items[0]
    credentials = read_catalogue_jsonl(SAMPLE / "catalogue.jsonl").items
    with TemporaryDirectory() as made:
        folder = Path(made) / PUBLIC
        SkillIndex.build(taxonomy, encoder).save(folder / "skills")
        GoalIndex.build(taxonomy, encoder).save(folder / "goals")
        described = {"scheme": taxonomy.scheme, "release": taxonomy.release, "attribution": taxonomy.attribution}
        (folder / "taxonomy.json").write_text(json.dumps({**described, "version": "sample", "builder": "sample"}))
        loaded = load_taxonomy(folder, encoder)
    catalogue = index_catalogue(
        credentials, loaded.skills, encoder, version="sample", taxonomy_version=loaded.identity, popularity={}
    )
    return setting_of(catalogue, loaded, encoder, {o.uri: o.isco_code for o in taxonomy.occupations})


def serving_setting(context: Context, tenant: str) -> Setting:
    """What a tenant's bundle serves now. Raises NotReady without one."""
    bundle = context.serving.bundle
    if tenant not in bundle.catalogues:
        raise NotReady(f"the bundle has no catalogue of {tenant!r}", fix="run `python -m training.bundle`")
    return setting_of(bundle.catalogues[tenant], context.serving.taxonomy(tenant), bundle.encoder)


def write_sample_log(
    context: Context, tenant: str, decisions: int = 6_000, seed: int = 0, tell: Tell | None = None
) -> int:
    """Stores simulated learners, what they were shown and what came of it; returns how many outcomes.

    Every learner's id begins with `simulated-`. `tell`: called with the decisions stored so far. Run twice, it
    raises Conflict.
    """
    world, version = make_world(serving_setting(context, tenant), seed), context.serving.bundle.version
    made, told, outcomes = courses(world, decisions, seed), 0, 0
    while some := tuple(islice(made, LEARNERS_AT_ONCE)):
        with context.database.write() as connection:
            outcomes += _store(connection, tenant, some, version)
        told += sum(len(course.decisions) for course in some)
        (tell or _line)(told)
    return outcomes


def _store(connection: Connection, tenant: str, some: Sequence[Course], version: str) -> int:
    put_learners(connection, tenant, [course.learner for course in some], ENDS_ON)
    for impression in _impressions(some, version):
        save_packed(connection, pack_impression(tenant, impression))
    return save_outcomes(connection, tenant, [outcome for course in some for outcome in course.outcomes]).inserted


def _impressions(some: Iterable[Course], version: str) -> Iterable[Impression]:
    return (_as_served(decision, version) for course in some for decision in course.decisions)


def _as_served(decision: Decision, version: str) -> Impression:
    """With all that a replay reads."""
    return replace(
        decision.impression,
        bundle_version=version,
        answer=shown(decision.answer.items, decision.request.goal, Ask()),
        state=state_of(decision.request, learned=False),
    )


def _line(decisions: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{decisions} simulated decisions", end="", file=sys.stderr, flush=True)
