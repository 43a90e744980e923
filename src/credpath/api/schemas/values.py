"""The scalar types of the contract: bounded, finite, storable."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from typing_extensions import TypedDict

from credpath.domain.money import Money
from credpath.domain.rules import MAX_ID, MAX_LABEL, MAX_NUMBER, MAX_TEXT

NO_NUL = r"^[^\x00]*$"
# No control characters or line separators, no space at either end.
ID_PATTERN = (
    r"^[^\s\x00-\x1f\x7f-\x9f\u2028\u2029]([^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f\u2028\u2029])?$"
)
OPTIONAL_ID_PATTERN = f"{ID_PATTERN}|^$"

Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID, pattern=ID_PATTERN)]
Label = Annotated[str, StringConstraints(max_length=MAX_LABEL, pattern=NO_NUL)]
OwnId = Annotated[str, StringConstraints(max_length=MAX_ID, pattern=OPTIONAL_ID_PATTERN)]
FullLabel = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_LABEL, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT, pattern=NO_NUL)]
ShortText = Annotated[str, StringConstraints(max_length=2_000, pattern=NO_NUL)]
Url = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^(https?://[^\x00]*)?$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Country = Annotated[str, StringConstraints(max_length=10, pattern=NO_NUL)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
# Strict: "5" and true are no numbers. Finite and bounded: what no database or sum could take is refused here.
Number = Annotated[float, Field(strict=True, ge=0, le=MAX_NUMBER, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)]

TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def parse_time(value: Any) -> datetime:
    """RFC 3339, in UTC. Raises ValueError."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise ValueError("is not a time with its zone, such as 2026-03-01T09:30:00Z")
    text = value.upper().replace("Z", "+00:00")
    try:
        # Not before 1 A.D. nor after 9999 once it is in UTC.
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("there is no such time") from None


def _day(value: Any) -> date:
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError("is not a date, such as 2026-03-01")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day") from None


Time = Annotated[datetime, BeforeValidator(parse_time), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class Input(BaseModel):
    """Base of every body: an unknown field is refused by name, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MoneyIn(Input):
    """An amount with its currency."""

    amount: Number = Field(examples=[300])
    currency: Currency = Field(description="ISO 4217.", examples=["EUR"])

    def money(self) -> Money:
        """The domain's value."""
        return Money(self.amount, self.currency)


class MoneyOut(TypedDict):
    """An amount with its currency."""

    amount: float
    currency: str


def money_of(entry: MoneyIn | None) -> Money | None:
    """None stays None."""
    return entry.money() if entry else None


def money_out(money: Money | None) -> MoneyOut | None:
    """None stays None: the catalogue does not say."""
    return {"amount": money.amount, "currency": money.currency} if money else None


def time_out(time: datetime | None) -> str | None:
    """ISO 8601 in UTC, ending in Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z") if time else None
