"""The skills that lie near a skill, as the mastery model reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from credpath.recommender.skill_space import Skills

Near = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class RelatedSkills(Mapping[str, Near]):
    """Skill -> (neighbour, weight 0..1) pairs of the taxonomy's own table, looked up when asked for."""

    skills: Skills

    def __getitem__(self, skill_uri: str) -> Near:
        row = self.skills.position[skill_uri]
        table = self.skills.neighbours
        first, last = table.indptr[row : row + 2].tolist()
        near = zip(table.indices[first:last].tolist(), table.weights[first:last].tolist(), strict=True)
        return tuple((self.skills.uris[other], weight) for other, weight in near)

    def __iter__(self) -> Iterator[str]:
        return iter(self.skills.uris)

    def __len__(self) -> int:
        return len(self.skills.uris)
