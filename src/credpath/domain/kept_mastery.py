"""What is kept of a learner's evidence between readings, so that nobody's log is replayed to recommend to them.

It is always what a replay of the log would give: a piece that is later than all others is taken in, for any other
change the log is replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from credpath.domain.evidence import Evidence
from credpath.domain.mastery import COUNTING, LearnerState, MasteryModel, in_order
from credpath.domain.mastery_transition import take_in

Place = tuple[datetime, str, str]
# Pieces of each skill that are kept beside the state, to tell where the skill is going.
RECENT_KEPT = 8


@dataclass(frozen=True, slots=True)
class KeptMastery:
    """`recent`: the latest pieces of each skill, oldest first. `last`: where the log ends. `pieces`: its length.

    `stale`: made by another model than asked for, so replayed at this reading.
    """

    state: LearnerState = field(default_factory=LearnerState)
    recent: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    last: Place | None = None
    pieces: int = 0
    stale: bool = field(default=False, compare=False)

    def continues(self, evidence: Iterable[Evidence]) -> bool:
        """Whether all of it is later than what is kept."""
        return self.last is None or all(place_of(piece) > self.last for piece in evidence)

    def after(self, evidence: Iterable[Evidence], model: MasteryModel = COUNTING) -> KeptMastery:
        """With later evidence, which `continues`."""
        skills, general = dict(self.state.skills), self.state.general
        recent, last, pieces = dict(self.recent), self.last, self.pieces
        for piece in in_order(evidence):
            general = take_in(skills, general, piece, model.parameters)
            recent[piece.skill_uri] = (*recent.get(piece.skill_uri, ()), piece)[-RECENT_KEPT:]
            last, pieces = place_of(piece), pieces + 1
        return KeptMastery(LearnerState(general, skills), recent, last, pieces)


def place_of(piece: Evidence) -> Place:
    """Where a piece stands in its log."""
    return piece.at, piece.evidence_id, piece.skill_uri


def keep(evidence: Iterable[Evidence], model: MasteryModel = COUNTING) -> KeptMastery:
    """What a whole log comes to; the order in which it is given has no effect."""
    return KeptMastery().after(evidence, model)
