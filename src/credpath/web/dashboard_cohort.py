"""A group of learners toward their goals, for a university or an employer; never a person."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.service.cohorts import LEAST, MOST_LEARNERS, Chosen, Cohort, Members, examine_cohort, read_members
from credpath.web.dashboard_catalogue import records_of
from credpath.web.dashboard_visits import OperatorVisit, VisitDep
from credpath.web.pages import PageRoute

router = APIRouter(prefix="/dashboard/cohort", route_class=PageRoute)
NEEDS, LACKING, TEACHERS = 15, 15, 3
MAX_WORDS = 200


@router.get("")
def show(visit: VisitDep) -> Response:
    """All learners, or those with one goal (`goal`) or from one country (`country`)."""
    chosen = Chosen(visit.query.text("goal")[:MAX_WORDS], visit.query.text("country")[:MAX_WORDS])
    members = visit.desk.members.soon(visit.tenant, lambda: read_members(visit.context, visit.tenant))
    if members is None:
        return visit.show("dashboard/cohort_soon.html", "cohort", most=MOST_LEARNERS)
    return _page(visit, members, chosen)


def _page(visit: OperatorVisit, members: Members, chosen: Chosen) -> Response:
    found: Cohort = examine_cohort(members, visit.desk.surveyor.teachers(visit.context, visit.tenant), chosen)
    everybody = examine_cohort(members, {}) if chosen != Chosen() else found
    wanted = [teacher for need in found.needs[:NEEDS] for teacher in need.teachers[:TEACHERS]]
    titles = {key: record.title for key, record in records_of(visit, wanted).items()}
    return visit.show(
        "dashboard/cohort.html", "cohort", found=found, everybody=everybody, chosen=chosen, least=LEAST,
        titles=titles, needs=found.needs[:NEEDS], lacking=found.lacking[:LACKING], teachers_shown=TEACHERS,
    )  # fmt: skip
