"""The adaptive check: what to ask a learner next."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, PathId, reply
from credpath.api.schemas.assessing import NextAssessmentIn, NextAssessmentOut, next_assessment_out
from credpath.service.next_assessment import next_assessment

router = APIRouter(prefix="/v1/learners/{learner_id}", route_class=ProtectedRoute, tags=["learners"])


@router.post("/assessments:next", response_model=NextAssessmentOut)
def choose_next_assessment(learner_id: PathId, body: NextAssessmentIn, call: CallDep) -> Response:
    """Chooses the skill, and the item, whose answer makes the next credential certain soonest; or says to stop.

    Writes nothing: put the question, send the result to `POST .../assessments`, and call again until `done`.
    Who wants to be surer sends `even_if_sure` and is asked on in the same order, until `reason` is `all_asked`
    or, with `only_items`, `no_items` with no `skill`.
    """
    found = next_assessment(call.context, call.tenant, body.ask(learner_id), body.offer())
    return reply(next_assessment_out(found))
