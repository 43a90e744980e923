"""Mastery: the probability that a skill is held, with its uncertainty, its evidence and its date.

A first estimate: Beta-Bernoulli with one set reliability per kind of evidence. `assess` is the only way a
state changes, and it returns the record that it implies, so a log of changes replays to the same state.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from credpath.domain.rules import check_id, check_number, check_time

EvidenceKind = Literal["assessment", "award", "self_declared"]

# A learner of whom nothing is known: 0.15 held on average, worth one observation.
PRIOR_HELD = 0.15
PRIOR_MISSING = 0.85
# How many full observations a piece of evidence is worth. Set, not estimated; the order follows how easily
# each can be wrong: an assessed score on the named skill, an award that taught it, somebody's own word.
RELIABILITY: Mapping[EvidenceKind, float] = {"assessment": 4.0, "award": 3.0, "self_declared": 2.0}
MAX_EVIDENCE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation on one skill. `score` 0..1; `reference` is an assessment or credential id.

    `share` 0..1 scales the reliability, for example by how strongly an award's credential teaches the skill.
    """

    evidence_id: str
    skill_uri: str
    kind: EvidenceKind
    score: float
    at: datetime
    reference: str = ""
    share: float = 1.0

    def __post_init__(self) -> None:
        check_id(self.evidence_id, "evidence_id")
        check_id(self.skill_uri, "skill_uri")
        check_number(self.score, "score", high=1.0)
        check_number(self.share, "share", high=1.0)
        check_time(self.at, "at")


@dataclass(frozen=True, slots=True)
class Mastery:
    """Beta(held, missing) over the probability that the skill is held."""

    skill_uri: str
    held: float = PRIOR_HELD
    missing: float = PRIOR_MISSING
    updated_at: datetime | None = None
    evidence: tuple[Evidence, ...] = field(default=())

    @property
    def probability(self) -> float:
        """Mean of the Beta distribution, 0..1."""
        return self.held / (self.held + self.missing)

    @property
    def interval(self) -> tuple[float, float]:
        """A central 90 % interval, by the Wilson score form on the Beta's pseudo-counts (always inside 0..1)."""
        n, p, z = self.held + self.missing, self.probability, 1.645
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class MasteryChange:
    """The log record of one transition: what was believed, what was seen, what is believed now."""

    skill_uri: str
    before: float
    after: float
    evidence: Evidence


def assess(mastery: Mastery, evidence: Evidence) -> tuple[Mastery, MasteryChange]:
    """Takes one piece of evidence into the estimate, in constant time.

    held += reliability * share * score, missing += reliability * share * (1 - score): the conjugate update.
    """
    weight = RELIABILITY[evidence.kind] * evidence.share
    latest = evidence.at if mastery.updated_at is None else max(mastery.updated_at, evidence.at)
    after = replace(
        mastery,
        held=mastery.held + weight * evidence.score,
        missing=mastery.missing + weight * (1.0 - evidence.score),
        updated_at=latest,
        evidence=(*mastery.evidence, evidence)[-MAX_EVIDENCE_SHOWN:],
    )
    return after, MasteryChange(evidence.skill_uri, mastery.probability, after.probability, evidence)


def replay(evidence: Iterable[Evidence]) -> dict[str, Mastery]:
    """The state that a log implies. Arrival order has no effect: evidence is taken by time, then id, once each."""
    once = {e.evidence_id + "\x1f" + e.skill_uri: e for e in evidence}
    state: dict[str, Mastery] = {}
    for piece in sorted(once.values(), key=lambda e: (e.at, e.evidence_id, e.skill_uri)):
        known = state.get(piece.skill_uri, Mastery(piece.skill_uri))
        state[piece.skill_uri] = assess(known, piece)[0]
    return state
