"""Where a learner stands in the catalogue's own arrays: what is held, what is mastered, what lies close to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import PRIOR_HELD, PRIOR_MISSING, RELIABILITY
from credpath.recommender.award_worth import worth_of
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Mask, Offsets, Rows

# What the most reliable award lets us expect of a skill that it teaches fully: the mean that the domain's own update
# gives it on a fresh estimate. Well known means as well as that.
AWARD_LEVEL = (PRIOR_HELD + RELIABILITY["award"]) / (PRIOR_HELD + PRIOR_MISSING + RELIABILITY["award"])


@dataclass(frozen=True, slots=True)
class Standing:
    """`held`: (nodes,) of the prerequisite graph. The next are (S,) over the skill space.

    `mastery`: what counts by evidence of its own; `support`: with what lies near. `believed`: the probability behind
    an estimate, counting or not, and `observations`: how many it is worth.
    `history`: what was taken up, oldest first, with the steps of a path that are expected before this point.
    """

    snapshot: LearnerSnapshot
    held: Mask
    mastery: Doubles
    support: Doubles
    believed: Doubles
    observations: Doubles
    history: tuple[str, ...] = ()

    def with_award(self, skills: Offsets | Rows, worth: Doubles) -> Doubles:
        """Mastery of these skills once an award worth so many observations of each is held; 0 where worth none."""
        before = self.observations[skills]
        return np.where(worth > 0, (self.believed[skills] * before + worth) / (before + worth), 0.0)


def stand(index: CatalogueIndex, snapshot: LearnerSnapshot) -> Standing:
    """Reads the snapshot once into arrays."""
    mastery, believed, observations = index.space.beliefs(snapshot.mastery)
    held = index.graph.holding(snapshot.held, index.position)
    support = index.space.support(mastery)
    return Standing(snapshot, held, mastery, support, believed, observations, snapshot.history)


def expect_after(index: CatalogueIndex, standing: Standing, row: int) -> Standing:
    """Where the learner would stand once the credential of `row` is held, by the very evidence that it will be."""
    mine = slice(*index.taught.starts[row : row + 2].tolist())
    worth = worth_of(index.taught.strengths[mine], index.awards.whole[row])
    skills, worth = index.taught.skills[mine][worth > 0], worth[worth > 0]
    mastery, believed, observations = (
        values.copy() for values in (standing.mastery, standing.believed, standing.observations)
    )
    mastery[skills] = believed[skills] = standing.with_award(skills, worth)
    observations[skills] += worth
    return replace(
        standing,
        held=index.graph.add(standing.held, [row]),
        mastery=mastery,
        support=index.space.support(mastery),
        believed=believed,
        observations=observations,
        history=(*standing.history, index.ids[row]),
    )
