"""Points in time as files write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from credpath.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The last second of the year 9999, beyond which datetime has no value.
LAST_SECOND = 253_402_300_799
MILLISECONDS = 10**12  # after the epoch, of 2001: what has as many digits as they have today


def parse_moment(text: str, field: str) -> tuple[datetime, bool]:
    """(time in UTC, ordinal). ISO 8601, or a whole number that only orders: seconds after the epoch, ordinal True.

    A date alone is its first moment, and a time without a zone is taken as UTC. Raises InvalidInput.
    """
    text = text.strip()
    if re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return _ordered(int(text), field), True
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        fix = "ISO 8601, for example 2026-03-31T12:00:00Z"
        raise InvalidInput(f"{field} is {text[:40]!r}, not a time" if text else f"{field} is empty", where=field,
                           fix=fix) from error  # fmt: skip
    return moment, False


def _ordered(number: int, field: str) -> datetime:
    if not 0 <= number <= LAST_SECOND:
        fix = "count from 0, or give a time in ISO 8601"
        if MILLISECONDS <= number < 10 * MILLISECONDS:
            fix = "these look like milliseconds: divide by 1,000"
        raise InvalidInput(f"{field} is {number}, not within 0 to {LAST_SECOND}", where=field, fix=fix)
    return EPOCH + timedelta(seconds=number)
