"""A seeded catalogue of any size with the shape of a real one: for speed measurements and property tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credpath.domain.catalogue import (
    KINDS,
    Credential,
    LearningOutcome,
    Preparation,
    PrerequisiteGroup,
    SkillLink,
    StackRule,
)
from credpath.domain.goals import CareerGoal, GoalSkill
from credpath.domain.learner import LearnerSnapshot, Profile
from credpath.domain.mastery import Mastery
from credpath.domain.money import Money

FIELDS = 60  # skills, credentials and goals cluster in fields of work, as they do in real catalogues
LEVELS = ("introductory", "intermediate", "advanced", "")
LANGUAGES = ("en", "en", "en", "en", "de", "es", "")
CURRENCIES = ("USD", "EUR", "GBP", "XOF")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Compressed rows, as a SkillIndex has them."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Named:
    """A skill found by its name."""

    skill_uri: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class SyntheticSkills:
    """What the catalogue index reads of a SkillIndex; `field_of`: the field of each skill."""

    uris: tuple[str, ...]
    labels: tuple[str, ...]
    position: Mapping[str, int]
    neighbours: Neighbours
    field_of: NDArray[np.int64]

    def resolve(self, text: str, encoder: None) -> Named | None:
        """A label or URI as it stands; no encoder is needed for that."""
        del encoder
        uri = text if text in self.position else text.replace("skill ", "urn:skill:")
        return Named(uri) if uri in self.position else None


@dataclass(frozen=True, slots=True)
class SyntheticCatalogue:
    """Everything that `CatalogueIndex.build` takes, and centres of the fields to make goals from."""

    credentials: tuple[Credential, ...]
    links: Mapping[str, tuple[SkillLink, ...]]
    vectors: NDArray[np.float32]
    skills: SyntheticSkills
    centres: NDArray[np.float32]


def make_skills(count: int, seed: int = 0, neighbours: int = 8) -> SyntheticSkills:
    """`count` skills in fields, each with some neighbours of its own field."""
    random = np.random.default_rng(seed)
    field_of = random.permutation(count) % FIELDS
    members = [np.flatnonzero(field_of == field) for field in range(FIELDS)]
    rows = [np.unique(random.choice(members[field], neighbours)) for field in field_of.tolist()]
    rows = [row[row != skill] for skill, row in enumerate(rows)]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    indices = np.concatenate(rows).astype(np.int32)
    weights = random.uniform(0.2, 0.6, len(indices)).astype(np.float32)
    uris = tuple(f"urn:skill:{skill:06d}" for skill in range(count))
    labels = tuple(f"skill {skill}" for skill in range(count))
    position = {uri: skill for skill, uri in enumerate(uris)}
    return SyntheticSkills(uris, labels, position, Neighbours(indptr, indices, weights), field_of)


def make_catalogue(count: int, skills: SyntheticSkills, seed: int = 0, dimensions: int = 384) -> SyntheticCatalogue:
    """`count` credentials; a tenth need others first, a tenth stack into one of a hundredth larger ones."""
    random = np.random.default_rng(seed + 1)
    centres = _unit(random.standard_normal((FIELDS, dimensions)))
    fields = random.choice(np.unique(skills.field_of), count)
    popular = 1.0 / (1.0 + random.permutation(len(skills.uris)))
    pools = [np.flatnonzero(skills.field_of == field) for field in range(FIELDS)]
    odds = [popular[pool] / max(1e-9, popular[pool].sum()) for pool in pools]
    credentials, links = [], {}
    for row, field in enumerate(fields.tolist()):
        size = min(len(pools[field]), int(random.integers(1, 12)))
        uris = [skills.uris[skill] for skill in random.choice(pools[field], size, replace=False, p=odds[field])]
        credential = _credential(row, fields, uris, random)
        credentials.append(credential)
        links[credential.credential_id] = tuple(_link(uri, random) for uri in uris)
    noise = 0.9 * _unit(random.standard_normal((count, dimensions)))
    return SyntheticCatalogue(tuple(credentials), links, _unit(centres[fields] + noise), skills, centres)


def make_goal(skills: SyntheticSkills, field: int, count: int = 60, seed: int = 0) -> CareerGoal:
    """A goal of `count` skills, most of one field."""
    random = np.random.default_rng(seed + 7)
    near = np.flatnonzero(skills.field_of == field)
    others = random.choice(len(skills.uris), 5)
    chosen = np.unique(np.concatenate([random.choice(near, min(len(near), count)) if len(near) else near, others]))
    weights = random.uniform(0.2, 1.0, len(chosen))
    needed = zip(chosen.tolist(), (weights / weights.sum()).tolist(), strict=True)
    listed = tuple(GoalSkill(skills.uris[s], skills.labels[s], weight, 0.75, weight > 0.02) for s, weight in needed)
    return CareerGoal(f"work in field {field}", f"urn:occupation:{field}", f"worker in field {field}", 0.9, listed)


def make_snapshot(catalogue: SyntheticCatalogue, seed: int = 0, held: int = 5, mastered: int = 20) -> LearnerSnapshot:
    """Somebody who holds a few credentials and has shown a few skills."""
    random = np.random.default_rng(seed + 11)
    ids = [c.credential_id for c in catalogue.credentials]
    chosen = [ids[row] for row in random.permutation(len(ids))[: held + 4]]
    skills = [catalogue.skills.uris[s] for s in random.permutation(len(catalogue.skills.uris))[:mastered]]
    mastery = {uri: Mastery(uri, held=float(random.uniform(0.2, 4.0)), missing=1.0) for uri in skills}
    return LearnerSnapshot(
        "learner", Profile(languages=("en",), hours_per_week=6.0), frozenset(chosen[:held]),
        frozenset(chosen[held : held + 2]), frozenset(chosen[held + 2 :]), mastery,
    )  # fmt: skip


def _credential(row: int, fields: NDArray[np.int64], uris: list[str], random: np.random.Generator) -> Credential:
    name, is_stack = f"c{row:06d}", row % 100 == 99
    hours = float(random.choice([4, 10, 16, 25, 40, 80, 160, 600])) if random.random() < 0.7 else None
    language = LANGUAGES[int(random.integers(len(LANGUAGES)))]
    price = Money(float(random.choice([0, 49, 99, 300])), CURRENCIES[int(random.choice(4, p=[0.6, 0.2, 0.15, 0.05]))])
    return Credential(
        credential_id=name,
        title=f"Course {row // 3} of field {fields[row]}",
        description="What the course is about, in a few words. " * 8,
        awarding_body=f"Body {row % 150}",
        country="US",
        languages=(language,) if language else (),
        outcomes=tuple(LearningOutcome(uri, uri) for uri in uris),
        prerequisites=_groups(row, random) if random.random() < 0.1 and row > 10 else (),
        preparation=(Preparation(f"c{row - 1:06d}", credential_id=f"c{row - 1:06d}"),) if row % 7 == 3 else (),
        stacks_into=(f"c{row - row % 100 + 99:06d}",) if row % 10 == 1 else (),
        supersedes=(f"c{row - 1:06d}",) if row % 50 == 8 else (),
        stack=StackRule("n_of", 5.0) if is_stack else None,
        kind=KINDS[int(random.choice(4, p=[0.7, 0.2, 0.07, 0.03]))],
        level=LEVELS[int(random.integers(len(LEVELS)))],
        workload_hours=hours,
        cost=price if random.random() < 0.6 else None,
        rating=float(random.uniform(3.5, 5.0)) if random.random() < 0.8 else None,
        rating_count=int(random.integers(1, 10_000)),
        learner_count=int(random.integers(0, 500_000)),
        status="withdrawn" if row % 211 == 210 else "active",
    )


def _groups(row: int, random: np.random.Generator) -> tuple[PrerequisiteGroup, ...]:
    """Earlier rows only, so the graph has no cycle."""
    members = tuple(f"c{int(m):06d}" for m in sorted(set(random.integers(0, row, 3).tolist())))
    kind = ("all_of", "any_of", "k_of")[int(random.integers(3))]
    if kind == "k_of":
        return (PrerequisiteGroup("k_of", members, min(2, len(members))),)
    return (PrerequisiteGroup("all_of" if kind == "all_of" else "any_of", members),)


def _link(uri: str, random: np.random.Generator) -> SkillLink:
    declared = bool(random.random() < 0.7)
    confidence = 1.0 if declared else float(random.uniform(0.4, 0.9))
    strength = float(random.uniform(0.5, 1.0))
    return SkillLink(uri, uri, strength, confidence, declared, "uri" if declared else "embedding")


def _unit(rows: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit
