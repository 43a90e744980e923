"""Step four, the plan: controls, the next credential with its reasons, and the path that follows it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import get_args

from fastapi import APIRouter
from starlette.responses import Response

from credpath.domain.paths import PathKind
from credpath.errors import InvalidInput
from credpath.service.asking import Ask
from credpath.service.own_words import change_profile
from credpath.service.path_export import export_calendar
from credpath.service.planning_paths import PathAnswer, plan_paths
from credpath.service.recommending import RecommendAnswer, recommend
from credpath.web.forms import Form, query_of
from credpath.web.learner_visits import SenderDep, Visit, VisitDep
from credpath.web.pages import HEADERS, PageRoute, go
from credpath.web.plan_views import plan_view
from credpath.web.plan_wishes import PARTICIPATION, Wishes, kept_profile, read_wishes, trial

router = APIRouter(prefix="/learn/plan", route_class=PageRoute)
KINDS: dict[str, PathKind] = {kind: kind for kind in get_args(PathKind)}
SHOWN = 4  # the next credential and what else would be good


@router.get("")
async def show(visit: VisitDep) -> Response:
    """The plan within the limits of the address. Looking at limits keeps nothing; the usual ones keep the path."""
    if not visit.profile.goal.strip():
        return go("/learn/goal")
    return await visit.plan_in_turn(lambda: _page(visit))


def _page(visit: Visit) -> Response:
    form = query_of(visit.request)
    wishes = _wishes(visit, form)
    answer, slate = _plan(visit, wishes)
    view = plan_view(answer, wishes.path, visit.site.now().date()) if answer else None
    rates = sorted(visit.context.preferences.exchange_rates)
    return visit.show(
        "learner/plan.html", step="plan", wishes=wishes, form=form, view=view, slate=slate, currencies=rates,
        forms_of_participation=PARTICIPATION, agrees=_agrees(answer, slate),
        trial=lambda concession: trial(concession, wishes.constraints, visit.site.now().date()),
    )  # fmt: skip


def _plan(visit: Visit, wishes: Wishes) -> tuple[PathAnswer, RecommendAnswer] | tuple[None, None]:
    def plan() -> tuple[PathAnswer, RecommendAnswer]:
        # The path first: what is suggested next follows the path that is kept.
        answer = plan_paths(visit.context, visit.tenant, _ask(visit, wishes), keep="best" if wishes.usual else None)
        return answer, _suggest(visit, wishes)

    try:
        return wishes.planned(plan)
    except InvalidInput as error:
        wishes.faults[error.where] = error.what
        return None, None


@router.post("/keep")
def keep_limits(visit: SenderDep) -> Response:
    """Makes hours and budget the learner's usual ones."""
    wishes = _wishes(visit, visit.form)
    if not wishes.faults:
        change_profile(visit.context, visit.tenant, visit.learner_id, lambda profile: kept_profile(profile, wishes))
    return go("/learn/plan?done=saved" if not wishes.faults else "/learn/plan")


@router.post("/follow")
async def follow(visit: SenderDep) -> Response:
    """Keeps the alternative that the learner wants to follow, within the limits that it was made for."""

    def work() -> Response:
        wishes, kind = _asked(visit, visit.form.text("path"))
        wishes.planned(lambda: plan_paths(visit.context, visit.tenant, _ask(visit, wishes), keep=kind))
        return go("/learn/plan?done=followed")

    return await visit.plan_in_turn(work)


@router.get("/calendar")
async def enter_in_calendar(visit: VisitDep) -> Response:
    """The alternative that is looked at, as an iCalendar file."""

    def work() -> Response:
        wishes, kind = _asked(visit, query_of(visit.request).text("path") or "best")
        file = wishes.planned(lambda: export_calendar(visit.context, visit.tenant, _ask(visit, wishes), kind))
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="credpath.ics"'}
        return Response(file, 200, headers, "text/calendar")

    return await visit.plan_in_turn(work)


def _asked(visit: Visit, kind: str) -> tuple[Wishes, PathKind]:
    """The limits of the address, as the page reads them, with a kind of path. Raises InvalidInput for no such kind."""
    wishes = _wishes(visit, query_of(visit.request))
    if kind not in KINDS:
        raise InvalidInput("there is no such path", where="path", fix="choose one of the paths that are shown")
    return wishes, KINDS[kind]


def _wishes(visit: Visit, form: Form) -> Wishes:
    rates = visit.context.preferences.exchange_rates
    return read_wishes(form, visit.profile, rates, visit.site.now().date())


def _ask(visit: Visit, wishes: Wishes) -> Ask:
    seed = _seed(visit.tenant, visit.learner_id, visit.site.now().date())
    return Ask(learner_id=visit.learner_id, constraints=wishes.constraints, limit=SHOWN, seed=seed)


def _seed(tenant: str, learner_id: str, today: date) -> int:
    """The same all day, so that exploring does not show another credential at every reload."""
    return int.from_bytes(hashlib.sha256(f"{tenant}\0{learner_id}\0{today}".encode()).digest()[:4], "big")


def _suggest(visit: Visit, wishes: Wishes) -> RecommendAnswer:
    answer = recommend(visit.context, visit.tenant, _ask(visit, wishes))
    visit.request.app.state.metrics.recommended(degraded=answer.degraded)
    return answer


def _agrees(answer: PathAnswer | None, slate: RecommendAnswer | None) -> bool:
    """Whether what is suggested next is the first step of the path."""
    if answer is None or slate is None or not slate.items or not answer.paths or not answer.paths[0].steps:
        return True
    return slate.items[0].credential_id == answer.paths[0].steps[0].credential_id
