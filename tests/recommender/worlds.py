"""Small worlds whose right answer is obvious: a stand-in for the skill index, and makers with few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from credpath.domain.catalogue import Credential, Preparation, PrerequisiteGroup, SkillLink, StackRule
from credpath.domain.goals import CareerGoal, GoalSkill
from credpath.domain.learner import LearnerSnapshot, Profile
from credpath.domain.mastery import Mastery
from credpath.domain.paths import Constraints
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.ranking import Policy
from credpath.recommender.recommend import RecommendRequest

TODAY = date(2026, 11, 2)
DIMENSIONS = 8
SKILLS = ("excel", "python", "sql", "statistics", "tableau", "writing")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Compressed rows."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Named:
    """A skill that words name."""

    skill_uri: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class FewSkills:
    """A skill index of a handful of skills; its URIs are its labels with `urn:` before them."""

    labels: tuple[str, ...]
    near: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @property
    def uris(self) -> tuple[str, ...]:
        return tuple(f"urn:{label}" for label in self.labels)

    @property
    def position(self) -> dict[str, int]:
        return {uri: at for at, uri in enumerate(self.uris)}

    @property
    def neighbours(self) -> Neighbours:
        rows: list[list[tuple[int, float]]] = [[] for _ in self.labels]
        for (one, other), weight in sorted(self.near.items()):
            rows[self.labels.index(one)].append((self.labels.index(other), weight))
        flat = [entry for row in rows for entry in row]
        return Neighbours(
            np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64),
            np.array([at for at, _ in flat], dtype=np.int32),
            np.array([weight for _, weight in flat], dtype=np.float32),
        )

    def resolve(self, text: str, encoder: None) -> Named | None:
        return Named(f"urn:{text}") if text in self.labels else None


def offer(credential_id: str, **facts: Any) -> Credential:
    """A credential with ten hours of introductory work, and an award that shows 0.75 of what it teaches fully."""
    known: dict[str, Any] = {"title": credential_id.title(), "level": "introductory", "workload_hours": 10.0}
    known |= {"assessment_type": "practical", "supervision": "supervised", "quality_assurance": "accredited"}
    return Credential(credential_id, **(known | facts))


def needs(*ids: str, kind: Any = "all_of", k: int = 0) -> tuple[PrerequisiteGroup, ...]:
    return (PrerequisiteGroup(kind, ids, k),)


def after_skill(label: str) -> tuple[Preparation, ...]:
    return (Preparation(label, skill_uri=f"urn:{label}"),)


def stack(kind: Any = "all_of", amount: float = 0.0) -> StackRule:
    return StackRule(kind, amount)


def teaches(*labels: str, strength: float = 1.0, declared: bool = True) -> tuple[SkillLink, ...]:
    method = "uri" if declared else "embedding"
    return tuple(SkillLink(f"urn:{label}", label, strength, 1.0, declared, method) for label in labels)


def index_of(
    offers: Mapping[Credential, Sequence[SkillLink]],
    *,
    skills: FewSkills = FewSkills(SKILLS),
    vectors: Mapping[str, Sequence[float]] | None = None,
    popularity: Mapping[str, float] | None = None,
) -> CatalogueIndex:
    """Credential -> what it teaches. `vectors`: by id; the others have none."""
    rows = np.zeros((len(offers), DIMENSIONS), dtype=np.float32)
    for at, credential_id in enumerate(sorted(c.credential_id for c in offers)):
        given = (vectors or {}).get(credential_id, ())
        rows[at, : len(given)] = given
    links = {c.credential_id: tuple(taught) for c, taught in offers.items()}
    return CatalogueIndex.build(list(offers), links, rows, skills, "v1", popularity)


def goal_of(*labels: str, required: float = 0.75, text: str = "data analyst") -> CareerGoal:
    """Needs all the skills alike."""
    weight = 1.0 / max(1, len(labels))
    skills = tuple(GoalSkill(f"urn:{label}", label, weight, required, True) for label in labels)
    return CareerGoal(text, "urn:occupation:analyst" if labels else "", text, 0.9, skills)


def knows(**levels: float) -> dict[str, Mastery]:
    """skill -> mastery with evidence worth ten observations."""
    return {f"urn:{label}": Mastery(f"urn:{label}", 10 * level, 10 * (1 - level)) for label, level in levels.items()}


def learner(
    *,
    held: Sequence[str] = (),
    in_progress: Sequence[str] = (),
    dismissed: Sequence[str] = (),
    profile: Profile | None = None,
    **levels: float,
) -> LearnerSnapshot:
    return LearnerSnapshot(
        "l1", profile or Profile(), frozenset(held), frozenset(in_progress), frozenset(dismissed), knows(**levels)
    )


def ask(
    goal: CareerGoal,
    snapshot: LearnerSnapshot | None = None,
    *,
    vector: Sequence[float] | None = None,
    limit: int = 5,
    seed: int = 0,
    policy: Policy | None = None,
    today: date = TODAY,
    **constraints: Any,
) -> RecommendRequest:
    query = None if vector is None else np.array([*vector, *[0.0] * (DIMENSIONS - len(vector))], dtype=np.float32)
    return RecommendRequest(
        snapshot or learner(), goal, query, Constraints(**constraints), limit, seed, today, policy or Policy()
    )


def ids(items: Sequence[Any]) -> list[str]:
    return [item.credential_id for item in items]
