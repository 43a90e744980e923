"""The skills that a catalogue touches, as positions in arrays, with the neighbours that they keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from credpath.domain.mastery import PRIOR_HELD, PRIOR_MISSING, Mastery
from credpath.recommender.csr import Doubles, Floats, Offsets, Rows, group_by, offsets

# Below this a related skill adds noise and memory, and no reader would accept the sentence made of it.
MIN_RELATED = 0.12
# What counts, what is believed of anybody, and how many observations that is worth.
NOTHING_KNOWN = (0.0, PRIOR_HELD / (PRIOR_HELD + PRIOR_MISSING), PRIOR_HELD + PRIOR_MISSING)


def facts_of(mastery: Mastery) -> tuple[float, float, float]:
    """What of it counts toward a goal, the probability that it is held, and the observations behind that.

    Who failed or said "not yet" is expected to learn from a course as anybody else: it is what they need.
    """
    if not mastery.backed:
        return NOTHING_KNOWN
    return mastery.level, mastery.probability, mastery.held + mastery.missing


class NeighbourTable(Protocol):
    """Related skills of each skill, self excluded, in compressed rows; weight 0..1, already damped."""

    @property
    def indptr(self) -> NDArray[np.integer]:
        """(S + 1,) where the neighbours of each skill start."""

    @property
    def indices(self) -> NDArray[np.integer]:
        """Positions of the neighbours."""

    @property
    def weights(self) -> Floats:
        """How close each neighbour is."""


class Match(Protocol):
    """A skill that words name."""

    @property
    def skill_uri(self) -> str:
        """Which."""

    @property
    def confidence(self) -> float:
        """How sure, 0..1."""


class Skills(Protocol):
    """What the catalogue index reads of a SkillIndex."""

    @property
    def uris(self) -> Sequence[str]:
        """Every skill of the taxonomy, sorted."""

    @property
    def labels(self) -> Sequence[str]:
        """The preferred label of each."""

    @property
    def position(self) -> Mapping[str, int]:
        """uri -> place in `uris`."""

    @property
    def neighbours(self) -> NeighbourTable:
        """Related skills."""

    def resolve(self, text: str, encoder: None) -> Match | None:
        """The skill that a label names, by words alone."""


@dataclass(frozen=True, slots=True)
class SkillSpace:
    """Skills that some credential teaches or prepares for, and those of which such a skill is a neighbour.

    A taxonomy of 13,784 skills shrinks to those that can matter to this catalogue. Row s of the neighbour
    table (`starts`, `near`, `weights`) lists skills close to s.
    """

    uris: tuple[str, ...]
    labels: tuple[str, ...]
    position: Mapping[str, int]
    starts: Offsets
    near: Rows
    weights: Floats

    @staticmethod
    def of_catalogue(skills: Skills, touched: Iterable[str]) -> SkillSpace:
        """`touched`: URIs that the catalogue names; unknown ones are left out."""
        table = skills.neighbours
        counts = np.diff(table.indptr)
        source = np.repeat(np.arange(len(skills.uris)), counts)
        inside = np.zeros(len(skills.uris), dtype=bool)
        inside[[skills.position[uri] for uri in touched if uri in skills.position]] = True
        inside[source[inside[table.indices]]] = True
        kept = np.flatnonzero(inside).tolist()
        renumbered = np.cumsum(inside) - 1
        edge = inside[source] & inside[table.indices]
        return SkillSpace.of(
            tuple(skills.uris[s] for s in kept),
            tuple(skills.labels[s] for s in kept),
            offsets(np.bincount(renumbered[source[edge]], minlength=len(kept))),
            renumbered[table.indices[edge]].astype(np.int32),
            np.asarray(table.weights[edge], dtype=np.float32),
        )

    @staticmethod
    def of(uris: tuple[str, ...], labels: tuple[str, ...], starts: Offsets, near: Rows, weights: Floats) -> SkillSpace:
        """Numbers the skills in the order given."""
        return SkillSpace(uris, labels, {uri: place for place, uri in enumerate(uris)}, starts, near, weights)

    def reversed(self) -> tuple[Offsets, Rows, Floats]:
        """The table the other way round: row t lists the skills that have t as a neighbour."""
        source = np.repeat(np.arange(len(self.uris), dtype=np.int32), np.diff(self.starts))
        order, starts = group_by(self.near, len(self.uris))
        return starts, source[order], self.weights[order]

    def mastery(self, state: Mapping[str, Mastery]) -> Doubles:
        """(S,) what of each skill counts toward a goal; 0 without evidence for it."""
        return self.beliefs(state)[0]

    def beliefs(self, state: Mapping[str, Mastery]) -> tuple[Doubles, Doubles, Doubles]:
        """(S,) each of `facts_of` every skill."""
        table = np.empty((len(self.uris), 3))
        table[:] = NOTHING_KNOWN
        at = self.position.get
        known = [(place, facts_of(one)) for uri, one in state.items() if (place := at(uri)) is not None]
        if known:
            places, values = zip(*known, strict=True)
            table[list(places)] = values
        level, believed, observations = table.T.copy()
        return level, believed, observations

    def support(self, mastery: Doubles) -> Doubles:
        """(S,) mastery of each skill or, damped by closeness, of the best mastered neighbour of it."""
        spread = mastery.copy()
        if mastery.any():
            lifts = self.weights * mastery[self.near]
            flat = (lifts >= MIN_RELATED).nonzero()[0]
            np.maximum.at(spread, np.searchsorted(self.starts, flat, side="right") - 1, lifts[flat])
        return spread
