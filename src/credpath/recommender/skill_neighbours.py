"""Which skills lie so near each other that teaching one brings a learner toward the other, and how far.

Nearness of meaning is the base; the taxonomy's own relations add to it. Alone it would join English with
Spanish, Python with Ruby and "leadership principles" with "marketing principles", so words decide as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from credpath.domain.skills import Skill, SkillRelation
from credpath.recommender.encoding import FloatArray
from credpath.recommender.skill_guard import ANOTHER_ACT
from credpath.recommender.skill_words import FORM, LEVEL, bag, stem, told_bare, without_parentheses, words

Offsets = NDArray[np.int64]
Rows = NDArray[np.int32]

MOST = 12  # neighbours a skill
LOOKED_AT = 24  # nearest skills weighed for those
NEAR, NEAR_IF_RELATED = 0.55, 0.45  # least cosine
SAME_CONCEPT = 0.85  # "machine learning" and "utilise machine learning"
DAMPING = 0.7  # of the cosine above 0.5, rescaled to 0..1
RELATED, PARENT, SIBLING = 0.12, 0.08, 0.04  # added for what the taxonomy says of the pair
HIGHEST, LEAST = 0.7, 0.1  # of all pairs that are not one concept; below LEAST a pair is no news to anybody
OTHER_ACT = 0.5  # factor where one of the two teaches, sells or supervises what the other does
_FORMS = frozenset(map(stem, LEVEL | FORM))
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Compressed rows: `indices[indptr[s]:indptr[s + 1]]` are the neighbours of skill s, ascending, never s itself.

    `weights` 0..1: the share of mastery that carries over.
    """

    indptr: Offsets
    indices: Rows
    weights: FloatArray

    @staticmethod
    def build(skills: Sequence[Skill], relations: Iterable[SkillRelation], vectors: FloatArray) -> Neighbours:
        """`skills` in the order of the rows of `vectors`, which are unit rows."""
        traits = [_Traits.of(skill) for skill in skills]
        said = _said_by_taxonomy(skills, relations)
        rows = [
            _best((other, _weight(traits[row], traits[other], cosine, said.get(_pair(row, other), 0.0)))
                  for other, cosine in near)
            for row, near in enumerate(_nearest(vectors, said))
        ]  # fmt: skip
        flat = [entry for row in rows for entry in row]
        return Neighbours(
            np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64),
            np.array([other for other, _ in flat], dtype=np.int32),
            np.array([weight for _, weight in flat], dtype=np.float32),
        )

    def of(self, row: int) -> tuple[tuple[int, float], ...]:
        """(neighbour, weight) of one skill, ascending by neighbour."""
        span = slice(self.indptr[row], self.indptr[row + 1])
        return tuple(zip(self.indices[span].tolist(), self.weights[span].tolist(), strict=True))

    def save(self, folder: Path) -> None:
        """Writes neighbours_indptr.npy, neighbours_indices.npy and neighbours_weights.npy."""
        for name in ("indptr", "indices", "weights"):
            np.save(folder / f"neighbours_{name}.npy", getattr(self, name))

    @staticmethod
    def load(folder: Path) -> Neighbours:
        """Reads what `save` wrote; the caller has verified the files."""
        return Neighbours(*(np.load(folder / f"neighbours_{name}.npy") for name in ("indptr", "indices", "weights")))


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the words of a skill say, worked out once. `names`: capitalised words, casefolded."""

    content: tuple[str, ...]
    stems: frozenset[str]
    names: frozenset[str]
    act: str
    broader: frozenset[str]

    @staticmethod
    def of(skill: Skill) -> _Traits:
        label = without_parentheses(skill.label) or skill.label
        first = stem(words(label)[0]) if words(label) else ""
        return _Traits(
            content=told_bare(label),
            stems=frozenset(bag(label)),
            names=frozenset(w.casefold().strip(",.;:") for w in label.split() if w != w.lower()),
            act=first if first in ANOTHER_ACT else "",
            broader=frozenset(skill.broader_uris),
        )


def _weight(one: _Traits, other: _Traits, cosine: float, said: float) -> float:
    """0.0 for a pair that is none. Symmetric."""
    factor = 1.0 if one.act == other.act else OTHER_ACT
    if one.content == other.content and factor == 1.0:
        return SAME_CONCEPT
    if cosine < (NEAR_IF_RELATED if said else NEAR) or _other_names(one.names, other.names):
        return 0.0
    if not said and _alike_in_form_only(one, other):
        return 0.0
    sibling = SIBLING if one.broader & other.broader else 0.0
    weight = factor * (DAMPING * max(0.0, cosine - 0.5) / 0.5 + said + sibling)
    return round(min(HIGHEST, weight), 4) if weight >= LEAST else 0.0


def _other_names(one: frozenset[str], other: frozenset[str]) -> bool:
    """Both name something, and not the same: Python and Ruby, "write English" and "write Spanish". MySQL is SQL."""
    same = any(a == b or (min(len(a), len(b)) >= 3 and (a.endswith(b) or b.endswith(a))) for a in one for b in other)
    return bool(one and other) and not same


def _alike_in_form_only(one: _Traits, other: _Traits) -> bool:
    """All that "leadership principles" and "marketing principles" share is that they are principles."""
    shared = one.stems & other.stems
    return bool(shared) and shared <= _FORMS


def _said_by_taxonomy(skills: Sequence[Skill], relations: Iterable[SkillRelation]) -> dict[tuple[int, int], float]:
    """(lower row, higher row) -> what a stated relation or a step in the hierarchy adds."""
    row = {skill.uri: place for place, skill in enumerate(skills)}
    said: dict[tuple[int, int], float] = {}
    for skill in skills:
        for parent in skill.broader_uris:
            if parent in row and parent != skill.uri:
                said[_pair(row[skill.uri], row[parent])] = PARENT
    for relation in relations:
        if relation.from_uri in row and relation.to_uri in row and relation.from_uri != relation.to_uri:
            said[_pair(row[relation.from_uri], row[relation.to_uri])] = RELATED
    return said


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _nearest(vectors: FloatArray, said: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, float]]]:
    """For each row the (other, cosine) of the nearest rows and of those that the taxonomy names."""
    named: list[set[int]] = [set() for _ in range(len(vectors))]
    for one, other in said:
        named[one].add(other)
        named[other].add(one)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK] @ vectors.T
        for offset, cosines in enumerate(block):
            row = start + offset
            cosines[row] = -1.0
            kept = min(LOOKED_AT, len(cosines))
            bar = max(NEAR_IF_RELATED, float(np.partition(cosines, -kept)[-kept]))
            others = {*np.flatnonzero(cosines >= bar).tolist(), *named[row]} - {row}
            yield [(other, float(cosines[other])) for other in sorted(others)]


def _best(weighed: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """The `MOST` heaviest, in ascending order of row."""
    found = sorted(((other, weight) for other, weight in weighed if weight), key=lambda e: (-e[1], e[0]))
    return sorted(found[:MOST])
