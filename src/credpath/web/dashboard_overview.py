"""The first page: is it answering, how fast, for whom, and what needs a hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.outcomes import OUTCOME_KINDS, OutcomeKind
from credpath.errors import NotReady
from credpath.service.health import readiness
from credpath.service.recent_traffic import RecentTraffic, Slot, Tally, together
from credpath.service.tasks import list_tasks
from credpath.service.traffic import Day, Traffic, traffic
from credpath.web.charts_plots import SIZES, ColumnPlot, LinePlot, Series, column_plot, line_plot
from credpath.web.dashboard_visits import OperatorVisit, VisitDep
from credpath.web.pages import PageRoute

router = APIRouter(prefix="/dashboard", route_class=PageRoute)
SPANS = (7, 30, 90)
# What a person waits for; pages and probes would hide it.
ASKED = ("POST /v1/recommendations", "POST /v1/paths")
HOURS = 3.0
SHARES = (0.5, 0.95, 0.99)
TASKS = 5
FIRST_YEAR = 2000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route since the process began, times in seconds."""

    route: str
    calls: int
    failed: int
    times: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Impressions that were answered so, and their share of all."""

    kind: OutcomeKind
    answered: int
    share: float


@router.get("")
def show(visit: VisitDep) -> Response:
    """Traffic of some days, times of some hours, and what is to be done."""
    span = visit.number("days", 30, 1, 366)
    found, last, quiet = _traffic(visit, span)
    recent = visit.recent
    slots = recent.slots(ASKED, HOURS)
    return visit.show(
        "dashboard/overview.html", "overview", spans=SPANS, span=span, last=last, quiet=quiet,
        today=_today(visit).isoformat(),
        traffic=found, columns=_both(lambda size: shown_plot(size, found.days)), funnel=funnel_of(found),
        most_policy=max(found.policies.values(), default=1), clock={slot.at: clock_of(slot.at) for slot in slots},
        times=_both(lambda size: times_plot(size, slots)), asked=together([s.tally for s in slots]), hours=HOURS,
        routes=route_lines(recent), since=datetime.fromtimestamp(recent.since, UTC),
        failed=sum(t.failed for t in recent.totals.values()), ready=readiness(visit.context),
        issues=_issues(visit), tasks=list_tasks(visit.context, visit.tenant, TASKS), shares=SHARES,
    )  # fmt: skip


def _traffic(visit: OperatorVisit, span: int) -> tuple[Traffic, date | None, bool]:
    """The days up to `last`, or to today, or where nothing was shown lately, to the last time that something was.

    Also the day on which they end, None for today, and whether it was chosen because nothing came after it.
    """
    asked = _day(visit.query.text("last"))
    if asked is not None and asked < _today(visit):
        return _of(visit, span, asked), asked, False
    found = _of(visit, span, _today(visit))
    if found.shown or found.latest is None or found.latest.date() >= _today(visit):
        return found, None, False
    last = found.latest.astimezone(UTC).date()
    return _of(visit, span, last), last, True


def _today(visit: OperatorVisit) -> date:
    return visit.context.clock().astimezone(UTC).date()


def _day(text: str) -> date | None:
    """Of an ISO date that a calendar of ours knows; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR else None


def _of(visit: OperatorVisit, span: int, last: date) -> Traffic:
    key = (visit.tenant, span, last)
    return visit.desk.traffic.get(key, lambda: traffic(visit.context, visit.tenant, span, last))


def _both(draw: Callable[[tuple[int, int]], T]) -> dict[str, T]:
    return {name: draw(size) for name, size in SIZES}


def shown_plot(size: tuple[int, int], days: Sequence[Day]) -> ColumnPlot:
    """Impressions by day, those by a fallback set apart."""
    return column_plot(size, [(float(day.shown), float(day.degraded)) for day in days])


def times_plot(size: tuple[int, int], slots: Sequence[Slot]) -> LinePlot:
    """Milliseconds within which half and nearly all were answered."""
    told = ((0.5, "p50", "accent", False), (0.95, "p95", "gap", True))
    series = [
        Series(name, tone, [_at(slot, share) for slot in slots], dashed=dashed) for share, name, tone, dashed in told
    ]
    marks = [slot.at for slot in slots][:: max(1, len(slots) // 4)]
    return line_plot(size, series, marks)


def clock_of(at: float) -> str:
    """Hours and minutes in UTC of seconds after the epoch."""
    return f"{datetime.fromtimestamp(at, UTC):%H:%M}"


def _at(slot: Slot, share: float) -> tuple[float, float] | None:
    seconds = slot.tally.seconds(share)
    return None if seconds is None else (slot.at, 1_000.0 * seconds)


def funnel_of(found: Traffic) -> tuple[Funnel, ...]:
    """From shown to awarded; what turned away at the end."""
    shown = max(1, found.shown)
    answered: Mapping[OutcomeKind, int] = found.answered
    return tuple(Funnel(kind, answered.get(kind, 0), answered.get(kind, 0) / shown) for kind in OUTCOME_KINDS)


def route_lines(recent: RecentTraffic) -> tuple[RouteLine, ...]:
    """Routes of the API, most called first."""
    found = [(route, tally) for route, tally in list(recent.totals.items()) if " /v1/" in route]
    found.sort(key=lambda pair: (-pair[1].calls, pair[0]))
    return tuple(RouteLine(route, tally.calls, tally.failed, _times(tally)) for route, tally in found)


def _times(tally: Tally) -> tuple[float | None, ...]:
    return tuple(tally.seconds(share) for share in SHARES)


def _issues(visit: OperatorVisit) -> int | None:
    """Records to mend; None while no bundle tells."""
    try:
        return visit.desk.reviewer.review(visit.context, visit.tenant).records
    except NotReady:
        return None
