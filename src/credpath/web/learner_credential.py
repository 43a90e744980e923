"""One credential: what it is, how it is regarded, what it teaches, and the way to its awarding body."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from credpath.errors import NotFound
from credpath.service.catalogue import get_credential
from credpath.service.own_page import act, standing
from credpath.service.regard import regards
from credpath.web.forms import query_of
from credpath.web.learner_visits import VisitDep
from credpath.web.pages import HEADERS, PageRoute

router = APIRouter(prefix="/learn", route_class=PageRoute)


@router.get("/credential")
def show(visit: VisitDep) -> Response:
    """Its record in words. Raises NotFound."""
    asked = query_of(visit.request)
    found = regards(visit.context, visit.tenant, [asked.text("id")])
    if not found:
        raise NotFound("no such credential", where="id")
    where = standing(visit.context, visit.tenant, visit.learner_id)
    record = found[0].record
    names = {r.record.credential_id: r.record.title for r in regards(visit.context, visit.tenant, record.edges())}
    helpful = [name for piece in record.preparation if (name := names.get(piece.credential_id) or piece.label)]
    state = next(
        (name for name in ("held", "in_progress", "dismissed")
         if any(t.credential_id == asked.text("id") for t in getattr(where, name))), "",
    )  # fmt: skip
    return visit.show(
        "learner/credential.html", step="plan", regard=found[0], record=record, names=names, helpful=helpful,
        state=state, held={t.credential_id for t in where.held}, impression_id=asked.text("impression")[:200],
    )  # fmt: skip


@router.get("/go")
def leave_for(visit: VisitDep) -> Response:
    """Logs that the learner looked closer, and sends them to the awarding body's own page. Raises NotFound."""
    asked = query_of(visit.request)
    record = get_credential(visit.context, visit.tenant, asked.text("id"))
    if not record.url:
        raise NotFound("this credential has no page of its own", where="id")
    act(
        visit.context, visit.tenant, visit.learner_id, record.credential_id, "clicked",
        impression_id=asked.text("impression")[:200], once=asked.text("once")[:200],
    )  # fmt: skip
    return RedirectResponse(record.url, 303, HEADERS)
