"""The quick self-check: one question at a time, chosen so that the next credential is certain soonest.

The answers travel in the address, so going back takes one back and nothing is kept until the learner says so.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.errors import InvalidInput
from credpath.service.self_check import keep_answers, next_self_question
from credpath.web.forms import query_of
from credpath.web.learner_visits import SenderDep, VisitDep
from credpath.web.pages import PageRoute, go

router = APIRouter(prefix="/learn/check", route_class=PageRoute)
MOST_QUESTIONS = 12


@router.get("")
def ask(visit: VisitDep) -> Response:
    """The next question, or what the answers came to."""
    if not visit.profile.goal.strip():
        return go("/learn/goal")
    given = query_of(visit.request)
    labels = visit.context.serving.taxonomy(visit.tenant).skills
    known = {uri: match.label for name in ("yes", "no") for uri in given.every(name) if (match := labels.by_uri(uri))}
    yes = [uri for uri in given.every("yes") if uri in known]
    no = [uri for uri in given.every("no") if uri in known and uri not in yes]
    count, asked = len({*yes, *no}), None
    if count < MOST_QUESTIONS and not given.text("stop"):
        asked = next_self_question(visit.context, visit.tenant, visit.learner_id, yes, no)
    chosen = asked.question.chosen if asked else None
    return visit.show(
        "learner/check.html", step="you", asked=asked, chosen=chosen, known=known, yes=yes, no=no,
        count=count, most=MOST_QUESTIONS,
    )  # fmt: skip


@router.post("")
async def keep(visit: SenderDep) -> Response:
    """Keeps the answers: the skills `yes` as those that the learner has, `no` as those that they do not have yet."""
    yes, no = visit.form.every("yes"), visit.form.every("no")
    if len({*yes, *no}) > MOST_QUESTIONS:
        raise InvalidInput("there are too many answers", where="yes")

    def work() -> Response:
        keep_answers(visit.context, visit.tenant, visit.learner_id, yes, no)
        return go("/learn/you?done=saved#skills")

    return await visit.plan_in_turn(work)
