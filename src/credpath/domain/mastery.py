"""Mastery: the probability that a skill is held, with its uncertainty, its evidence and its date.

`assess` is the only way a state changes, and it returns the record that it implies, so a log of evidence replays to
the same state. What an estimate makes of a state is a model's: counted observations (`CountingModel`, which needs no
data), or a model that was fitted to logged responses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from credpath.domain.evidence import RELIABILITY, Evidence, EvidenceKind, weigh
from credpath.domain.forgetting import DATED_SINCE, LONGEST_HALF_LIFE, pushed_back, retention
from credpath.domain.mastery_state import GeneralState, LearnerState, Masses, SkillState, missed
from credpath.domain.mastery_transition import DEFAULT_PARAMETERS, MasteryParameters, advance, later

__all__ = [
    "COUNTING", "MAX_EVIDENCE_SHOWN", "PRIOR_HELD", "PRIOR_MISSING", "RELIABILITY", "Asked", "CountingModel",
    "Evidence", "EvidenceKind", "GeneralState", "LearnerState", "Mastery", "MasteryChange", "MasteryModel",
    "MasteryParameters", "SkillState", "assess", "counted", "counted_told", "due_at", "due_each", "estimates",
    "estimates_of", "in_order", "informed", "is_backed", "replay", "weigh", "with_evidence", "without_last",
]  # fmt: skip

# A learner of whom nothing is known: 0.15 held on average, worth one observation.
PRIOR_HELD = 0.15
PRIOR_MISSING = 0.85
MAX_EVIDENCE_SHOWN = 20
# A refresher is due once a skill that was at least so probable has faded below it.
DUE_BELOW = 0.6
NEVER_DUE_AFTER = timedelta(days=4 * LONGEST_HALF_LIFE)
# What is known of related skills is together worth at most so many observations of a skill.
RELATED_LIMIT = 2.0


@dataclass(frozen=True, slots=True)
class Mastery:
    """Beta(held, missing) over the probability that the skill is held.

    `backed`: its own evidence speaks for the skill by more than is believed of anybody.
    """

    skill_uri: str
    held: float = PRIOR_HELD
    missing: float = PRIOR_MISSING
    updated_at: datetime | None = None
    evidence: tuple[Evidence, ...] = field(default=())
    backed: bool = True

    @property
    def level(self) -> float:
        """What counts toward a goal: the probability, but nothing of a guess, nor of what was only failed."""
        return self.probability if self.backed else 0.0

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


Asked = tuple[LearnerState, str, datetime]


class MasteryModel(Protocol):
    """What becomes of evidence (`parameters`) and what a state says of a skill (`estimate_all`)."""

    @property
    def version(self) -> str:
        """Changes with anything that changes a state or an estimate; a kept state of another is recomputed."""

    @property
    def parameters(self) -> MasteryParameters:
        """Of the transition."""

    def estimate_all(self, state: LearnerState, skill_uris: Sequence[str], at: datetime) -> dict[str, Mastery]:
        """The estimate of each of the skills at that time, without the list of evidence."""

    def estimate_each(self, asked: Sequence[Asked]) -> list[Mastery]:
        """The same of each (state, skill, moment) that is asked about, in one pass."""


@dataclass(frozen=True, slots=True)
class CountingModel:
    """Beta-Bernoulli: observations are counted, each as much as it can be relied on. Needs no logged responses.

    `related`: skill -> (neighbour, weight 0..1) pairs, of which what is known counts so much toward the skill.
    """

    parameters: MasteryParameters = DEFAULT_PARAMETERS
    related: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    version: str = "counting-3"

    def estimate_all(self, state: LearnerState, skill_uris: Sequence[str], at: datetime) -> dict[str, Mastery]:
        """Prior and observations added up: the conjugate update."""
        return {uri: self._estimate(state, uri, at) for uri in skill_uris}

    def estimate_each(self, asked: Sequence[Asked]) -> list[Mastery]:
        """The same, one by one."""
        return [self._estimate(*one) for one in asked]

    def _estimate(self, state: LearnerState, skill_uri: str, at: datetime) -> Mastery:
        own = state.skills.get(skill_uri)
        held, missing = counted(own, at)
        nearby = [(weight, *counted(state.skills.get(uri), at)) for uri, weight in self.related.get(skill_uri, ())]
        near_held, near_missing = sum(w * h for w, h, _ in nearby), sum(w * m for w, _, m in nearby)
        damped = min(1.0, RELATED_LIMIT / max(1e-9, near_held + near_missing))
        return Mastery(
            skill_uri,
            PRIOR_HELD + held + damped * near_held,
            PRIOR_MISSING + missing + damped * near_missing,
            own.updated_at if own else None,
            backed=is_backed(held, missing),
        )


COUNTING = CountingModel()


def is_backed(held: float, missing: float) -> bool:
    """Whether so many observations of holding a skill and of missing it raise what is believed of anybody."""
    return held > PRIOR_HELD * (held + missing)


def counted(skill: SkillState | None, at: datetime) -> tuple[float, float]:
    """(observations of holding the skill, of missing it) that are left at that time."""
    if skill is None:
        return 0.0, 0.0
    held, missing = counted_told(skill, at)
    return held + _held(skill, skill.shown, at), missing + missed(skill.shown)


def counted_told(skill: SkillState, at: datetime) -> tuple[float, float]:
    """The same of what was told alone: awards, attempts, and the learner's own word.

    The word counts the less, the more there is against it: so results outweigh it, and a result never strengthens a
    word that says the opposite.
    """
    shown, told = _held(skill, skill.shown, at), _held(skill, skill.told, at)
    against = missed(skill.shown) + missed(skill.told)
    has, lacks = skill.word
    return told + has / (1.0 + against), missed(skill.told) + lacks / (1.0 + shown + told)


def _held(skill: SkillState, masses: Masses, at: datetime) -> float:
    return masses[0] * retention(skill.half_life, skill.updated_at, at) + masses[1]


def assess(
    state: LearnerState, evidence: Evidence, at: datetime, model: MasteryModel = COUNTING
) -> tuple[LearnerState, MasteryChange]:
    """Takes one piece of evidence into the state, in constant time.

    `at`: when the estimates of the record are taken, before and after alike, so what faded until then is not laid to
    the evidence. Evidence that is older than the latest of its skill counts as faded since; `replay` is exact.
    """
    after = advance(state, evidence, model.parameters)
    uri, moment = evidence.skill_uri, max(at, evidence.at)
    before_it, after_it = model.estimate_each([(state, uri, moment), (after, uri, moment)])
    return after, MasteryChange(uri, before_it.probability, after_it.probability, evidence)


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each piece (an id and a skill) once, by time, then id, then skill: the order in which a log is replayed.

    Of pieces that share id and skill but differ, the latest counts, and of those at one time the greatest.
    """
    once = {(e.evidence_id, e.skill_uri): e for e in sorted(evidence, key=_facts)}
    return sorted(once.values(), key=lambda e: (e.at, e.evidence_id, e.skill_uri))


