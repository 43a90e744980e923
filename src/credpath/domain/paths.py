"""What is said to the learner: reasons, recommended items, and the path of ordered steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from credpath.domain.money import Money
from credpath.domain.sayings import Saying
from credpath.errors import InvalidInput

ReasonKind = Literal[
    "closes_gap", "unlocks", "ready", "prepares", "quality", "effort", "cost", "stack", "goal_text", "popular",
    "follows", "goal_popular", "caution",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence made from a number that ranked the credential. `amount` is that number; units by kind.

    `template`, `values`: how to say it in another language, as in `Saying`; not kept with what was shown.
    """

    kind: ReasonKind
    sentence: str
    amount: float
    skill_uri: str = ""
    template: str = field(default="", compare=False)
    values: Mapping[str, object] = field(default_factory=dict, compare=False)


MAX_PARALLEL = 5
MAX_PINNED = 12


@dataclass(frozen=True, slots=True)
class Constraints:
    """What must fit. Empty and None mean unconstrained.

    `participation`: forms that suit; a record that states none is kept. `accredited`: only what states its quality
    assurance. `awarding_bodies`: only theirs, compared without case. A path takes at most `parallel` credentials at
    once, begins on `starts_on` (today if None), is done by `deadline`, takes every one of `pinned`, and completes
    the stack `stack`.
    """

    languages: frozenset[str] = frozenset()
    country: str = ""
    budget: Money | None = None
    hours_per_week: float | None = None
    weeks: float | None = None
    excluded: frozenset[str] = frozenset()
    participation: frozenset[str] = frozenset()
    accredited: bool = False
    awarding_bodies: frozenset[str] = frozenset()
    parallel: int = 1
    starts_on: date | None = None
    deadline: date | None = None
    pinned: tuple[str, ...] = ()
    stack: str = ""

    def __post_init__(self) -> None:
        for name, value, high in (("hours_per_week", self.hours_per_week, 168), ("weeks", self.weeks, 1_040)):
            if value is not None and not 0 < value <= high:
                what = f"{name} is {value}, not within 0 to {high}"
                raise InvalidInput(what, where=name, fix="give more than 0 and no more than that, or leave it out")
        if not 1 <= self.parallel <= MAX_PARALLEL:
            what = f"parallel is {self.parallel}, not within 1 to {MAX_PARALLEL}"
            raise InvalidInput(what, where="parallel", fix=f"give a number from 1 to {MAX_PARALLEL}")
        if len(self.pinned) > MAX_PINNED or len(set(self.pinned)) != len(self.pinned):
            what = f"pinned names one twice, or more than {MAX_PINNED}"
            raise InvalidInput(what, where="pinned", fix="name each credential once")
        both = sorted({*self.pinned, *([self.stack] if self.stack else [])} & self.excluded)
        if both:
            raise InvalidInput(f"{both[0]!r} is both wanted and excluded", where="excluded", fix="drop one of the two")


@dataclass(frozen=True, slots=True)
class StackProgress:
    """How far a larger credential is: `have` of `need`, in credentials or ECTS; `after` once this one is held.

    `partial`: it may have more members than are known here, so that `need` may not be all of it.
    """

    stack_id: str
    title: str
    unit: Literal["credentials", "ECTS"]
    have: float
    after: float
    need: float
    partial: bool = False


