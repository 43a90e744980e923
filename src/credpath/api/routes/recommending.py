"""Goals, recommendations and explanations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import Field
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, PathId, reply
from credpath.api.schemas.goals import GoalsOut, goals_out
from credpath.api.schemas.operations import ExplanationOut, explanation_out
from credpath.api.schemas.recommendations import AskIn, RecommendationsOut, recommendations_out
from credpath.api.schemas.values import OPTIONAL_ID_PATTERN, FullLabel, Input
from credpath.service import explaining, goals, recommending

router = APIRouter(prefix="/v1", route_class=ProtectedRoute, tags=["recommend"])


class GoalsQuery(Input):
    """What goal, and how many answers."""

    q: FullLabel = Field(description="The career goal in words.", examples=["data analyst"])
    limit: Annotated[int, Field(ge=1, le=goals.MAX_GOALS)] = 5


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=OPTIONAL_ID_PATTERN,
        description="A repeated call with the same key shows the first call's impression again.",
    ),
]


@router.post("/recommendations", response_model=RecommendationsOut)
def recommend(body: AskIn, call: CallDep, idempotency_key: IdempotencyKey = "") -> Response:
    """Recommends what to take next, with reasons, and logs the impression.

    Without any goal, a slate that suits the profile is made all the same; `degraded` says when a fallback made it.
    """
    answer = recommending.recommend(call.context, call.tenant, body.of(idempotency_key))
    call.metrics.recommended(degraded=answer.degraded)
    return reply(recommendations_out(answer))


@router.get("/goals", response_model=GoalsOut)
def find_goals(query: Annotated[GoalsQuery, Query()], call: CallDep) -> Response:
    """Finds the occupations that the words may mean, with confidence and required skills."""
    return reply(goals_out(goals.find_goals(call.context, call.tenant, query.q, query.limit)))


@router.get("/impressions/{impression_id}/explanation", response_model=ExplanationOut)
def explain(impression_id: PathId, call: CallDep) -> Response:
    """Explains a recommendation by running the ranker again on what was logged with it."""
    return reply(explanation_out(explaining.explain(call.context, call.tenant, impression_id)))
