"""Letting a learner in: a link to their own page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, PathId, reply
from credpath.api.schemas.links import LinkIn, LinkOut
from credpath.service import learners
from credpath.web.links import link_for
from credpath.web.site import site_of

router = APIRouter(prefix="/v1/learners/{learner_id}", route_class=ProtectedRoute, tags=["learners"])


@router.post("/links", response_model=LinkOut)
def mint_link(learner_id: PathId, body: LinkIn, call: CallDep, request: Request) -> Response:
    """Mints a link that opens the learner's own page, once or more until it expires.

    Whoever has the link is let in as this learner: give it to them alone, and soon.
    """
    learners.get_learner(call.context, call.tenant, learner_id)
    url, expires_at = link_for(request, site_of(request), call.tenant, learner_id, body.minutes)
    return reply({"url": url, "expires_at": expires_at})
