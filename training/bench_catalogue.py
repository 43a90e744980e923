"""Twenty thousand synthetic credentials over as many skills as ESCO has, put into a database for the benchmark."""

from __future__ import annotations

from dataclasses import replace

from credpath.domain.catalogue import Credential, LearningOutcome
from credpath.domain.skills import Occupation, Requirement, Skill, Taxonomy
from credpath.service.context import Context
from credpath.service.tenants import PUBLIC
from credpath.store.credentials import save_credentials
from credpath.store.taxonomies import save_taxonomy
from training.synthetic_catalogue import FIELDS, SyntheticSkills, make_catalogue, make_goal, make_skills

SYNTHETIC = 20_000
SKILLS = 13_784


def fill_synthetic(context: Context, tenant: str) -> None:
    """Writes taxonomy and catalogue as an import would, links left for the bundle to make."""
    skills = make_skills(SKILLS)
    # Few words each: encoding long ones would take minutes and change no timing of an answer.
    credentials = [
        replace(c, description="", outcomes=_named(c)) for c in make_catalogue(SYNTHETIC, skills).credentials
    ]
    with context.database.write() as connection:
        save_taxonomy(connection, PUBLIC, synthetic_taxonomy(skills), context.clock())
        save_credentials(connection, tenant, credentials, context.clock())


def _named(credential: Credential) -> tuple[LearningOutcome, ...]:
    return tuple(replace(outcome, label=outcome.label[-6:]) for outcome in credential.outcomes)


def synthetic_taxonomy(skills: SyntheticSkills) -> Taxonomy:
    """One occupation a field, each needing some sixty skills."""
    occupations = []
    for field in range(FIELDS):
        goal = make_goal(skills, field)
        needs = tuple(Requirement(s.skill_uri, s.essential) for s in goal.skills)
        occupations.append(Occupation(goal.occupation_uri, goal.label, requirements=needs))
    listed = tuple(Skill(uri, label) for uri, label in zip(skills.uris, skills.labels, strict=True))
    return Taxonomy("synthetic", "1", "Made for measuring.", listed, tuple(occupations))