def _facts(e: Evidence) -> tuple[object, ...]:
    hard = -1.0 if e.difficulty is None else e.difficulty
    return (e.at, e.score, e.share, e.kind, e.reference, e.item_id, hard)


def replay(evidence: Iterable[Evidence], model: MasteryModel = COUNTING) -> LearnerState:
    """The state that a log implies. The order of arrival has no effect."""
    state = LearnerState()
    for piece in in_order(evidence):
        state = advance(state, piece, model.parameters)
    return state


def estimates(
    state: LearnerState, at: datetime, model: MasteryModel = COUNTING, skill_uris: Iterable[str] | None = None
) -> dict[str, Mastery]:
    """The estimate of every skill with evidence, or of the skills named, by URI."""
    wanted = sorted(state.skills if skill_uris is None else set(skill_uris))
    return model.estimate_all(state, wanted, at)


def with_evidence(masteries: Mapping[str, Mastery], evidence: Iterable[Evidence]) -> dict[str, Mastery]:
    """The same estimates, each with the latest MAX_EVIDENCE_SHOWN pieces of evidence on its skill."""
    pieces: dict[str, list[Evidence]] = {uri: [] for uri in masteries}
    for piece in in_order(evidence):
        if piece.skill_uri in pieces:
            pieces[piece.skill_uri].append(piece)
    return {
        uri: replace(one, evidence=tuple(pieces[uri][-MAX_EVIDENCE_SHOWN:])) if pieces[uri] else one
        for uri, one in masteries.items()
    }


