"""What was shown and what happened: impressions and outcomes, two events joined by an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from credpath.domain.forgetting import dated
from credpath.domain.rules import MAX_ID, check_id, check_optional, check_text, check_time
from credpath.errors import InvalidInput

OutcomeKind = Literal["clicked", "enrolled", "started", "completed", "awarded", "dropped", "dismissed"]
OUTCOME_KINDS: tuple[OutcomeKind, ...] = (
    "clicked", "enrolled", "started", "completed", "awarded", "dropped", "dismissed",
)  # fmt: skip
IN_PROGRESS_KINDS = frozenset({"enrolled", "started"})
HELD_KINDS = frozenset({"completed", "awarded"})
# A credential finished with less than this was not passed. Set: half is the commonest pass mark.
PASS = 0.5

# Numbers that only order, up to twelve digits, all stand in the seventies when so many go into a second.
NUMBERS_A_SECOND = 1_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def counted_as(kind: OutcomeKind, score: float | None) -> OutcomeKind:
    """What an outcome counts as in rewards, rates and popularity: finished and not passed is a drop-out."""
    return "dropped" if kind in HELD_KINDS and score is not None and score < PASS else kind


def before_dates(numbered: datetime) -> datetime:
    """Where a number that only orders stands in time: in the seventies, before whatever has a date.

    As many seconds after 1970, which is how it is stored, 202610181934 would come after everything yet to happen.
    """
    return EPOCH + (numbered - EPOCH) / NUMBERS_A_SECOND


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that happened to a learner and a credential, answering an impression or standing alone.

    `occurred_at` is a time, or an integer that only orders (stored as seconds after the epoch; `ordinal` True).
    """

    outcome_id: str
    learner_id: str
    credential_id: str
    kind: OutcomeKind
    occurred_at: datetime
    score: float | None = None
    impression_id: str = ""
    ordinal: bool = False

    def __post_init__(self) -> None:
        check_id(self.outcome_id, "outcome_id")
        check_id(self.learner_id, "learner_id")
        check_id(self.credential_id, "credential_id")
        if self.kind not in OUTCOME_KINDS:
            raise InvalidInput(f"unknown outcome {self.kind!r}", where="outcome", fix=", ".join(OUTCOME_KINDS))
        check_time(self.occurred_at, "occurred_at")
        check_optional(self.score, "score", high=1.0)
        check_text(self.impression_id, "impression_id", limit=MAX_ID)

    @property
    def moment(self) -> datetime:
        """When it happened; a number that only orders stands before whatever has a date, however large it is."""
        return before_dates(self.occurred_at) if self.ordinal else dated(self.occurred_at)

    @property
    def is_pass(self) -> bool:
        """Whether the credential is held by it: finished or awarded, with PASS or more where there is a score."""
        return self.counted_as in HELD_KINDS

    @property
    def counted_as(self) -> OutcomeKind:
        """What it counts as in rewards, rates and popularity."""
        return counted_as(self.kind, self.score)


@dataclass(frozen=True, slots=True)
class Impression:
    """One recommendation as it was shown, with all that is needed to replay and to learn from it.

    `features`: little-endian float32, row-major, one row a candidate and one column a feature name, as used.
    `propensity`: exact probability that `policy` put `slate[0]` first, given `candidates`. `experiment`: the arm
    that the learner was in, "" outside any. `history`: what had been taken up, oldest first. `state`: what else was
    used of the learner and the question, JSON-ready.
    """

    impression_id: str
    shown_at: datetime
    learner_id: str
    goal_text: str
    occupation_uri: str
    candidates: tuple[str, ...]
    scores: tuple[float, ...]
    feature_names: tuple[str, ...]
    features: bytes
    slate: tuple[str, ...]
    policy: str
    propensity: float
    seed: int
    bundle_version: str
    catalogue_version: str
    degraded: bool = False
    filters: Mapping[str, int] = field(default_factory=dict)
    answer: Mapping[str, object] = field(default_factory=dict)  # items with their reasons, as sent
    experiment: str = ""
    history: tuple[str, ...] = ()
    state: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearnerActivity:
    """Which credentials a learner holds, is in, does not want, and has left, as the outcomes tell in time order."""

    held: frozenset[str]
    in_progress: frozenset[str]
    dismissed: frozenset[str]
    dropped: frozenset[str]


def activity(outcomes: tuple[Outcome, ...], awards: frozenset[str] = frozenset()) -> LearnerActivity:
    """The state that a learner's outcomes imply; arrival order has no effect.

    The last of enrolled, started, dropped and completed decides whether a credential is in progress; what was
    once passed or awarded stays held. A dismissal holds until the learner enrols after all.
    """
    held = set(awards)
    state: dict[str, OutcomeKind] = {}
    for outcome in sorted(outcomes, key=lambda o: (o.moment, OUTCOME_KINDS.index(o.kind), o.outcome_id)):
        if outcome.is_pass:
            held.add(outcome.credential_id)
        elif outcome.kind != "clicked":
            state[outcome.credential_id] = outcome.kind
    in_progress = {c for c, kind in state.items() if kind in IN_PROGRESS_KINDS} - held
    dismissed = {c for c, kind in state.items() if kind == "dismissed"}
    dropped = {c for c, kind in state.items() if kind == "dropped"} - held
    return LearnerActivity(*map(frozenset, (held, in_progress, dismissed, dropped)))
