"""Which bundle serves: list, promote, roll back, and the history of that."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, PathId, reply
from credpath.api.schemas.models_out import HistoryOut, ModelsOut, ServingOut, change_out, model_out
from credpath.api.schemas.values import Input, Label
from credpath.service import promotion

router = APIRouter(prefix="/v1", route_class=ProtectedRoute, tags=["models"])


class ReasonQuery(Input):
    """Why; kept in the history."""

    reason: Label = Field("", description="Kept in the history.", examples=["slow on mobile"])


class HistoryQuery(Input):
    """How much of the history."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20


@router.get("/models", response_model=ModelsOut)
def list_models(call: CallDep) -> Response:
    """Lists every bundle, newest first; `current` marks the one that serves. Figures are those of your own model."""
    return reply({"items": [model_out(model) for model in promotion.list_models(call.context, call.tenant)]})


@router.get("/models/history", response_model=HistoryOut)
def history(query: Annotated[HistoryQuery, Query()], call: CallDep) -> Response:
    """Lists the last switches, newest first: who, when and why. Of another tenant's only that it happened."""
    found = promotion.history(call.context, call.tenant, limit=query.limit)
    return reply({"items": [change_out(change) for change in found]})


@router.post("/models/{version}:promote", response_model=ServingOut)
def promote(version: PathId, query: Annotated[ReasonQuery, Query()], call: CallDep) -> Response:
    """Verifies a bundle and makes it the one that serves, for every tenant; a damaged one is refused with 409."""
    promotion.promote(call.context, version, call.key.name, tenant=call.tenant, reason=query.reason)
    return reply(_serving(call, version))


@router.post("/models:rollback", response_model=ServingOut)
def roll_back(query: Annotated[ReasonQuery, Query()], call: CallDep) -> Response:
    """Goes back to the bundle that served before."""
    version = promotion.rollback(call.context, call.key.name, tenant=call.tenant, reason=query.reason)
    return reply(_serving(call, version))


def _serving(call: CallDep, version: str) -> ServingOut:
    return {"version": version, "held_by_gate": promotion.held_by_gate(call.context, version).get(call.tenant, "")}
