"""From an occupation's requirements to weighted skills: what is specific counts, what everybody needs hardly does.

weight = relation x importance x distinctness x reuse x demand, the `MOST` largest kept, then scaled to sum 1.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.domain.goals import GoalSkill
from credpath.domain.skills import Occupation, Requirement, Skill, Taxonomy
from credpath.recommender.csr import Floats, Offsets, Rows, offsets
from credpath.recommender.goal_arrays import open_array
from credpath.recommender.goal_space import skill_rarity

MOST = 80
ESSENTIAL, OPTIONAL = 1.0, 0.35
ESSENTIAL_LEVEL, OPTIONAL_LEVEL = 0.75, 0.55
LEAST_DISTINCT = 0.03  # a skill of every occupation still counts for a trifle
TRANSVERSAL = 0.4
HOT, IN_DEMAND = 1.15, 1.15
NEIGHBOURS = 3  # occupations that stand in for one without requirements


@dataclass(frozen=True, slots=True)
class GoalRequirements:
    """Rows of weighted skills for each of N occupations, largest weight first; `skills` are (uri, label)."""

    skills: tuple[tuple[str, str], ...]
    starts: Offsets
    ids: Rows
    weights: Floats
    levels: Floats
    essential: NDArray[np.bool_]

    def of(self, row: int) -> tuple[GoalSkill, ...]:
        """The skills of one occupation; () where neither it nor its neighbours have requirements."""
        span = range(int(self.starts[row]), int(self.starts[row + 1]))
        return tuple(
            GoalSkill(uri, label, float(self.weights[i]), float(self.levels[i]), bool(self.essential[i]))
            for i, (uri, label) in ((i, self.skills[self.ids[i]]) for i in span)
        )

    def save(self, folder: Path) -> None:
        """Writes arrays and names into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("starts", "ids", "weights", "levels", "essential"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        (folder / "skills.json").write_text(json.dumps(self.skills, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> GoalRequirements:
        """Reads what `save` wrote."""
        skills = tuple((uri, label) for uri, label in json.loads((folder / "skills.json").read_text(encoding="utf-8")))
        arrays = [open_array(folder / f"{name}.npy") for name in ("starts", "ids", "weights", "levels", "essential")]
        return GoalRequirements(skills, *arrays)


def build_requirements(taxonomy: Taxonomy, neighbours: Mapping[str, Sequence[str]]) -> GoalRequirements:
    """`neighbours`: {occupation without requirements: others, nearest first, whose requirements stand in}."""
    skills = {skill.uri: skill for skill in taxonomy.skills}
    occupations = sorted(taxonomy.occupations, key=lambda o: o.uri)
    by_uri = {o.uri: o for o in occupations}
    distinctness = _Distinctness.of(occupations)
    rows = []
    for occupation in occupations:
        sources = [occupation] if occupation.requirements else _stand_ins(occupation, by_uri, neighbours)
        rows.append(_weigh(sources, skills, distinctness))
    used = sorted({skill.skill_uri for row in rows for skill in row})
    at = {uri: number for number, uri in enumerate(used)}
    flat = [skill for row in rows for skill in row]
    return GoalRequirements(
        tuple((uri, skills[uri].label) for uri in used),
        offsets(np.array([len(row) for row in rows], np.int64)),
        np.array([at[s.skill_uri] for s in flat], np.int32),
        np.array([s.weight for s in flat], np.float32),
        np.array([s.required_level for s in flat], np.float32),
        np.array([s.essential for s in flat], np.bool_),
    )


def _stand_ins(
    occupation: Occupation, by_uri: Mapping[str, Occupation], neighbours: Mapping[str, Sequence[str]]
) -> list[Occupation]:
    """Related occupations first, then the nearest; at most NEIGHBOURS, each with requirements."""
    named = dict.fromkeys([*sorted(occupation.related_uris), *neighbours.get(occupation.uri, ())])
    found = [by_uri[uri] for uri in named if uri in by_uri and by_uri[uri].requirements]
    return found[:NEIGHBOURS]


@dataclass(frozen=True, slots=True)
class _Distinctness:
    """How much a requirement sets an occupation apart: rarity, and where importance is graded, its excess."""

    rarity: Mapping[str, float]
    usual: Mapping[str, tuple[float, float]]  # mean and spread of a skill's importance

    @staticmethod
    def of(occupations: Sequence[Occupation]) -> _Distinctness:
        graded: dict[str, list[float]] = defaultdict(list)
        for occupation in occupations:
            for requirement in occupation.requirements:
                if requirement.importance is not None:
                    graded[requirement.skill_uri].append(requirement.importance)
        usual = {uri: (float(np.mean(values)), float(np.std(values))) for uri, values in graded.items()}
        return _Distinctness(skill_rarity(occupations), usual)

    def factor(self, requirement: Requirement) -> float:
        """0.03 for what all need alike; up to 1 for rare, and up to 1 more for an importance far above the usual."""
        excess = 0.0
        if requirement.importance is not None:
            mean, spread = self.usual[requirement.skill_uri]
            excess = min(1.0, max(0.0, (requirement.importance - mean) / (3 * spread))) if spread > 1e-6 else 0.0
        return max(LEAST_DISTINCT, self.rarity[requirement.skill_uri] + excess)


def _raw_weight(requirement: Requirement, skill: Skill, distinctness: _Distinctness) -> float:
    weight = ESSENTIAL if requirement.essential else OPTIONAL
    if requirement.importance is not None:
        weight *= 0.1 + 0.9 * requirement.importance
    if skill.reuse == "transversal":
        weight *= TRANSVERSAL
    weight *= (HOT if requirement.hot else 1.0) * (IN_DEMAND if requirement.in_demand else 1.0)
    return weight * distinctness.factor(requirement)


def _weigh(sources: Sequence[Occupation], skills: Mapping[str, Skill], distinctness: _Distinctness) -> list[GoalSkill]:
    """Weighted skills of the sources together, the largest MOST, summing to 1; ties by URI."""
    raw: dict[str, float] = defaultdict(float)
    levels: dict[str, float] = {}
    essential: dict[str, int] = defaultdict(int)
    for requirement in (r for o in sources for r in o.requirements if r.skill_uri in skills):
        uri = requirement.skill_uri
        raw[uri] += _raw_weight(requirement, skills[uri], distinctness)
        default = ESSENTIAL_LEVEL if requirement.essential else OPTIONAL_LEVEL
        levels[uri] = max(levels.get(uri, 0.0), default if requirement.level is None else requirement.level)
        essential[uri] += requirement.essential
    kept = sorted((uri for uri in raw if raw[uri] > 0), key=lambda uri: (-raw[uri], uri))[:MOST]
    total = sum(raw[uri] for uri in kept)
    return [
        GoalSkill(
            uri,
            skills[uri].label,
            raw[uri] / total,
            levels[uri],
            2 * essential[uri] > len(sources) - 1 and essential[uri] > 0,
        )
        for uri in kept
    ]
