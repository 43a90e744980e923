"""One line of the slate, with everything that is said about it."""

from __future__ import annotations

from credpath.domain.catalogue import EU_ELEMENTS
from credpath.domain.paths import RecommendedItem
from credpath.recommender.columns import ASSUMED
from credpath.recommender.csr import Floats
from credpath.recommender.features import Situation, as_mapping
from credpath.recommender.reasons import PARTLY_MET, Pieces, preparation_met, preparation_name, reasons_for


def describe(
    s: Situation, place: int, rank: int, score: float, values: Floats, chance: Floats | None = None
) -> RecommendedItem:
    """The item for the candidate at `place`. `workload_hours` is None where only the kind suggests a figure.

    `chance`: (3,) probability of finishing it once enrolled, low and high, or None while that is not calibrated.
    """
    row = int(s.candidates.rows[place])
    credential, features = s.index.credentials[row], as_mapping(values)
    unlocked, pieces = unlocked_by(s, row), preparation_met(s, row)
    stacks = s.index.stacks.after(row, s.standing.held, s.index.credentials)
    assumed = s.index.columns.hours_source[row] == ASSUMED
    return RecommendedItem(
        credential_id=credential.credential_id,
        rank=rank,
        score=score,
        gap_closed=float(s.worth.closes[row]),
        reasons=reasons_for(s, place, features, unlocked, stacks, pieces),
        missing_prerequisites=missing_preparation(s, pieces),
        unlocks=tuple(s.index.ids[other] for other in unlocked),
        workload_hours=None if assumed else float(s.index.columns.hours[row]),
        cost=credential.cost,
        eu_complete=round(float(s.index.columns.eu[row]) * len(EU_ELEMENTS)),
        stacks=stacks,
        completion_probability=None if chance is None else float(chance[0]),
        completion_interval=None if chance is None else (float(chance[1]), float(chance[2])),
        features=features,
    )


def unlocked_by(s: Situation, row: int) -> tuple[int, ...]:
    """Rows that are locked now and open once `row` is held, the most useful first."""
    graph, locked = s.index.graph, s.eligibility.locked
    owners = graph.required_by[row]
    if not (locked[owners] | graph.earned[owners]).any():
        return ()
    opened = graph.opened_by(s.standing.held, row)
    return tuple(sorted(opened[locked[opened]].tolist(), key=lambda other: (-s.worth.closes[other], other)))


def missing_preparation(s: Situation, pieces: Pieces) -> tuple[str, ...]:
    """Preparation that is neither held nor mastered: credential ids, else labels; words count as missing."""
    lacking = [piece for piece, share in pieces if share <= PARTLY_MET]
    return tuple(piece.credential_id or preparation_name(s, piece) for piece in lacking)
