"""Outcomes on the wire: what happened after an impression, or without one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema
from typing_extensions import TypedDict

from credpath.api.schemas.values import Id, Input, Share, parse_time
from credpath.domain.outcomes import Outcome, OutcomeKind

MAX_ORDINAL = 253_402_300_799  # kept as seconds after the epoch, so not past the year 9999


def _moment(value: Any) -> datetime | int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # in JSON 17.0 is an integer
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ORDINAL:
        return value
    return parse_time(value)


Moment = Annotated[
    datetime | int,
    PlainValidator(_moment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "integer", "minimum": 0, "maximum": MAX_ORDINAL},
            ]
        }
    ),
]


class OutcomeIn(Input):
    """One event. Sent again under the same `outcome_id` it changes nothing."""

    outcome_id: Id = Field(description="Your own id of the event.", examples=["lms-event-9001"])
    learner_id: Id = Field(examples=["learner-17"])
    credential_id: Id = Field(examples=["google-data-analytics"])
    outcome: OutcomeKind = Field(examples=["completed"])
    occurred_at: Moment = Field(
        description="A time with its zone, not ahead of now, or an integer that only orders.",
        examples=["2026-03-01T09:30:00Z"],
    )
    score: Share | None = Field(None, description="A result between 0 and 1, where there is one.")
    impression_id: Id | None = Field(None, description="The recommendation that it answers.")

    def of(self) -> Outcome:
        """The domain's value."""
        given = self.occurred_at
        at = given if isinstance(given, datetime) else datetime.fromtimestamp(given, UTC)
        return Outcome(
            outcome_id=self.outcome_id,
            learner_id=self.learner_id,
            credential_id=self.credential_id,
            kind=self.outcome,
            occurred_at=at,
            score=self.score,
            impression_id=self.impression_id or "",
            ordinal=isinstance(given, int),
        )


class OutcomesIn(Input):
    """A batch; all of it is stored or none."""

    outcomes: list[OutcomeIn] = Field(min_length=1)


class OutcomesOut(TypedDict):
    """`duplicates` were stored before, with the same content. The others count those of the batch, stored all the same,
    that name an impression or a credential that is not known, or not yet.
    """

    inserted: int
    duplicates: int
    unknown_impressions: int
    unknown_credentials: int
