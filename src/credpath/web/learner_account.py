"""What is kept of a learner: taken along, or removed."""

from __future__ import annotations

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from credpath.service.learners import export_learner, forget_learner
from credpath.web.learner_visits import SenderDep, VisitDep
from credpath.web.pages import HEADERS, PageRoute, respond
from credpath.web.sessions import end

router = APIRouter(prefix="/learn", route_class=PageRoute)


@router.get("/export")
def export(visit: VisitDep) -> Response:
    """Everything that is kept, as a file."""
    document = export_learner(visit.context, visit.tenant, visit.learner_id)
    content = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    name = f'attachment; filename="credpath-{visit.site.now():%Y-%m-%d}.json"'
    return Response(content, 200, {**HEADERS, "Content-Disposition": name}, "application/json")


@router.get("/forget")
def ask(visit: VisitDep) -> Response:
    """Asks once more."""
    return visit.show("learner/forget.html", step="act", fault=False)


@router.post("/forget")
def forget(visit: SenderDep) -> Response:
    """Removes everything and signs out."""
    if visit.form.text("sure") != "yes":
        return visit.show("learner/forget.html", 422, step="act", fault=True)
    forget_learner(visit.context, visit.tenant, visit.learner_id)
    response = respond(visit.request, "left.html", forgotten=True)
    end(response, "learner")
    return response
