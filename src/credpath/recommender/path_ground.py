"""Where a path starts: who stands where, what is open, and what a recommendation puts first there."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from credpath.domain.paths import Constraints, KeptPath
from credpath.recommender.begun import standing_after
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.closing import open_gap
from credpath.recommender.feature_names import COLUMN
from credpath.recommender.learned import Learned
from credpath.recommender.path_begun import Begun
from credpath.recommender.path_statement import Ground, asked_ids
from credpath.recommender.ranking import TIER, best_first
from credpath.recommender.reasons import ALIKE
from credpath.recommender.recommend import Considered, RecommendRequest, consider
from credpath.recommender.standing import stand

# Scores of what moves nothing lie below this.
NO_MOVE = -1.5 * TIER
NOT_LEARNED = Learned()


def lay_ground(
    index: CatalogueIndex,
    request: RecommendRequest,
    limits: Constraints,
    begun: Begun,
    learned: Learned | None = None,
    kept: KeptPath | None = None,
) -> Ground:
    """Reads the learner and asks for the recommended next credential.

    What is in progress counts as done: what depends on it may be on the path. `limits`: of what comes after it.
    """
    today = stand(index, request.snapshot)
    standing = standing_after(index, today, begun.rows)
    considered = consider(index, request, standing, limits, request.today, learned)
    asked = [index.position[i] for i in asked_ids(limits) if i in index.position]
    stacks = tuple(sorted(set(asked).intersection(index.stacks.rows.tolist())))
    wanted = [*asked, *(index.position[i] for i in (kept or KeptPath()).credential_ids if i in index.position)]
    return Ground(
        index,
        request,
        standing,
        open_gap(index, request.goal, standing),
        open_gap(index, request.goal, today).total,
        begun,
        considered,
        learned or NOT_LEARNED,
        tuple(sorted({*wanted, *stack_rows(index, stacks)})),
        recommended(considered),
        stacks,
    )


def recommended(considered: Considered) -> int:
    """The row that a greedy recommendation puts first, if it moves the learner; else -1."""
    candidates = considered.situation.candidates
    if candidates.degraded or not len(considered.scores):
        return -1
    place = int(best_first(considered.scores)[0])
    if considered.situation.gap.skills:
        fits = considered.scores[place] > NO_MOVE
    else:
        fits = considered.features[place, COLUMN["goal_match"]] >= ALIKE
    return int(candidates.rows[place]) if fits else -1


def stack_rows(index: CatalogueIndex, stacks: Iterable[int]) -> tuple[int, ...]:
    """Stacks that are asked for, with their members."""
    rows = sorted(stacks)
    at = np.isin(index.stacks.rows, rows).nonzero()[0]
    return (*rows, *index.stacks.members.of_rows(at).tolist()) if len(at) else tuple(rows)
