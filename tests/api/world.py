"""A small world with two tenants, over a real database; the encoder is our own hashing one, so nothing is loaded."""

from __future__ import annotations

import secrets
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from credpath.config import Settings
from credpath.domain.catalogue import Credential, LearningOutcome, PrerequisiteGroup, StackRule
from credpath.domain.learner import Learner, Profile
from credpath.domain.money import Money
from credpath.domain.skills import Occupation, Requirement, Skill, Taxonomy
from credpath.recommender.encoding import HashEncoder
from credpath.recommender.goal_index import GoalIndex
from credpath.recommender.skill_index import SkillIndex
from credpath.service import catalogue, keys, learners, recommending
from credpath.service.asking import Ask
from credpath.service.context import Context
from credpath.service.loading import LoadedBundle, LoadedTaxonomy
from credpath.service.serving import Serving
from credpath.service.tenants import PUBLIC
from credpath.store.session import Database
from credpath.store.writer import GroupCommitWriter

SCOPES = ("recommend", "read", "write", "admin")
TENANTS = ("campus", "other")
SKILLS = (
    "SQL",
    "statistics",
    "data visualisation",
    "spreadsheets",
    "JavaScript",
    "HTML",
    "agile planning",
    "budgeting",
)
OCCUPATIONS = {
    "data analyst": ("SQL", "statistics", "data visualisation", "spreadsheets"),
    "web developer": ("JavaScript", "HTML", "SQL"),
    "project manager": ("agile planning", "budgeting", "spreadsheets"),
}


@dataclass(frozen=True)
class World:
    """Open context, settings, and the secret of each (tenant, scope); `revoked` was good once."""

    context: Context
    settings: Settings
    secrets: dict[tuple[str, str], str]
    revoked: str
    impression_id: str

    def headers(self, scope: str = "admin", tenant: str = "campus") -> dict[str, str]:
        """The header of a call with such a key."""
        return {"Authorization": f"Bearer {self.secrets[tenant, scope]}"}


def uri(label: str) -> str:
    return f"https://skills.test/{label.replace(' ', '-')}"


def needing(*skills: str) -> tuple[Requirement, ...]:
    return tuple(Requirement(uri(skill), essential=True) for skill in skills)


def taxonomy() -> Taxonomy:
    return Taxonomy(
        scheme="test",
        release="1",
        attribution="Made for tests.",
        skills=tuple(Skill(uri(label), label) for label in SKILLS),
        occupations=tuple(
            Occupation(
                f"https://occupations.test/{n}", label, requirements=tuple(Requirement(uri(s), True) for s in needs)
            )
            for n, (label, needs) in enumerate(OCCUPATIONS.items())
        ),
    )


def credentials() -> tuple[Credential, ...]:
    def teaching(credential_id: str, *skills: str, **more: object) -> Credential:
        outcomes = tuple(LearningOutcome(label, uri(label)) for label in skills)
        return Credential(
            credential_id,
            f"{' and '.join(skills)} course",
            outcomes=outcomes,
            languages=("en",),
            workload_hours=20.0,
            cost=Money(100.0, "EUR"),
            # So that an award shows all that is required of a skill.
            assessment_type="practical",
            supervision="supervised",
            **more,  # type: ignore[arg-type]
        )

    return (
        teaching("sql-basics", "SQL", stacks_into=("analyst",)),
        teaching("sql-advanced", "SQL", prerequisites=(PrerequisiteGroup("all_of", ("sql-basics",)),)),
        teaching("statistics", "statistics", stacks_into=("analyst",)),
        teaching("charts", "data visualisation", stacks_into=("analyst",)),
        teaching("sheets", "spreadsheets", "budgeting"),
        teaching("https://catalogue.test/web/1", "JavaScript", "HTML"),
        teaching("agile", "agile planning"),
        teaching("analyst", "SQL", "statistics", "data visualisation", stack=StackRule("all_of"), kind="certificate"),
    )


@cache
def bundle() -> LoadedBundle:
    """What a bundle of the taxonomy loads to, made in memory, once: nothing changes it."""
    encoder, words = HashEncoder(), taxonomy()
    skills = SkillIndex.build(words, encoder)
    goals = GoalIndex.build(words, encoder)
    loaded = LoadedTaxonomy(
        owner=PUBLIC,
        scheme=words.scheme,
        release=words.release,
        version="1",
        attribution=words.attribution,
        builder="test",
        skills=skills,
        goals=goals,
        match=lambda text, limit: goals.match(text, encoder, limit),
        required=goals.career_goal,
        resolve=lambda text: skills.resolve(text, encoder),
        spelt_like=skills.spelt_like,
    )
    return LoadedBundle("20260101T000000Z-test", encoder, {PUBLIC: loaded}, {})


@dataclass(frozen=True)
class Filled:
    """A database with the world's keys, catalogue and learner in it, to be copied; the rest as in `World`."""

    database: bytes
    secrets: dict[tuple[str, str], str]
    revoked: str
    impression_id: str


@cache
def filled() -> Filled:
    """Made once: migrating and filling a database takes longer than most tests of it."""
    with tempfile.TemporaryDirectory(prefix="credpath-world-") as name:
        file = Path(name) / "credpath.db"
        context = _context(f"sqlite:///{file}", Path(name) / "models")
        context.database.migrate()
        made = {(t, s): keys.create_key(context, t, f"{t} {s}", [s])[0] for t in TENANTS for s in SCOPES}
        revoked, key = keys.create_key(context, "campus", "revoked", ["admin"])
        keys.revoke_key(context, "campus", key.key_id)
        impression_id = _fill(context, "campus")
        context.close()  # which leaves one file
        return Filled(file.read_bytes(), made, revoked, impression_id)


def open_world(folder: Path, **settings: object) -> World:
    """A world of its own under `folder`; the app that serves it closes it."""
    chosen, copied = Settings(home=folder, models=folder / "models", database_url="", **settings), filled()  # type: ignore[arg-type]
    (folder / "credpath.db").write_bytes(copied.database)
    context = _context(chosen.url, chosen.models)
    return World(context, chosen, dict(copied.secrets), copied.revoked, copied.impression_id)


def _context(url: str, models: Path) -> Context:
    database = Database(url)
    return Context(
        database=database,
        serving=Serving(models, database, _bundle=bundle()),
        writer=GroupCommitWriter(database),
        clock=lambda: datetime.now(UTC),
        new_id=lambda: uuid.uuid4().hex,
        random_bytes=secrets.token_bytes,
    )


def _fill(context: Context, tenant: str) -> str:
    # The larger credential first, then in the order of prerequisites.
    put = partial(catalogue.put_credential, context, tenant)
    for credential in sorted(credentials(), key=lambda c: (c.stack is None, len(c.prerequisites))):
        put(credential)
    learner = Learner("learner-1", Profile(goal="data analyst", declared_skills=("spreadsheets",)))
    learners.put_learner(context, tenant, learner)
    return recommending.recommend(context, tenant, Ask(learner_id="learner-1")).impression_id
