"""Outcomes on the wire: what happened after an impression, or without one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from credpath.api.schemas.values import Id, Input, Share, Time
from credpath.domain.outcomes import Outcome, OutcomeKind

# An integer only orders; it is kept as seconds after the epoch, up to the year 9999.
Ordinal = Annotated[int, Field(strict=True, ge=0, le=253_402_300_799)]


class OutcomeIn(Input):
    """One event. Sent again under the same `outcome_id` it changes nothing."""

    outcome_id: Id = Field(description="Your own id of the event.", examples=["lms-event-9001"])
    learner_id: Id = Field(examples=["learner-17"])
    credential_id: Id = Field(examples=["google-data-analytics"])
    outcome: OutcomeKind = Field(examples=["completed"])
    occurred_at: Time | Ordinal = Field(
        description="A time with its zone, or an integer that only orders.", examples=["2026-03-01T09:30:00Z"]
    )
    score: Share | None = Field(None, description="A result between 0 and 1, where there is one.")
    impression_id: Id | None = Field(None, description="The recommendation that it answers.")

    def of(self) -> Outcome:
        """The domain's value."""
        ordinal = isinstance(self.occurred_at, int)
        at = datetime.fromtimestamp(self.occurred_at, UTC) if isinstance(self.occurred_at, int) else self.occurred_at
        return Outcome(
            outcome_id=self.outcome_id,
            learner_id=self.learner_id,
            credential_id=self.credential_id,
            kind=self.outcome,
            occurred_at=at,
            score=self.score,
            impression_id=self.impression_id or "",
            ordinal=ordinal,
        )


class OutcomesIn(Input):
    """A batch; all of it is stored or none."""

    outcomes: list[OutcomeIn] = Field(min_length=1)


class OutcomesOut(TypedDict):
    """`duplicates` were stored before, with the same content."""

    inserted: int
    duplicates: int
