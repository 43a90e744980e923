"""Evidence: one observation on one skill, and how much each kind of observation can be relied on.

What is set here holds where no responses were logged; with them, answers are read by a model that was fitted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from credpath.domain.rules import check_id, check_number, check_optional, check_text, check_time

EvidenceKind = Literal["assessment", "item", "award", "self_declared", "failed", "dropped"]

# How many full observations a piece of evidence is worth. Set, not estimated; the order follows how easily
# each can be wrong: an assessed score on the named skill, an award that taught it, somebody's own word, a failed
# attempt at a credential that teaches it, one answer to one item, a dropped one (mostly for other reasons). The word
# alone is believed nearly as far as an essential skill is asked for: a plan that teaches what somebody says they know
# is followed by nobody. Whatever speaks against it outweighs it (`mastery.counted_told`).
RELIABILITY: Mapping[EvidenceKind, float] = {
    "assessment": 4.0, "award": 3.0, "self_declared": 2.0, "failed": 1.5, "item": 1.0, "dropped": 0.5,
}  # fmt: skip
# Answers and scores on the skill itself. The other kinds are told: somebody says so of what was seen elsewhere.
SHOWN: frozenset[EvidenceKind] = frozenset({"assessment", "item"})

# What an award is worth, as a share of RELIABILITY["award"], by each thing that is known of it; unknown: the middle.
AWARD_ASSESSED: Mapping[str, float] = {
    "performance": 1.0, "project": 1.0, "practical": 1.0, "exam": 0.95, "written": 0.9, "portfolio": 0.9,
    "oral": 0.9, "quiz": 0.7, "peer": 0.6, "attendance": 0.35, "none": 0.35,
}  # fmt: skip
ASSESSED_UNKNOWN = 0.8
SUPERVISED = {True: 1.0, None: 0.9, False: 0.75}
VERIFIED = {True: 1.0, None: 0.9, False: 0.7}
# What is taught moves on: an award of which only the age is known loses half its worth in so many years.
AWARD_HALF_LIFE_YEARS = 8.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation on one skill. `score` 0..1; `reference` is an assessment or credential id.

    `share` 0..1 scales the reliability, for example by how strongly an award's credential teaches the skill.
    `item_id`: of an answer. `difficulty` 0..1: the share of people expected to get it wrong, None when not known.
    An item on several skills is one piece a skill, all with the same `evidence_id`.
    """

    evidence_id: str
    skill_uri: str
    kind: EvidenceKind
    score: float
    at: datetime
    reference: str = ""
    share: float = 1.0
    item_id: str = ""
    difficulty: float | None = None

    def __post_init__(self) -> None:
        check_id(self.evidence_id, "evidence_id")
        check_id(self.skill_uri, "skill_uri")
        check_number(self.score, "score", high=1.0)
        check_number(self.share, "share", high=1.0)
        check_time(self.at, "at")
        check_text(self.item_id, "item_id", limit=200)
        check_optional(self.difficulty, "difficulty", high=1.0)


def weigh(piece: Evidence) -> tuple[float, float]:
    """(observations of holding the skill, of missing it) that the piece is worth.

    Getting something hard right says more than getting something easy right, and the other way round: rights weigh
    2 * difficulty, wrongs 2 * (1 - difficulty), which is 1 for an item that half the people miss. So what comes of many
    answers is the chance of getting such an item right, as in Rasch's model; and what all do tells nothing.
    """
    weight = RELIABILITY[piece.kind] * piece.share
    hard = 0.5 if piece.difficulty is None else piece.difficulty
    return weight * piece.score * 2.0 * hard, weight * (1.0 - piece.score) * 2.0 * (1.0 - hard)


def award_share(
    level: float = 1.0,
    assessed: str = "",
    supervised: bool | None = None,
    verified: bool | None = None,
    age_years: float = 0.0,
) -> float:
    """0..1: how far an award can be relied on for a skill that its credential teaches to `level` (0..1).

    `assessed`: the assessment type in the tenant's words, of which the best known word counts. `supervised`: somebody
    watched the assessment; `verified`: the award was checked at its issuer; None where not known. `age_years`: give it
    only where the evidence itself is undated, since a dated piece fades already. All factors multiply.
    """
    known = [share for word, share in AWARD_ASSESSED.items() if word in assessed.casefold()]
    how = max(known) if known else ASSESSED_UNKNOWN
    age = float(0.5 ** (max(0.0, age_years) / AWARD_HALF_LIFE_YEARS))
    return min(1.0, max(0.0, level)) * how * SUPERVISED[supervised] * VERIFIED[verified] * age


def whole_assessment_share(skills: int) -> float:
    """The share for each of the skills that one score was over: 1 / sqrt(skills).

    A score over k skills tells less of each, but, as skills of one assessment go together, more than a k-th.
    """
    return 1.0 / math.sqrt(max(1, skills))
