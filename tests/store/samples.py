"""Small domain objects to store. Every optional field is filled somewhere, so that a lost column shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from credpath.domain.catalogue import (
    Credential,
    LearningOutcome,
    Preparation,
    PrerequisiteGroup,
    StackRule,
)
from credpath.domain.learner import Award, Learner, NotYet, Profile
from credpath.domain.mastery import Evidence
from credpath.domain.money import Money
from credpath.domain.outcomes import Impression, Outcome
from credpath.domain.skills import Occupation, Requirement, Skill, SkillGroup, SkillRelation, Taxonomy
from credpath.domain.tasks import Task

NOW = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def a_taxonomy(**changes: Any) -> Taxonomy:
    """Three skills, two occupations; one requirement is both essential and optional, as ESCO has some."""
    return replace(TAXONOMY, **changes)


TAXONOMY = Taxonomy(
    scheme="esco",
    release="1.2.0",
    attribution="This service uses the ESCO classification of the European Commission.",
    skills=(
        Skill("skill:python", "Python", ("Python 3", "Pythón"), "A language.", "technology", "cross-sector",
              ("group:it",), ("digital",)),
        Skill("skill:sql", "SQL", kind="knowledge"),
        Skill("skill:listen", "listen actively", reuse="transversal", broader_uris=("group:social",)),
    ),
    occupations=(
        Occupation(
            "job:analyst", "data analyst", ("analyst of data",), "Analyses.", "2511", "15-2051.00", 4,
            (Requirement("skill:python", False), Requirement("skill:sql", False, 0.8, 0.7, True, True),
             Requirement("skill:sql", True)),
            ("job:writer",), ("clean data", "draw charts"),
        ),
        Occupation("job:writer", "technical writer", requirements=(Requirement("skill:listen", True, 0.5),)),
    ),
    groups=(SkillGroup("group:it", "IT", "S5", ("group:all",)), SkillGroup("group:social", "social")),
    relations=(SkillRelation("skill:python", "skill:sql", True), SkillRelation("skill:python", "skill:sql", False)),
    languages=("en", "fr"),
)  # fmt: skip


def a_credential(credential_id: str = "c1", **changes: Any) -> Credential:
    """A plain credential."""
    return Credential(**{"credential_id": credential_id, "title": f"Title of {credential_id}", **changes})


FULL_CREDENTIAL = Credential(
    credential_id="full/1 ü",
    title="Größe: データ 100 %",
    description="With a \\ and a \" and a \n new line",
    awarding_body="École",
    country="FR",
    languages=("fr", "en"),
    outcomes=(LearningOutcome("does SQL", "skill:sql", 0.5, 0.25), LearningOutcome("", "skill:python")),
    prerequisites=(PrerequisiteGroup("all_of", ("a",)), PrerequisiteGroup("k_of", ("b", "c", "d"), 2)),
    preparation=(Preparation("algebra"), Preparation("", "b", "", 0.5), Preparation("x", "", "skill:sql")),
    stacks_into=("big",),
    supersedes=("old",),
    stack=StackRule("credits", 30),
    kind="certificate",
    level="advanced",
    eqf_level=6,
    workload_hours=125.5,
    ects=5,
    duration_weeks=8,
    cost=Money(0, "EUR"),
    participation="online",
    assessment_type="project",
    quality_assurance="accredited",
    supervision="proctored",
    url="https://example.org/c?a=1&b=2",
    rating=4.25,
    rating_count=12,
    learner_count=3_000,
    status="planned",
    starts_on=date(2027, 1, 2),
    ends_on=date(2027, 3, 4),
    countries_open_to=("FR", "DE"),
    illustrative=True,
    as_of=date(2026, 11, 1),
    source="native",
)  # fmt: skip

FULL_PROFILE = Profile(
    "data analyst", ("skill:sql", "cooking"), ("fr",), "FR", 6.5, Money(300, "EUR"), (NotYet("skill:go", NOW),)
)


def a_learner(learner_id: str = "ada", profile: Profile = FULL_PROFILE) -> Learner:
    """A learner with every fact stated."""
    return Learner(learner_id, profile)


def an_award(learner_id: str = "ada", credential_id: str = "c1", **changes: Any) -> Award:
    """An award with every fact stated."""
    award = Award(learner_id, credential_id, NOW, "award-1", "with distinction", "https://example.org/evidence")
    return replace(award, **changes)


def evidence(evidence_id: str = "e1", skill_uri: str = "skill:sql", **changes: Any) -> Evidence:
    """An assessed score of 0.75."""
    return replace(Evidence(evidence_id, skill_uri, "assessment", 0.75, NOW, "exam-1", 0.5), **changes)


def an_outcome(outcome_id: str = "o1", kind: Any = "completed", **changes: Any) -> Outcome:
    """An outcome with every fact stated."""
    return replace(Outcome(outcome_id, "ada", "c1", kind, NOW, 0.75, "i1"), **changes)


def an_impression(impression_id: str = "i1", **changes: Any) -> Impression:
    """An impression with every fact stated."""
    impression = Impression(
        impression_id=impression_id,
        shown_at=NOW,
        learner_id="ada",
        goal_text="data analyst",
        occupation_uri="job:analyst",
        candidates=("c1", "c2"),
        scores=(0.1 + 0.2, -1e-300),
        feature_names=("gap", "hours"),
        features=bytes(range(16)),
        slate=("c2", "c1"),
        policy="rules",
        propensity=0.925,
        seed=2**63 - 1,
        bundle_version="b1",
        catalogue_version="v1",
        degraded=True,
        filters={"language": 3},
        answer={"items": [{"credential_id": "c2", "reasons": ["closes the gap in SQL"]}], "none": None},
    )
    return replace(impression, **changes)


def a_task(task_id: str = "t1", **changes: Any) -> Task:
    """An import that is being read."""
    usual = {
        "kind": "import", "title": "catalogue.jsonl", "state": "running", "stage": "reading", "started_at": NOW,
        "updated_at": LATER, "done": 10, "total": 40, "detail": "ü",
    }  # fmt: skip
    return Task(**{"task_id": task_id, **usual, **changes})