def estimates_of(
    evidence: Iterable[Evidence], at: datetime | None = None, model: MasteryModel = COUNTING
) -> dict[str, Mastery]:
    """What a log says of every skill in it, evidence listed. Without `at`, as of the latest piece."""
    pieces = in_order(evidence)
    if not pieces:
        return {}
    return with_evidence(estimates(replay(pieces, model), at or pieces[-1].at, model), pieces)


def informed(mastery: Mastery, piece: Evidence) -> Mastery:
    """The estimate with one more piece counted, for evidence that is derived at each reading and never logged."""
    held, missing = weigh(piece)
    kept, each = pushed_back(held + missing)
    held, missing = (
        (mastery.held - PRIOR_HELD) * kept + held * each, (mastery.missing - PRIOR_MISSING) * kept + missing * each,
    )  # fmt: skip
    return replace(
        mastery,
        held=PRIOR_HELD + held,
        missing=PRIOR_MISSING + missing,
        backed=is_backed(held, missing),
        updated_at=later(mastery.updated_at, piece.at),
        evidence=(*mastery.evidence, piece)[-MAX_EVIDENCE_SHOWN:],
    )


def without_last(mastery: Mastery, pieces: Sequence[Evidence]) -> Mastery:
    """The estimate before its last pieces, oldest first, were counted: what `informed` added is taken back.

    At least the prior stays: what has faded since, and what a fitted model counts less, is not taken off twice.
    """
    held, missing = mastery.held - PRIOR_HELD, mastery.missing - PRIOR_MISSING
    for piece in reversed(pieces):
        right, wrong = weigh(piece)
        kept, each = pushed_back(right + wrong)
        held, missing = (held - right * each) / kept, (missing - wrong * each) / kept
    return replace(mastery, held=PRIOR_HELD + max(0.0, held), missing=PRIOR_MISSING + max(0.0, missing))


def due_at(state: LearnerState, skill_uri: str, model: MasteryModel = COUNTING) -> datetime | None:
    """When a refresher is due: the moment, to the day, at which the estimate falls below DUE_BELOW.

    None when it never was above since the latest evidence, never falls below, or the evidence has no date. May lie
    in the past.
    """
    return due_each(state, (skill_uri,), model).get(skill_uri)


def due_each(state: LearnerState, skill_uris: Iterable[str], model: MasteryModel = COUNTING) -> dict[str, datetime]:
    """When a refresher of each skill is due, as `due_at`; the others are left out."""
    dated = {uri: at for uri in skill_uris if (at := _dated(state, uri)) is not None}
    now = _standing(state, dated, model)
    end = _standing(state, {uri: at + NEVER_DUE_AFTER for uri, at in dated.items()}, model)
    spans = {uri: (at, at + NEVER_DUE_AFTER) for uri, at in dated.items() if uri in now and uri not in end}
    left = NEVER_DUE_AFTER
    while spans and left > timedelta(days=1):
        middle = {uri: low + (high - low) / 2 for uri, (low, high) in spans.items()}
        stands, left = _standing(state, middle, model), left / 2
        spans = {
            uri: (middle[uri], high) if uri in stands else (low, middle[uri]) for uri, (low, high) in spans.items()
        }
    return {uri: high for uri, (_, high) in spans.items()}


def _dated(state: LearnerState, skill_uri: str) -> datetime | None:
    skill = state.skills.get(skill_uri)
    at = skill.updated_at if skill else None
    return None if at is None or at < DATED_SINCE else at


def _standing(state: LearnerState, moments: Mapping[str, datetime], model: MasteryModel) -> set[str]:
    """The skills whose estimate is not below DUE_BELOW, each at its moment."""
    found = model.estimate_each([(state, uri, at) for uri, at in moments.items()])
    return {one.skill_uri for one in found if one.probability >= DUE_BELOW}
