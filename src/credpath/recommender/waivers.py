"""Hard prerequisites that mastery waives: whoever shows what one teaches need not take it first."""

from __future__ import annotations

import numpy as np

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.paths import Waiver
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Mask, gather
from credpath.recommender.prerequisite_graph import TOLERANCE

# The low end of the 90 % interval of every taught skill must reach this: above what a preparation asks, and out of
# reach of a mere claim.
WAIVED_FROM = 0.7


def surely_mastered(index: CatalogueIndex, snapshot: LearnerSnapshot) -> Mask:
    """(S,) the low end of the skill's interval is at or above WAIVED_FROM."""
    sure = np.zeros(len(index.space.uris), dtype=bool)
    at = index.space.position.get
    # The interval holds the mean, so most skills need no further look.
    for uri, mastery in snapshot.mastery.items():
        place = at(uri)
        if place is not None and mastery.probability >= WAIVED_FROM:
            sure[place] = mastery.interval[0] >= WAIVED_FROM
    return sure


def waived_rows(index: CatalogueIndex, snapshot: LearnerSnapshot) -> Mask:
    """(nodes,) credentials of which every taught skill is surely mastered; one that teaches nothing known is none."""
    waived = np.zeros(index.graph.nodes, dtype=bool)
    sure = surely_mastered(index, snapshot)
    if not sure.any():
        return waived
    taught = index.taught
    counts = np.diff(taught.starts)
    some = (counts > 0).nonzero()[0]
    if len(some):
        waived[some] = np.logical_and.reduceat(sure[taught.skills], taught.starts[some])
    return waived


def waived_for(index: CatalogueIndex, row: int, held: Mask, waived: Mask) -> list[int]:
    """Nodes that stand waived in those groups of a row that are not met by what is held."""
    graph, owner = index.graph, int(index.graph.owner_of[row])
    if owner < 0 or not waived.any():
        return []
    found: list[int] = []
    for group in range(int(graph.owner_starts[owner]), int(graph.owner_starts[owner + 1])):
        span = slice(int(graph.starts[group]), int(graph.starts[group + 1]))
        members, brings = graph.members[span], graph.weights[span]
        if float(brings[held[members]].sum()) < graph.needed[group] - TOLERANCE:
            found += members[waived[members] & ~held[members]].tolist()
    return list(dict.fromkeys(found))


def waivers_of(index: CatalogueIndex, snapshot: LearnerSnapshot, nodes: list[int]) -> tuple[Waiver, ...]:
    """What is said of each waived prerequisite: its least mastered skill, with the low end of that."""
    return tuple(_waiver(index, snapshot, node) for node in nodes)


def _waiver(index: CatalogueIndex, snapshot: LearnerSnapshot, row: int) -> Waiver:
    flat, _ = gather(index.taught.starts, np.array([row]))
    uris = [index.space.uris[skill] for skill in index.taught.skills[flat].tolist()]
    low, uri = min((snapshot.mastery[uri].interval[0], uri) for uri in uris)
    return Waiver(index.ids[row], uri, low)