@dataclass(frozen=True, slots=True)
class RecommendedItem:
    """One line of the slate. `gap_closed`: the weights of the goal's skills (together 1) times what closes of each."""

    credential_id: str
    rank: int
    score: float
    gap_closed: float
    reasons: tuple[Reason, ...]
    missing_prerequisites: tuple[str, ...]  # preparation that is neither held nor mastered: ids or labels
    unlocks: tuple[str, ...]
    workload_hours: float | None
    cost: Money | None
    eu_complete: int
    stacks: tuple[StackProgress, ...]
    completion_probability: float | None = None  # of finishing it once enrolled; None while that is not calibrated
    completion_interval: tuple[float, float] | None = None  # low and high of 95 %
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A hard prerequisite that need not be taken, since what it teaches is mastered well enough."""

    credential_id: str  # the prerequisite
    skill_uri: str  # the taught skill that is mastered least
    mastery: float  # of that skill: the low end of its 90 % interval


@dataclass(frozen=True, slots=True)
class Step:
    """One credential of a path, with weeks counted from the path's start (start inclusive, end exclusive)."""

    credential_id: str
    start_week: float
    end_week: float
    workload_hours: float
    workload_estimated: bool  # the catalogue does not state it
    cost: Money | None
    ects: float | None
    gap_closed: float
    skills: tuple[tuple[str, float, float], ...]  # (skill_uri, mastery before, expected after)
    unlocks: tuple[str, ...]
    reasons: tuple[Reason, ...]
    stacks: tuple[StackProgress, ...]  # once this step is done as well
    completion_probability: float | None = None  # of finishing it once enrolled; None while that is not calibrated
    completion_interval: tuple[float, float] | None = None
    waivers: tuple[Waiver, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None


PathKind = Literal["best", "fastest", "cheapest", "surest", "most_credit"]
ConcessionKind = Literal["hours", "weeks", "money", "parallel", "language", "skill", "wish", "pin", "stack", "start"]
ChangeKind = Literal["added", "removed", "moved"]


@dataclass(frozen=True, slots=True)
class Concession:
    """The smallest change of one kind that makes the goal fit, verified by solving with it.

    `amount`, `unit`: "14" "hours", "120" "USD", "3" "weeks"; `subject`: the skill, credential or wish to do without.
    `gap_after`: the share of the goal that is then still open, 0..1. `full`: the whole goal fits then.
    `template`, `values`: as in `Reason`.
    """

    kind: ConcessionKind
    amount: float
    unit: str
    subject: str
    gap_after: float
    full: bool
    sentence: str
    template: str = field(default="", compare=False)
    values: Mapping[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """How a path differs from the one that was kept before, and why: a sentence with the number that decided it.

    `template`, `values`: as in `Reason`.
    """

    kind: ChangeKind
    credential_id: str
    sentence: str
    template: str = field(default="", compare=False)
    values: Mapping[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class LearningPath:
    """Ordered steps toward the goal with totals. `gap_before` and `gap_after`, 0..1, are the weights
    of the goal's skills (together 1) times what each lacks of its required level; `CareerGoal.share` says them of all
    that the goal asks for.

    Steps are what is still to begin. What is in progress comes before them, so that they start later, and is counted
    in `gap_after`.

    `gap_expected`: `gap_after` when every step is weighed with its chance of being finished. `bound`: no path within
    the limits can leave less of the gap than this; None when nothing was proven. `optimality_gap`: how far the
    path's objective may lie below the best there is, 0..1, None likewise. `solver` names what found it ("greedy" when
    time ran out). `reachable`: the share of the first gap that it closes. `changes`: against the kept path.
    `remarks`: what no limit is to blame for; their sentences follow the concessions' in `would_have_to_give`.
    `notes`: what is to be known before the rest.
    """

    steps: tuple[Step, ...]
    hours: float
    weeks: float
    cost: Money | None
    unpriced_steps: int
    gap_before: float
    gap_after: float
    would_have_to_give: tuple[str, ...] = ()  # sentences, when limits cut the path short
    kind: PathKind = "best"
    ects: float = 0.0
    completion_probability: float | None = None  # of finishing every step
    gap_expected: float | None = None
    bound: float | None = None
    optimality_gap: float | None = None
    solver: str = "greedy"
    reachable: float = 0.0
    stacks: tuple[StackProgress, ...] = ()
    concessions: tuple[Concession, ...] = ()
    changes: tuple[Change, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    remarks: tuple[Saying, ...] = ()
    notes: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptPath:
    """The steps of a path that was shown to the learner and that still lie ahead, in order."""

    credential_ids: tuple[str, ...] = ()
