"""The question and the slate on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from credpath.api.schemas.credential_out import CredentialSummaryOut, summary_out
from credpath.api.schemas.goals import GoalSummaryOut, InterpretationOut, goal_summary_out, interpretation_out
from credpath.api.schemas.learners import LearnerIn
from credpath.api.schemas.values import (
    Country,
    FullLabel,
    Id,
    Input,
    Label,
    Language,
    MoneyIn,
    MoneyOut,
    Seed,
    money_of,
    money_out,
    time_out,
)
from credpath.domain.paths import Constraints, Reason, RecommendedItem, StackProgress
from credpath.service.asking import MAX_LIMIT, Ask
from credpath.service.recommending import RecommendAnswer


class ConstraintsIn(Input):
    """What must fit. What is left out falls back to the learner's profile, then to no limit."""

    languages: list[Language] = Field([], max_length=50)
    country: Country = ""
    budget: MoneyIn | None = None
    hours_per_week: Annotated[float, Field(strict=True, gt=0, le=168, allow_inf_nan=False)] | None = None
    weeks: Annotated[float, Field(strict=True, gt=0, le=1_040, allow_inf_nan=False)] | None = Field(None, examples=[26])
    excluded: list[Id] = Field([], max_length=1_000, description="Credentials that are not wanted.")
    participation: list[FullLabel] = Field(
        [], max_length=20, description="Forms that suit; what states no form is kept.", examples=[["online"]]
    )
    accredited: bool = Field(False, strict=True, description="Only what states its quality assurance.")
    awarding_bodies: list[FullLabel] = Field([], max_length=100, description="Only theirs; case does not matter.")

    def of(self) -> Constraints:
        """The domain's value."""
        return Constraints(**self._values())

    def _values(self) -> dict[str, Any]:
        return {
            "languages": frozenset(self.languages), "country": self.country, "budget": money_of(self.budget),
            "hours_per_week": self.hours_per_week, "weeks": self.weeks, "excluded": frozenset(self.excluded),
            "participation": frozenset(self.participation), "accredited": self.accredited,
            "awarding_bodies": frozenset(self.awarding_bodies),
        }  # fmt: skip


class ProfileIn(LearnerIn):
    """Somebody who is not stored: what they say, and what they hold."""

    awards: list[Id] = Field([], max_length=1_000, description="Ids of the credentials held.")


class AskIn(Input):
    """For whom, toward what, within which limits: a stored learner, or a profile, or neither."""

    learner_id: Id | None = Field(None, description="A stored learner; not together with `profile`.")
    profile: ProfileIn | None = None
    goal: Label = Field(
        "", description="In words; empty means the goal of the learner or profile.", examples=["data analyst"]
    )
    occupation_uri: Label = Field("", description="The occupation that is meant, from `GET /v1/goals`.")
    constraints: ConstraintsIn | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=MAX_LIMIT)] = 5
    seed: Seed | None = Field(None, description="Repeats the same draw where a policy explores.")

    def of(self, idempotency_key: str = "") -> Ask:
        """The use case's question."""
        return Ask(
            learner_id=self.learner_id or "",
            profile=self.profile.profile() if self.profile else None,
            awards=tuple(self.profile.awards) if self.profile else (),
            goal_text=self.goal,
            occupation_uri=self.occupation_uri,
            constraints=self.constraints.of() if self.constraints else Constraints(),
            limit=self.limit,
            seed=self.seed,
            idempotency_key=idempotency_key,
        )


class ReasonOut(TypedDict):
    """A sentence made from the number that ranked the credential."""

    kind: str
    sentence: str
    skill_uri: str
    amount: float


class StackProgressOut(TypedDict):
    """How far a larger credential is: `have` of `need`, and `after` once this one is held.

    `partial`: of the members that are known here; there may be more.
    """

    stack_id: str
    title: str
    unit: str
    have: float
    after: float
    need: float
    partial: bool


class RecommendedItemOut(TypedDict):
    """One line of the slate.

    `completion_probability` of finishing it once enrolled, and its 95 % interval, are null while not calibrated.
    `gap_closed`: the weights of the goal's skills, together 1, times what an award will close of each, beyond what
    is in progress.
    """

    credential_id: str
    credential: CredentialSummaryOut
    rank: int
    score: float
    completion_probability: float | None
    completion_interval: list[float] | None
    gap_closed: float
    reasons: list[ReasonOut]
    missing_prerequisites: list[str]
    unlocks: list[str]
    workload_hours: float | None
    cost: MoneyOut | None
    eu_complete: int
    stacks: list[StackProgressOut]


class VersionsOut(TypedDict):
    """What the answer was made from."""

    bundle: str
    catalogue: str


class RecommendationsOut(TypedDict):
    """The slate, with what was used to make it. `degraded`: a fallback made it,
    nothing in it leads toward the goal, or a large import is still being read.

    `propensity` is the exact probability that `policy` put the first item first; `experiment` is the A/B test and
    arm that the learner is in, or empty. `filters` counts the credentials that were left out, by reason. `notes`:
    sentences on what cannot be done as it was asked, such as a budget in a currency without a rate.
    """

    impression_id: str
    shown_at: str | None
    goal: GoalSummaryOut
    interpretation: InterpretationOut | None
    items: list[RecommendedItemOut]
    degraded: bool
    policy: str
    propensity: float
    experiment: str
    seed: int
    versions: VersionsOut
    filters: dict[str, int]
    unknown_skills: list[str]
    notes: list[str]
    attribution: str


def recommendations_out(answer: RecommendAnswer) -> RecommendationsOut:
    """From the use case."""
    return {
        "impression_id": answer.impression_id,
        "shown_at": time_out(answer.shown_at),
        "goal": goal_summary_out(answer.goal),
        "interpretation": interpretation_out(answer.goal_answer) if answer.goal_answer else None,
        "items": [_item_out(item, answer) for item in answer.items],
        "degraded": answer.degraded,
        "policy": answer.policy,
        "propensity": answer.propensity,
        "experiment": answer.experiment,
        "seed": answer.seed,
        "versions": {"bundle": answer.bundle_version, "catalogue": answer.catalogue_version},
        "filters": dict(answer.filters),
        "unknown_skills": list(answer.unknown_skills),
        "notes": list(answer.notes),
        "attribution": answer.taxonomy,
    }


def _item_out(item: RecommendedItem, answer: RecommendAnswer) -> RecommendedItemOut:
    return {
        "credential_id": item.credential_id,
        "credential": summary_out(answer.credentials[item.credential_id]),
        "rank": item.rank,
        "score": item.score,
        "completion_probability": item.completion_probability,
        "completion_interval": list(item.completion_interval) if item.completion_interval else None,
        "gap_closed": item.gap_closed,
        "reasons": reasons_out(item.reasons),
        "missing_prerequisites": list(item.missing_prerequisites),
        "unlocks": list(item.unlocks),
        "workload_hours": item.workload_hours,
        "cost": money_out(item.cost),
        "eu_complete": item.eu_complete,
        "stacks": stacks_out(item.stacks),
    }


def reasons_out(reasons: Iterable[Reason]) -> list[ReasonOut]:
    """From the domain."""
    return [{"kind": r.kind, "sentence": r.sentence, "skill_uri": r.skill_uri, "amount": r.amount} for r in reasons]


def stacks_out(stacks: Iterable[StackProgress]) -> list[StackProgressOut]:
    """From the domain."""
    return [
        {
            "stack_id": s.stack_id,
            "title": s.title,
            "unit": s.unit,
            "have": s.have,
            "after": s.after,
            "need": s.need,
            "partial": s.partial,
        }
        for s in stacks
    ]
