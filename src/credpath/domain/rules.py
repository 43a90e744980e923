"""The rules that every value obeys before it becomes part of the domain.

Kept in one place because each was once the cause of a stored value that broke every later reader:
`inf` from `1e999`, a lone surrogate that no database encodes, an integer past 64 bits.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import UTC, datetime, timedelta

from credpath.errors import InvalidInput

MAX_ID = 200
MAX_LABEL = 500
MAX_TEXT = 20_000
MAX_NUMBER = 1e12
# What was observed lies in the past. A day is let pass for clocks, time zones and dates without a time.
MOST_AHEAD = timedelta(days=1)


def check_text(value: str, field: str, *, limit: int = MAX_TEXT, empty: bool = True) -> str:
    """Returns `value` unless it is too long, empty when it must not be, or cannot be stored as UTF-8."""
    # nearly every text is plain; loading 20,000 credentials asks half a million times
    plain = type(value) is str and value.isascii() and "\x00" not in value
    if plain and len(value) <= limit and (empty or value.strip()):
        return value
    if not isinstance(value, str):
        raise InvalidInput(f"{field} must be text, not {type(value).__name__}", where=field, fix="give text")
    if not empty and not value.strip():
        raise InvalidInput(f"{field} is empty", where=field, fix=f"give {field}")
    if len(value) > limit:
        raise InvalidInput(f"{field} has {len(value)} characters, over {limit}", where=field, fix="shorten it")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput(f"{field} holds a lone surrogate", where=field, fix="send valid Unicode") from error
    if "\x00" in value:
        raise InvalidInput(f"{field} holds a NUL character", where=field, fix="remove it")
    return value


def check_id(value: str, field: str) -> str:
    """An id is 1 to 200 printable characters without leading or trailing space."""
    check_text(value, field, limit=MAX_ID, empty=False)
    # isprintable is false for all three categories and for others; it spares nearly every id the slow scan
    controls = not value.isprintable() and any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in value)
    if controls or value != value.strip():
        raise InvalidInput(f"{field} has control characters or outer spaces", where=field, fix="remove them")
    return value


def check_own_id(value: str, field: str) -> str:
    """`check_id` for an id that may be left out."""
    return check_id(value, field) if value else value


def check_number(value: float, field: str, *, low: float = 0.0, high: float = MAX_NUMBER, fix: str = "") -> float:
    """A finite number within [low, high]. `fix`: what to do about one that is not."""
    if type(value) is float and low <= value <= high < math.inf:  # false for NaN and for infinity
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{field} must be a number", where=field, fix="give a number")
    fix = fix or f"give a number from {low:g} to {high:g}"
    try:
        number = float(value)
    except OverflowError as error:
        raise InvalidInput(f"{field} is out of range", where=field, fix=fix) from error
    if not math.isfinite(number):
        raise InvalidInput(f"{field} is not a finite number", where=field, fix=fix)
    if not low <= number <= high:
        raise InvalidInput(f"{field} is {value}, not within {low:g} to {high:g}", where=field, fix=fix)
    return value


def check_optional(value: float | None, field: str, *, low: float = 0.0, high: float = MAX_NUMBER) -> None:
    """`check_number` for a value that may be unknown."""
    if value is not None:
        check_number(value, field, low=low, high=high)


def check_time(value: datetime, field: str) -> datetime:
    """A point in time carries its zone; returned in UTC."""
    if value.tzinfo is None:
        raise InvalidInput(f"{field} has no time zone", where=field, fix="end it with Z or +00:00")
    return value.astimezone(UTC)


def check_happened(value: datetime, field: str, now: datetime) -> datetime:
    """Returns `value` unless it lies more than MOST_AHEAD after `now`: evidence from there would fade all other.

    A typing error in a year is the usual cause, so the message names the day that was given.
    """
    if value > now + MOST_AHEAD:
        day = value.astimezone(UTC).date().isoformat()
        raise InvalidInput(f"{field} is {day}, which lies ahead", where=field, fix="give the time at which it happened")
    return value
