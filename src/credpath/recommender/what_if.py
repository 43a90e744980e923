"""Who would come first if skills were mastered to other levels: many such worlds at the price of a few requests.

What no level of mastery changes (filters, what is held, texts, prices, learned columns) is found out once. The rest
is computed by the very functions that `recommend` calls, and one call of the ranker scores all worlds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import Mastery
from credpath.recommender.begun import gap_ahead
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import closing
from credpath.recommender.csr import Doubles, Floats, Offsets
from credpath.recommender.features import candidate_ids, feature_matrix, features_at
from credpath.recommender.filters import limits_of
from credpath.recommender.learned import Learned
from credpath.recommender.ranking import Ranker
from credpath.recommender.recommend import NOT_LEARNED, RULES, Considered, RecommendRequest, consider
from credpath.recommender.retrieval import Candidates, assess_worth
from credpath.recommender.situation import Situation
from credpath.recommender.skill_space import NOTHING_KNOWN
from credpath.recommender.standing import Standing, stand


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`uris`: the skills whose level may differ, `places` where they stand in the skill space, -1 outside it.

    `situation`, `features`: as things are, with all candidates that any of the probed worlds would retrieve.
    """

    situation: Situation
    features: Floats
    ranker: Ranker
    uris: tuple[str, ...]
    places: Offsets

    @staticmethod
    def of(
        index: CatalogueIndex,
        request: RecommendRequest,
        uris: Sequence[str],
        probes: Doubles,
        learned: Learned | None = None,
    ) -> WhatIf:
        """`probes` (e, skills, 3): worlds, extreme ones best, whose candidates are taken in beside the present ones."""
        standing, limits = stand(index, request.snapshot), limits_of(request.constraints, request.snapshot.profile)
        places = np.array([index.space.position.get(uri, -1) for uri in uris], dtype=np.int64)
        ranked = partial(consider, index, request, limits=limits, today=request.today, learned=learned)
        present = ranked(standing=standing)
        others = [ranked(standing=_standing(index, standing, uris, places, levels)) for levels in probes]
        ranker = RULES if present.fallback else (learned or NOT_LEARNED).ranker or RULES
        candidates = _together([present, *others])
        situation = present.situation
        amounts, via = situation.closed.matrix(candidates.rows)
        situation = replace(situation, candidates=candidates, amounts=amounts, via=via)
        return WhatIf(situation, feature_matrix(situation), ranker, tuple(uris), places)

    @property
    def ids(self) -> tuple[str, ...]:
        """The candidates, by id: the columns of `scores`."""
        return candidate_ids(self.situation.index, self.situation.candidates.rows)

    def scores(self, levels: Doubles) -> Doubles:
        """(worlds, skills, 3) of `facts_of` -> (worlds, candidates). The greatest of a row comes first there."""
        if not len(levels) or not len(self.features):
            return np.zeros((len(levels), len(self.features)))
        # With few skills left open many worlds are alike.
        worlds, back = np.unique(levels, axis=0, return_inverse=True)
        stacked = np.concatenate([self._features(world) for world in worlds])
        scores = self.ranker.score(stacked)
        if not np.isfinite(scores).all():
            scores = RULES.score(stacked)
        return scores.reshape(len(worlds), -1)[back.ravel()]

    def _features(self, levels: Doubles) -> Floats:
        was = self.situation
        standing = _standing(was.index, was.standing, self.uris, self.places, levels)
        gap = gap_ahead(was.index, was.gap.goal, standing)
        closed = closing(was.index, gap)
        worth = assess_worth(was.index, standing, was.eligibility, closed)
        amounts, via = closed.matrix(was.candidates.rows)
        world = replace(was, standing=standing, gap=gap, closed=closed, worth=worth, amounts=amounts, via=via)
        return features_at(world, self.features)


def _standing(
    index: CatalogueIndex, standing: Standing, uris: Sequence[str], places: Offsets, levels: Doubles
) -> Standing:
    inside = places >= 0
    mastery, believed, observations = (
        values.copy() for values in (standing.mastery, standing.believed, standing.observations)
    )
    for values, given in zip((mastery, believed, observations), levels[inside].T, strict=True):
        values[places[inside]] = given
    outside = {uris[at]: float(levels[at, 0]) for at in np.flatnonzero(~inside).tolist()}
    snapshot = at_levels(standing.snapshot, outside) if outside else standing.snapshot
    return replace(
        standing, snapshot=snapshot, mastery=mastery, support=index.space.support(mastery), believed=believed,
        observations=observations,
    )  # fmt: skip


def at_levels(snapshot: LearnerSnapshot, levels: dict[str, float]) -> LearnerSnapshot:
    """The learner with other levels of these skills, as certain as one observation makes them; 0 without any."""
    others = {uri: one for uri, one in snapshot.mastery.items() if uri not in levels}
    changed = {uri: Mastery(uri, level, 1.0 - level) for uri, level in levels.items() if level > 0}
    return replace(snapshot, mastery=others | changed)


def facts_at(levels: Doubles) -> Doubles:
    """(..., skills) levels -> (..., skills, 3) of `facts_of` the mastery that `at_levels` makes of them."""
    facts: Doubles = np.empty((*levels.shape, 3))
    facts[:] = NOTHING_KNOWN
    shown = levels > 0
    facts[shown, 0] = facts[shown, 1] = levels[shown]
    facts[shown, 2] = 1.0
    return facts


def _together(worlds: Sequence[Considered]) -> Candidates:
    """The candidates of all worlds, each with the ranks of the first world that has it."""
    each = [one.situation.candidates for one in worlds]
    rows, first = np.unique(np.concatenate([one.rows for one in each]), return_index=True)
    ranks = np.concatenate([one.ranks for one in each])[first]
    return Candidates(rows, ranks, each[0].degraded)
