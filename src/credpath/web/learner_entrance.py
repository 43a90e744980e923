"""The way in and out: the front door, a learner's link, where a visit goes on, and signing out."""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from credpath.errors import NotFound, Unauthorized
from credpath.service import learners
from credpath.web.forms import query_of
from credpath.web.i18n import COOKIE
from credpath.web.learner_visits import SenderDep, VisitDep
from credpath.web.links import read_link
from credpath.web.pages import PageRoute, go, respond
from credpath.web.sessions import begin, end
from credpath.web.site import site_of

router = APIRouter(route_class=PageRoute)


@router.get("/")
def front(request: Request) -> Response:
    """What this is, and how one gets in."""
    return respond(request, "front.html")


@router.get("/learn/enter/{token}")
def enter(request: Request, token: str) -> Response:
    """Lets in whoever has the link. Raises Unauthorized also for a learner who was forgotten since."""
    site = site_of(request)
    tenant, learner_id = read_link(site, token)
    try:
        learners.get_learner(site.context, tenant, learner_id)
    except NotFound as error:
        raise Unauthorized("nothing is kept of this learner", where="link") from error
    response = go("/learn")
    begin(request, response, "learner", tenant, learner_id)
    return response


@router.get("/learn")
def resume(visit: VisitDep) -> Response:
    """The first step that is still to be done; with a goal, the plan."""
    if not visit.profile.goal.strip():
        return go("/learn/you")
    return go("/learn/plan")


@router.post("/learn/leave")
def leave(visit: SenderDep) -> Response:
    """Signs out."""
    response = respond(visit.request, "left.html", forgotten=False)
    end(response, "learner")
    return response


@router.get("/language")
def speak(request: Request) -> Response:
    """Remembers the language that somebody chose, and goes back to their page."""
    asked, site = query_of(request), site_of(request)
    back = asked.text("back")
    response = go(back if re.fullmatch(r"/[^/\\\x00-\x1f][^\\\x00-\x1f]*|/", back) else "/")
    if asked.text("code") in site.languages.codes:
        response.set_cookie(
            COOKIE, asked.text("code"), max_age=31_536_000, secure=site.is_secure(request), httponly=True,
            samesite="lax",
        )  # fmt: skip
    return response


@router.get("/learn/{rest:path}")
def lost(rest: str) -> Response:
    """Everything else."""
    raise NotFound("there is no such page", where=rest[:80])
