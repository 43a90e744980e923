"""What a tenant's learners were shown and what came of it, by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from credpath.domain.outcomes import OutcomeKind
from credpath.errors import InvalidInput
from credpath.service.context import Context
from credpath.store import traffic as rows
from credpath.store.traffic import ShownCount, ShownLine

MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC). `degraded`: how many of `shown` a fallback answered; `outcomes`: how many happened."""

    day: date
    shown: int
    degraded: int
    outcomes: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """A span of whole days. `before`: impressions of the span before it. `answered`: impressions with an outcome.

    `policies`: impressions by who chose. `latest`: when anything was shown last, in or after the span.
    """

    days: tuple[Day, ...]
    before: int
    policies: Mapping[str, int]
    answered: Mapping[OutcomeKind, int]
    happened: Mapping[OutcomeKind, int]
    latest: datetime | None

    @property
    def shown(self) -> int:
        """Impressions in all."""
        return sum(day.shown for day in self.days)

    @property
    def degraded(self) -> int:
        """Of them by a fallback."""
        return sum(day.degraded for day in self.days)

    @property
    def change(self) -> float | None:
        """How much more was shown than in the span before: 0.1 for a tenth more; None where there was nothing."""
        return self.shown / self.before - 1.0 if self.before else None


def traffic(context: Context, tenant: str, days: int = 30, last: date | None = None) -> Traffic:
    """The `days` up to and with `last` (today). Counts indexes alone, once a call. Raises InvalidInput."""
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(f"{days} days, not within 1 to {MAX_DAYS}", where="days", fix=f"ask for 1 to {MAX_DAYS}")
    last = last or context.clock().astimezone(UTC).date()
    first = last - timedelta(days=days - 1)
    since, before = _midnight(first), _midnight(last + timedelta(days=1))
    with context.database.read() as connection:
        shown = rows.count_shown(connection, tenant, since, before)
        earlier = rows.total_shown(connection, tenant, since - timedelta(days=days), since)
        happened = rows.count_happened(connection, tenant, since, before)
        answered = rows.count_answered(connection, tenant, since, before)
        latest = rows.last_shown_at(connection, tenant)
    outcomes: Counter[date] = Counter()
    kinds: Counter[OutcomeKind] = Counter()
    for one in happened:
        outcomes[one.day] += one.times
        kinds[one.kind] += one.times
    span = (first + timedelta(days=n) for n in range(days))
    return Traffic(
        days=_days(shown, outcomes, span),
        before=earlier,
        policies=_policies(shown),
        answered=answered,
        happened=dict(kinds),
        latest=latest,
    )


def latest_shown(
    context: Context, tenant: str, before: datetime | None = None, limit: int = 20
) -> tuple[ShownLine, ...]:
    """The impressions shown last, or last before that moment."""
    with context.database.read() as connection:
        return rows.latest_shown(connection, tenant, before or context.clock() + timedelta(days=1), limit)


def _days(shown: Iterable[ShownCount], outcomes: Mapping[date, int], span: Iterable[date]) -> tuple[Day, ...]:
    all_of, degraded = Counter[date](), Counter[date]()
    for one in shown:
        all_of[one.day] += one.times
        degraded[one.day] += one.times if one.degraded else 0
    return tuple(Day(day, all_of[day], degraded[day], outcomes.get(day, 0)) for day in span)


def _policies(shown: Iterable[ShownCount]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in shown:
        found[one.policy] += one.times
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
