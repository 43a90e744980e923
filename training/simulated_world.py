"""A world to simulate in: the sample's catalogue and goals, and hidden facts about them that a seed decides.

What the world knows and no record tells: how well a credential and its awarding body carry people to the end,
how hard it really is, how attractive, what it really teaches, what an occupation really asks for, what people
take after what. A system can only learn these from logs, as it must with a real catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from credpath.domain.catalogue import SkillLink
from credpath.domain.goals import CareerGoal
from credpath.errors import NotReady
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Floats, Offsets, gather
from credpath.recommender.encoding import Encoder
from credpath.service.indexing import IndexedCatalogue
from credpath.service.loading import LoadedTaxonomy

# Every log starts on this day; a simulated year has seasons.
EPOCH = datetime(2024, 1, 8, tzinfo=UTC)
FEWEST_TEACHERS = 5  # a goal that fewer credentials serve has nothing to rank


@dataclass(frozen=True, slots=True)
class Setting:
    """What exists whoever learns in it. `taught`: the skills that each credential is linked to.

    `goal_vectors` (goals, d); `isco`: occupation URI -> ISCO code.
    """

    catalogue: IndexedCatalogue
    taxonomy: LoadedTaxonomy
    encoder: Encoder
    goals: tuple[CareerGoal, ...]
    goal_vectors: Floats
    taught: Mapping[str, tuple[SkillLink, ...]]
    isco: Mapping[str, str]

    @property
    def index(self) -> CatalogueIndex:
        """The catalogue as the recommender sees it."""
        return self.catalogue.index


def named_steps(index: CatalogueIndex) -> list[tuple[int, int]]:
    """Rows of credentials and of what names them as required or recommended beforehand, sorted."""
    found = set()
    for row, credential in enumerate(index.credentials):
        for edge in credential.edges():
            if edge in index.position and edge not in (*credential.stacks_into, *credential.supersedes):
                found.add((index.position[edge], row))
    return sorted(found)


def standard(values: Doubles) -> Doubles:
    """Columns with mean 0 and spread 1; a constant one becomes 0."""
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0), dtype=np.float64)


def setting_of(
    catalogue: IndexedCatalogue, taxonomy: LoadedTaxonomy, encoder: Encoder, isco: Mapping[str, str] | None = None
) -> Setting:
    """Keeps the goals that at least five credentials of the catalogue serve. Raises NotReady when none is left."""
    index = catalogue.index
    every = (taxonomy.required(uri) for uri in sorted(taxonomy.goals.uris))
    goals = tuple(replace(g, text=g.label, confidence=1.0) for g in every if len(serving(index, g)) >= FEWEST_TEACHERS)
    if not goals:
        fix = "import a catalogue that teaches the taxonomy's skills"
        raise NotReady("no goal is served by the catalogue", fix=fix)
    taught = {credential_id: catalogue.links.get(credential_id, ()) for credential_id in index.ids}
    # One by one, as serving does: in a batch the last bits differ, and then no decision replays byte for byte.
    vectors = np.concatenate([encoder.encode([goal.label]) for goal in goals])
    return Setting(catalogue, taxonomy, encoder, goals, vectors, taught, isco or {})


def serving(index: CatalogueIndex, goal: CareerGoal) -> Offsets:
    """Rows that teach a skill of the goal, or one close to it, ascending."""
    at = index.space.position
    places = np.array([at[s.skill_uri] for s in goal.skills if s.skill_uri in at], dtype=np.int64)
    return np.unique(index.postings.rows[gather(index.postings.starts, places)[0]]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Spread:
    """How much of the truth no record tells: standard deviations in logits, or of a logarithm where named so."""

    charm_of_body: float = 0.3
    charm_of_credential: float = 0.25
    charm_of_format: float = 0.1  # for each spread of a format: online, with exam, ...
    recognition: float = 0.45  # of awarding bodies by goal, alike for goals that are alike
    canon: float = 0.8  # what everybody of a field takes, for the few that are it
    support_of_body: float = 0.8
    support_of_credential: float = 0.5
    support_of_format: float = 0.2
    hardness: float = 0.15  # in levels 0..1
    teaching: float = 0.5  # log: what a link says against what is taught
    demand: float = 0.9  # log: what the taxonomy says against what the occupation asks for
    told_by_rating: float = 0.50  # correlation of a rating with support


@dataclass(frozen=True)
class World:
    """Hidden facts, one row a credential in the order of the index (n), one column a skill of its space (S).

    `charm` (n,), `standing` (goals, n): how it attracts everybody, and those of one goal. `support` (n,): how well it
    carries its learners to the end. `level`, `price`, `hours`, `awarded` (n,): what they really are. `teaches`,
    `assumes` (n, S): what is really taught, and needed beforehand. `demand` (goals, S): what work really asks for.
    `kinship` (n, n): how much having taken the row draws toward the column. `traits` (n, K): what tastes are about,
    each of spread 1. `goal_odds` (goals,): how common each goal is.
    """

    setting: Setting
    seed: int
    charm: Doubles
    standing: Doubles
    support: Doubles
    level: Doubles
    price: Doubles
    hours: Doubles
    teaches: Doubles
    assumes: Doubles
    demand: Doubles
    kinship: Doubles
    traits: Doubles
    awarded: Doubles
    goal_odds: Doubles
    spread: Spread = field(default_factory=Spread)

    @property
    def index(self) -> CatalogueIndex:
        """The catalogue as the recommender sees it."""
        return self.setting.index

    @cached_property
    def likeness(self) -> Doubles:
        """(goals, n) how close the words of each credential are to the goal's, in spreads over the catalogue."""
        return standard((self.index.vectors @ self.setting.goal_vectors.T).astype(np.float64)).T

    @cached_property
    def steps(self) -> Offsets:
        """(edges, 2) rows: the first is required or recommended before the second."""
        return np.array(named_steps(self.index), dtype=np.int64).reshape(-1, 2)

    @cached_property
    def taught(self) -> Doubles:
        """(n,) how much each teaches in all."""
        return np.asarray(np.maximum(self.teaches.sum(axis=1), 1e-9))

    @cached_property
    def assumed(self) -> Doubles:
        """(n,) how much each assumes in all; infinite where nothing, so that a share of it is 0."""
        whole = self.assumes.sum(axis=1)
        return np.where(whole > 0, whole, np.inf)

    @cached_property
    def fame(self) -> Doubles:
        """(n,) how likely somebody hears of a credential without being shown it."""
        fame: Doubles = 0.2 + self.index.columns.popularity
        return fame
