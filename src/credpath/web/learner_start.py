"""Step one, where you are: skills, awards, languages, and the country one learns from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.catalogue import Credential
from credpath.domain.learner import Award
from credpath.errors import InvalidInput
from credpath.service import catalogue
from credpath.service.finding import find_skills
from credpath.service.own_page import hold, standing
from credpath.service.own_words import change_profile, keep_words
from credpath.service.reach import reach
from credpath.web.forms import query_of
from credpath.web.inert import inert
from credpath.web.learner_visits import SenderDep, Visit, VisitDep
from credpath.web.pages import PageRoute, go

router = APIRouter(prefix="/learn/you", route_class=PageRoute)
FOUND = 8
LOOKED_AT = 100  # records with the words anywhere, of which those with them in the title come first


@router.get("")
def show(visit: VisitDep) -> Response:
    """Everything that the learner said, with a search for what is still to be said."""
    return _page(visit)


@router.post("/skills")
def change_skills(visit: SenderDep) -> Response:
    """Adds the skills `add`, drops those kept under the words `drop`, which are as the page showed them.

    `forget`: the same of the skills that the learner does not have yet.
    """
    dropped, forgotten = (set(map(inert, visit.form.every(name))) for name in ("drop", "forget"))
    if dropped or forgotten:
        change_profile(
            visit.context, visit.tenant, visit.learner_id,
            lambda p: replace(
                p, declared_skills=tuple(s for s in p.declared_skills if inert(s) not in dropped),
                not_yet=tuple(one for one in p.not_yet if inert(one.skill) not in forgotten),
            ),
        )  # fmt: skip
    if added := visit.form.every("add"):
        keep_words(visit.context, visit.tenant, visit.learner_id, added)
    return go("/learn/you?done=saved#skills")


@router.post("/awards")
def add_award(visit: SenderDep) -> Response:
    """Records a credential that the learner holds; without a date as of today."""
    form, now = visit.form, visit.site.now()
    try:
        day = date.fromisoformat(form.text("awarded_on")) if form.text("awarded_on") else now.date()
        proof = form.text("evidence_url")
        if day > now.date():
            raise InvalidInput("the day lies ahead", where="awarded_on")
        if proof and not proof.startswith(("https://", "http://")):
            raise InvalidInput("the proof is not a web address", where="evidence_url")
        awarded_at = min(now, datetime.combine(day, time(12), UTC))
        award = Award(visit.learner_id, form.text("credential_id"), awarded_at, evidence_url=proof)
    except ValueError:
        return _page(visit, "awarded_on")
    except InvalidInput as error:
        return _page(visit, error.where)
    done = hold(visit.context, visit.tenant, award, form.text("once")[:200])
    asked = {"done": "held", "about": award.credential_id} | ({"said": done.said} if done.said else {})
    return go(f"/learn/you?{urlencode(asked)}#awards")


@router.post("/about")
def change_about(visit: SenderDep) -> Response:
    """Keeps the languages and the country."""
    form = visit.form
    known = reach(visit.context, visit.tenant)
    languages = tuple(code for code in form.every("language") if code in {*known.languages, *visit.profile.languages})
    country = form.text("country") if form.text("country") in {*known.countries, visit.profile.country} else ""
    change_profile(
        visit.context, visit.tenant, visit.learner_id, lambda p: replace(p, languages=languages, country=country)
    )
    return go("/learn/you?done=saved#about")


def _page(visit: Visit, fault: str = "") -> Response:
    asked = query_of(visit.request)
    words, title = asked.text("q"), asked.text("title")
    where = standing(visit.context, visit.tenant, visit.learner_id)
    declared = {one.label for one in where.declared}
    found = [m for m in find_skills(visit.context, visit.tenant, words, FOUND) if m.label not in declared]
    return visit.show(
        "learner/you.html", 422 if fault else 200,
        step="you", standing=where, words=words, found=found, title=title, credentials=_credentials(visit, title),
        reach=reach(visit.context, visit.tenant), fault=fault, sent=visit.form, today=visit.site.now().date(),
    )  # fmt: skip


def _credentials(visit: Visit, words: str) -> tuple[Credential, ...]:
    if not words:
        return ()
    found, _ = catalogue.list_credentials(visit.context, visit.tenant, words[:200], "", LOOKED_AT)
    named = words.casefold()
    return tuple(sorted(found, key=lambda record: named not in record.title.casefold())[:FOUND])
