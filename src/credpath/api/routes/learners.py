"""Learners: profile, mastery, assessment results, awards, export, and being forgotten."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, PathId, check_batch, reply
from credpath.api.schemas.learners import ExportOut, ForgottenOut, LearnerIn, LearnerOut, learner_out
from credpath.api.schemas.mastery import (
    CorrectedOut,
    MasteryChangesOut,
    MasteryOut,
    WithdrawnOut,
    changes_out,
    corrected_out,
    mastery_out,
    withdrawn_out,
)
from credpath.api.schemas.mastery_in import AssessmentsIn, AwardIn, MasteryQuery, WithdrawQuery
from credpath.domain.learner import Learner
from credpath.service import learners
from credpath.service.mastery_page import mastery_page

router = APIRouter(prefix="/v1/learners/{learner_id}", route_class=ProtectedRoute, tags=["learners"])


@router.put("", response_model=LearnerOut, responses={201: {"model": LearnerOut, "description": "Created."}})
def put_learner(learner_id: PathId, body: LearnerIn, call: CallDep) -> Response:
    """Stores the profile whole: what is left out is forgotten. Answers 201 for a new learner, 200 otherwise."""
    stored, created = learners.put_learner(call.context, call.tenant, Learner(learner_id, body.profile()))
    return reply(learner_out(stored, call.context.preferences.exchange_rates), 201 if created else 200)


@router.get("", response_model=LearnerOut)
def get_learner(learner_id: PathId, call: CallDep) -> Response:
    """Reads the profile."""
    found = learners.get_learner(call.context, call.tenant, learner_id)
    return reply(learner_out(found, call.context.preferences.exchange_rates))


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
def get_mastery(learner_id: PathId, query: Annotated[MasteryQuery, Query()], call: CallDep) -> Response:
    """Estimates each skill with any evidence: probability, 90 % interval, evidence with what it moved, fading.

    With a goal, its skills without evidence too, from what is known of skills that lie near them.
    """
    page = mastery_page(call.context, call.tenant, learner_id, query.goal, query.occupation_uri)
    return reply(mastery_out(page))


@router.post("/assessments", response_model=MasteryChangesOut)
def add_assessments(learner_id: PathId, body: AssessmentsIn, call: CallDep) -> Response:
    """Takes results on named skills and answers to items, and tells what they changed.

    Repeated results change nothing. Another result of the same assessment at the same time is refused: PUT it.
    """
    check_batch(body.results, call.settings.batch_limit)
    changes = learners.add_assessments(call.context, call.tenant, learner_id, body.of(learner_id))
    return reply(changes_out(learner_id, changes))


@router.put("/assessments/{assessment_id}", response_model=CorrectedOut)
def regrade_assessment(learner_id: PathId, assessment_id: PathId, body: AssessmentsIn, call: CallDep) -> Response:
    """Makes the results all that is known of the assessment, as if they had been given at first.

    An assessment of which nothing was known is added.
    """
    check_batch(body.results, call.settings.batch_limit)
    results = body.of(learner_id, assessment_id)
    done = learners.regrade(call.context, call.tenant, learner_id, assessment_id, results)
    return reply(corrected_out(learner_id, assessment_id, done))


@router.delete("/assessments/{assessment_id}", response_model=CorrectedOut)
def void_assessment(learner_id: PathId, assessment_id: PathId, call: CallDep) -> Response:
    """Takes the results of an assessment back, as if they had never been given. An `evidence_id` names a single one."""
    done = learners.void_assessment(call.context, call.tenant, learner_id, assessment_id)
    return reply(corrected_out(learner_id, assessment_id, done))


@router.post("/awards", response_model=MasteryChangesOut)
def add_award(learner_id: PathId, body: AwardIn, call: CallDep) -> Response:
    """Records a credential that the learner holds and tells what that changed.

    Of several awards of a credential the latest counts, in whatever order they arrive.
    """
    changes = learners.add_award(call.context, call.tenant, body.of(learner_id))
    return reply(changes_out(learner_id, changes))


@router.delete("/awards/{credential_id}", response_model=WithdrawnOut)
def withdraw_award(
    learner_id: PathId, credential_id: PathId, query: Annotated[WithdrawQuery, Query()], call: CallDep
) -> Response:
    """Takes awards of a credential back, as if they had never been given; again, it changes nothing.

    Outcomes that you sent for the credential stay.
    """
    done = learners.withdraw_award(call.context, call.tenant, learner_id, credential_id, query.award_id)
    return reply(withdrawn_out(learner_id, credential_id, done))
