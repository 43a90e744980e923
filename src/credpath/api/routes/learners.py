"""Learners: profile, mastery, assessment results, awards, export, and being forgotten."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, PathId, check_batch, reply
from credpath.api.schemas.learners import (
    AssessmentsIn,
    AwardIn,
    ExportOut,
    ForgottenOut,
    LearnerIn,
    LearnerOut,
    MasteryChangesOut,
    MasteryOut,
    changes_out,
    learner_out,
    mastery_out,
)
from credpath.domain.learner import Learner
from credpath.service import learners

router = APIRouter(prefix="/v1/learners/{learner_id}", route_class=ProtectedRoute, tags=["learners"])


@router.put("", response_model=LearnerOut, responses={201: {"model": LearnerOut, "description": "Created."}})
def put_learner(learner_id: PathId, body: LearnerIn, call: CallDep) -> Response:
    """Stores the profile whole: what is left out is forgotten. Answers 201 for a new learner, 200 otherwise."""
    stored, created = learners.put_learner(call.context, call.tenant, Learner(learner_id, body.profile()))
    return reply(learner_out(stored), 201 if created else 200)


@router.get("", response_model=LearnerOut)
def get_learner(learner_id: PathId, call: CallDep) -> Response:
    """Reads the profile."""
    return reply(learner_out(learners.get_learner(call.context, call.tenant, learner_id)))


@router.delete("", response_model=ForgottenOut)
def forget_learner(learner_id: PathId, call: CallDep) -> Response:
    """Removes every row of the learner, also from the impressions, and counts them by kind."""
    removed = learners.forget_learner(call.context, call.tenant, learner_id)
    return reply({"learner_id": learner_id, "removed": removed})


@router.get("/export", response_model=ExportOut)
def export_learner(learner_id: PathId, call: CallDep) -> Response:
    """Gives everything that is kept of the learner."""
    return reply(learners.export_learner(call.context, call.tenant, learner_id))


@router.get("/mastery", response_model=MasteryOut)
def get_mastery(learner_id: PathId, call: CallDep) -> Response:
    """Estimates each skill with any evidence: probability, 90 % interval, evidence."""
    return reply(mastery_out(learner_id, learners.mastery_of(call.context, call.tenant, learner_id)))


@router.post("/assessments", response_model=MasteryChangesOut)
def add_assessments(learner_id: PathId, body: AssessmentsIn, call: CallDep) -> Response:
    """Takes results on named skills and tells what they changed; repeated results change nothing."""
    check_batch(body.results, call.settings.batch_limit)
    changes = learners.add_assessments(call.context, call.tenant, learner_id, body.of(learner_id))
    return reply(changes_out(learner_id, changes))


@router.post("/awards", response_model=MasteryChangesOut)
def add_award(learner_id: PathId, body: AwardIn, call: CallDep) -> Response:
    """Records a credential that the learner holds and tells what that changed."""
    changes = learners.add_award(call.context, call.tenant, body.of(learner_id))
    return reply(changes_out(learner_id, changes))
