"""Tasks with their progress, and the record of imports with what they refused."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.service.tasks import list_imports, list_tasks
from credpath.web.dashboard_visits import VisitDep
from credpath.web.pages import PageRoute

router = APIRouter(prefix="/dashboard/tasks", route_class=PageRoute)
TASKS, IMPORTS, REFUSALS = 30, 15, 20


@router.get("")
def show(visit: VisitDep) -> Response:
    """What runs first, then what ran. While something runs the page asks for itself again."""
    tasks = list_tasks(visit.context, visit.tenant, TASKS)
    running = tuple(one for one in tasks if one.state == "running")
    ended = tuple(one for one in tasks if one.state != "running")
    return visit.show(
        "dashboard/tasks.html", "tasks", running=running, ended=ended,
        imports=list_imports(visit.context, visit.tenant, IMPORTS), most_refusals=REFUSALS,
    )  # fmt: skip
