"""Paths: planned, compared, exported to a calendar. Each waits for its turn, see `credpath.api.turns`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, reply
from credpath.api.schemas.comparing import ComparisonOut, comparison_out
from credpath.api.schemas.path_asks import CalendarAskIn, CompareIn, PathAskIn
from credpath.api.schemas.paths import PathsOut, paths_out
from credpath.service import comparing, path_export, planning_paths

router = APIRouter(prefix="/v1", route_class=ProtectedRoute, tags=["recommend"])

CALENDAR_TYPE = "text/calendar"
CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An iCalendar file with one all-day event a step.",
        "content": {CALENDAR_TYPE: {"schema": {"type": "string"}}},
    }
}


@router.post("/paths", response_model=PathsOut)
async def plan_paths(body: PathAskIn, call: CallDep) -> Response:
    """Plans ordered steps to the goal within all limits, with alternatives, or says what would have to give.

    The best path of a stored learner is kept: the next answer stays with it unless something else is worth more, and
    then `changes` says why. The next credential that `POST /v1/recommendations` names is its first step.
    """

    def work() -> Response:
        ask, keep = body.of(), body.kept("best")
        return reply(paths_out(planning_paths.plan_paths(call.context, call.tenant, ask, body.previous, keep)))

    return await call.path_turns.take(work)


@router.post("/paths:compare", response_model=ComparisonOut)
async def compare_goals(body: CompareIn, call: CallDep) -> Response:
    """Compares two goals from the same start: what each takes, what both share, what one closes of the other."""

    def work() -> Response:
        return reply(comparison_out(comparing.compare_goals(call.context, call.tenant, body.of(), body.both())))

    return await call.path_turns.take(work)


@router.post("/paths:calendar", response_class=Response, responses=CALENDAR)
async def export_calendar(body: CalendarAskIn, call: CallDep) -> Response:
    """Plans the path and answers with one of its alternatives as an iCalendar file, one all-day event a step.

    For a stored learner that alternative is kept. Exported again, an event has the same UID, so a calendar moves it.
    """

    def work() -> Response:
        ask, keep = body.of(), body.kept(body.alternative)
        file = path_export.export_calendar(call.context, call.tenant, ask, body.alternative, body.previous, keep)
        headers = {"Content-Disposition": 'attachment; filename="credpath.ics"'}
        return Response(file, media_type=CALENDAR_TYPE, headers=headers)

    return await call.path_turns.take(work)
