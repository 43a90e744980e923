"""The dashboard's way in and out: an admin key, once, for a visit of some hours."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from credpath.errors import Forbidden, NotFound, Unauthorized
from credpath.service.keys import ADMIN, authenticate
from credpath.web.dashboard_visits import SenderDep, VisitDep
from credpath.web.forms import Form, read_form
from credpath.web.pages import PageRoute, go, respond
from credpath.web.sessions import begin, end
from credpath.web.site import site_of

router = APIRouter(prefix="/dashboard", route_class=PageRoute)
MAX_SECRET = 200
START = "/dashboard"


@router.get("/enter")
def door(request: Request) -> Response:
    """Asks for a key."""
    return respond(request, "dashboard/enter.html", problem="", left=False)


@router.post("/enter")
def enter(request: Request, form: Annotated[Form, Depends(read_form)]) -> Response:
    """Lets in whoever has an admin key, as the key's tenant. Another site cannot sign anybody in."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("this form did not come from this page", where="sec-fetch-site")
    secret = form.text("key")
    site = site_of(request)
    try:
        key = authenticate(site.context, secret if len(secret) <= MAX_SECRET else "")
    except Unauthorized:
        return respond(request, "dashboard/enter.html", 401, problem="unknown", left=False)
    if ADMIN not in key.scopes:
        return respond(request, "dashboard/enter.html", 403, problem="scope", left=False)
    response = go(START)
    begin(request, response, "operator", key.tenant, key.key_id)
    return response


@router.post("/leave")
def leave(visit: SenderDep) -> Response:
    """Signs out."""
    response = respond(visit.request, "dashboard/enter.html", problem="", left=True)
    end(response, "operator")
    return response


@router.get("/{rest:path}")
def lost(rest: str, _visit: VisitDep) -> Response:
    """Everything else."""
    raise NotFound("there is no such page", where=rest[:80])
