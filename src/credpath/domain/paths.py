"""What is said to the learner: reasons, recommended items, and the path of ordered steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from credpath.domain.money import Money
from credpath.errors import InvalidInput

ReasonKind = Literal[
    "closes_gap", "unlocks", "ready", "prepares", "quality", "effort", "cost", "stack", "goal_text", "popular",
    "follows", "goal_popular", "caution",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence made from a number that ranked the credential. `amount` is that number; units by kind."""

    kind: ReasonKind
    sentence: str
    amount: float
    skill_uri: str = ""


@dataclass(frozen=True, slots=True)
class Constraints:
    """What must fit. Empty and None mean unconstrained."""

    languages: frozenset[str] = frozenset()
    country: str = ""
    budget: Money | None = None
    hours_per_week: float | None = None
    weeks: float | None = None
    excluded: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name, value, high in (("hours_per_week", self.hours_per_week, 168), ("weeks", self.weeks, 1_040)):
            if value is not None and not 0 < value <= high:
                raise InvalidInput(f"{name} is {value}, not within 0 to {high}", where=name)


@dataclass(frozen=True, slots=True)
class StackProgress:
    """How far a larger credential is: `have` of `need`, in credentials or ECTS; `after` once this one is held."""

    stack_id: str
    title: str
    unit: Literal["credentials", "ECTS"]
    have: float
    after: float
    need: float


@dataclass(frozen=True, slots=True)
class RecommendedItem:
    """One line of the slate. `gap_closed` is the share of the goal's whole requirement that it closes, 0..1."""

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
class Step:
    """One credential of a path, with weeks counted from now (start inclusive, end exclusive)."""

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
    stacks: tuple[StackProgress, ...]


@dataclass(frozen=True, slots=True)
class LearningPath:
    """Ordered steps toward the goal with totals. `gap_before` and `gap_after` are shares of the goal, 0..1."""

    steps: tuple[Step, ...]
    hours: float
    weeks: float
    cost: Money | None
    unpriced_steps: int
    gap_before: float
    gap_after: float
    would_have_to_give: tuple[str, ...] = ()  # sentences, when limits cut the path short
