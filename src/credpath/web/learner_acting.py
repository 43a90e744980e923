"""Step five, act and show: what became of credentials, badges for a profile, and what was waved away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.learner import NotYet
from credpath.errors import Forbidden, Unauthorized
from credpath.service.own_page import Taken, act, standing
from credpath.service.taking_back import NOTHING, Gained, take_back, unsay
from credpath.web.learner_visits import SenderDep, Visit, VisitDep
from credpath.web.pages import PageRoute, go
from credpath.web.sessions import LASTS

router = APIRouter(prefix="/learn", route_class=PageRoute)
LINKEDIN = "https://www.linkedin.com/profile/add"
GAINED = "gained"
NOWAY: Mapping[str, str] = {}
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
    done = act(
        visit.context, visit.tenant, visit.learner_id, form.text("credential_id"), form.text("action"),
        impression_id=form.text("impression_id")[:200], once=form.text("once")[:200],
    )  # fmt: skip
    credential_id = done.record.credential_id
    undo = {"said": done.said, "gained": _sealed(visit, credential_id, done.gained)}
    return _back(form.text("back"), form.text("action"), credential_id, undo)


@router.post("/undo")
def undo(visit: SenderDep) -> Response:
    """Takes back what was said of a credential: one outcome, or a dismissal with the skills that came with it."""
    form = visit.form
    if said := form.text("said"):
        taken = unsay(visit.context, visit.tenant, visit.learner_id, said)
        return _back(form.text("back"), "unsaid", taken.credential_id)
    credential_id = form.text("credential_id")
    gained = _opened(visit, credential_id, form.text("gained"))
    take_back(visit.context, visit.tenant, visit.learner_id, credential_id, gained)
    return _back(form.text("back"), "unlearned" if gained.declared else "undone", credential_id)


def _back(page: str, done: str, credential_id: str, undo: Mapping[str, str] = NOWAY) -> Response:
    asked = {"done": done, "about": credential_id, **{name: value for name, value in undo.items() if value}}
    return go(f"{BACK.get(page, BACK['act'])}?{urlencode(asked)}")


def _sealed(visit: Visit, credential_id: str, gained: Gained) -> str:
    """What a press added to the profile, signed: a link that somebody else made must not remove other skills."""
    if gained == NOTHING:
        return ""
    denied = [[one.skill, one.said_at.isoformat()] for one in gained.denied]
    payload = [visit.tenant, visit.learner_id, credential_id, gained.declared, denied]
    return visit.site.signing.sign(GAINED, payload, visit.site.now() + LASTS)


def _opened(visit: Visit, credential_id: str, token: str) -> Gained:
    """Raises Forbidden for a token that was not made for this learner and credential."""
    if not token:
        return NOTHING
    try:
        *whose, declared, denied = visit.site.signing.read(GAINED, token, visit.site.now())
    except Unauthorized as error:
        raise Forbidden("what is to be undone did not come from this page", where=GAINED) from error
    if whose != [visit.tenant, visit.learner_id, credential_id]:
        raise Forbidden("what is to be undone is somebody else's", where=GAINED)
    return Gained(tuple(declared), tuple(NotYet(skill, datetime.fromisoformat(at)) for skill, at in denied))


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
