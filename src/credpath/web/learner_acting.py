"""Step five, act and show: what became of credentials, badges for a profile, and what was waved away."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from credpath.service.own_page import Taken, act, standing, take_back
from credpath.web.learner_visits import SenderDep, VisitDep
from credpath.web.pages import PageRoute, go

router = APIRouter(prefix="/learn", route_class=PageRoute)
LINKEDIN = "https://www.linkedin.com/profile/add"
# Where a form may send its sender afterwards.
BACK = {"plan": "/learn/plan", "act": "/learn/act", "you": "/learn/you"}


@router.get("/act")
def show(visit: VisitDep) -> Response:
    """What is under way, what is held, what was waved away, and the learner's data."""
    where = standing(visit.context, visit.tenant, visit.learner_id)
    links = {taken.credential_id: linkedin_link(taken) for taken in where.held}
    return visit.show("learner/act.html", step="act", standing=where, linkedin=links)


@router.post("/actions")
def take(visit: SenderDep) -> Response:
    """Logs an action as an outcome."""
    form = visit.form
    record = act(
        visit.context, visit.tenant, visit.learner_id, form.text("credential_id"), form.text("action"),
        impression_id=form.text("impression_id")[:200], once=form.text("once")[:200],
    )  # fmt: skip
    return _back(form.text("back"), form.text("action"), record.credential_id)


@router.post("/undo")
def undo(visit: SenderDep) -> Response:
    """Takes a dismissal back."""
    credential_id = visit.form.text("credential_id")
    take_back(visit.context, visit.tenant, visit.learner_id, credential_id)
    return _back(visit.form.text("back"), "undone", credential_id)


def _back(page: str, done: str, credential_id: str) -> Response:
    return go(f"{BACK.get(page, BACK['act'])}?{urlencode({'done': done, 'about': credential_id})}")


def linkedin_link(taken: Taken) -> str:
    """Opens LinkedIn's own form with the credential filled in; nothing is sent before the learner does."""
    fields = {"startTask": "CERTIFICATION_NAME", "name": taken.title}
    if taken.record and taken.record.awarding_body:
        fields["organizationName"] = taken.record.awarding_body
    if taken.at:
        fields |= {"issueYear": str(taken.at.year), "issueMonth": str(taken.at.month)}
    if taken.award and taken.award.evidence_url:
        fields["certUrl"] = taken.award.evidence_url
    if taken.award and taken.award.award_id:
        fields["certId"] = taken.award.award_id
    return f"{LINKEDIN}?{urlencode(fields)}"
