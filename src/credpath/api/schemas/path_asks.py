"""What may be asked of a path on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from credpath.api.schemas.recommendations import AskIn, ConstraintsIn, ProfileIn
from credpath.api.schemas.values import Day, Id, Input, Label
from credpath.domain.paths import MAX_PARALLEL, MAX_PINNED, Constraints, PathKind
from credpath.service.asking import MAX_LIMIT, Ask
from credpath.service.comparing import GoalWords
from credpath.service.path_wishes import MAX_PREVIOUS

Alternative = Literal["best", "fastest", "cheapest", "surest", "most_credit"]


class PathConstraintsIn(ConstraintsIn):
    """What must fit, and what the path should hold. Of `weeks` and `deadline` the earlier one counts."""

    parallel: Annotated[int, Field(strict=True, ge=1, le=MAX_PARALLEL)] = Field(
        1, description="So many credentials at once at most; together they keep within the hours a week."
    )
    starts_on: Day | None = Field(None, description="The day on which it begins; today if null.")
    deadline: Day | None = Field(None, description="The day by which all is done.", examples=["2027-06-30"])
    pinned: list[Id] = Field([], max_length=MAX_PINNED, description="Credentials that must be on the path.")
    stack: Id | None = Field(None, description="A larger credential that the path completes.")

    def _values(self) -> dict[str, Any]:
        return {
            **super()._values(), "parallel": self.parallel, "starts_on": self.starts_on, "deadline": self.deadline,
            "pinned": tuple(self.pinned), "stack": self.stack or "",
        }  # fmt: skip


class PathAskIn(AskIn):
    """The same question as for a recommendation, with what only a path can be asked.

    A stored learner's path is kept and the next answer starts from it; `previous` says from which steps to start
    instead, an empty list from none.
    """

    constraints: PathConstraintsIn | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=MAX_LIMIT)] = Field(
        5,
        description="Taken so that a recommendation's body can be sent here too; a path has as many steps as it needs.",
    )
    previous: list[Id] | None = Field(
        None, max_length=MAX_PREVIOUS, description="Credential ids of the path to stay with, in order; null: as kept."
    )
    keep: Literal["none", "best", "fastest", "cheapest", "surest", "most_credit"] | None = Field(
        None,
        description="The alternative to keep for a stored learner; null: the best, or the one that is exported.",
    )

    def kept(self, otherwise: PathKind) -> PathKind | None:
        """The alternative to keep, None for none."""
        return None if self.keep == "none" else self.keep or otherwise


class CalendarAskIn(PathAskIn):
    """The question of a path, and which of the alternatives goes into the calendar."""

    alternative: Alternative = Field("best", description="One of the kinds that `POST /v1/paths` answers with.")


class GoalWordsIn(Input):
    """A goal to compare: in words, or the occupation that is meant."""

    goal: Label = Field("", description="In words.", examples=["data analyst"])
    occupation_uri: Label = Field("", description="The occupation that is meant, from `GET /v1/goals`.")

    def of(self) -> GoalWords:
        """The use case's value."""
        return GoalWords(self.goal, self.occupation_uri)


class CompareIn(Input):
    """Two goals from the same start, within the same limits; neither path is kept."""

    goals: list[GoalWordsIn] = Field(
        min_length=2, max_length=2, examples=[[{"goal": "data analyst"}, {"goal": "web developer"}]]
    )
    learner_id: Id | None = Field(None, description="A stored learner; not together with `profile`.")
    profile: ProfileIn | None = None
    constraints: PathConstraintsIn | None = None

    def of(self) -> Ask:
        """Whom it is for, and the limits."""
        return Ask(
            learner_id=self.learner_id or "",
            profile=self.profile.profile() if self.profile else None,
            awards=tuple(self.profile.awards) if self.profile else (),
            constraints=self.constraints.of() if self.constraints else Constraints(),
        )

    def both(self) -> tuple[GoalWords, GoalWords]:
        """The goals."""
        one, other = self.goals
        return one.of(), other.of()
