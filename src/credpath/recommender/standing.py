"""Where a learner stands in the catalogue's own arrays: what is held, what is mastered, what lies close to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import PRIOR_HELD, PRIOR_MISSING, RELIABILITY
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Mask

# What one award lets us expect of a skill that it teaches fully: the mean that the domain's own update gives an
# award on a fresh estimate. Promising more than the learner's page will then show would be a broken promise.
AWARD_LEVEL = (PRIOR_HELD + RELIABILITY["award"]) / (PRIOR_HELD + PRIOR_MISSING + RELIABILITY["award"])


@dataclass(frozen=True, slots=True)
class Standing:
    """`held`: (nodes,) of the prerequisite graph. `mastery`, `support`: (S,) over the skill space.

    `history`: what was taken up, oldest first, with the steps of a path that are expected before this point.
    """

    snapshot: LearnerSnapshot
    held: Mask
    mastery: Doubles
    support: Doubles
    history: tuple[str, ...] = ()


def stand(index: CatalogueIndex, snapshot: LearnerSnapshot) -> Standing:
    """Reads the snapshot once into arrays."""
    mastery = index.space.mastery(snapshot.mastery)
    held = index.graph.holding(snapshot.held, index.position)
    return Standing(snapshot, held, mastery, index.space.support(mastery), snapshot.history)


def expect_after(index: CatalogueIndex, standing: Standing, row: int, also: dict[int, float]) -> Standing:
    """Where the learner would stand once the credential of `row` is held.

    A skill taught with strength s moves by s of the way to AWARD_LEVEL. `also`: place in the skill space ->
    mastery expected of a related skill.
    """
    first, last = index.taught.starts[row : row + 2]
    skills, strengths = index.taught.skills[first:last], index.taught.strengths[first:last]
    mastery = standing.mastery.copy()
    room = (AWARD_LEVEL - mastery[skills]).clip(min=0.0)
    mastery[skills] += strengths * room
    for place, level in also.items():
        mastery[place] = max(mastery[place], level)
    held = index.graph.add(standing.held, [row])
    history = (*standing.history, index.ids[row])
    return replace(standing, held=held, mastery=mastery, support=index.space.support(mastery), history=history)
