"""Which bundle serves: list, promote, roll back."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from credpath.api.bodies import ProtectedRoute
from credpath.api.deps import CallDep, PathId, reply
from credpath.api.schemas.operations import ModelsOut, ServingOut, model_out
from credpath.service.promotion import list_models as list_bundles
from credpath.service.promotion import promote as promote_bundle
from credpath.service.promotion import rollback

router = APIRouter(prefix="/v1", route_class=ProtectedRoute, tags=["models"])


@router.get("/models", response_model=ModelsOut)
def list_models(call: CallDep) -> Response:
    """Lists every bundle, newest first; `current` marks the one that serves."""
    return reply({"items": [model_out(model) for model in list_bundles(call.context)]})


@router.post("/models/{version}:promote", response_model=ServingOut)
def promote(version: PathId, call: CallDep) -> Response:
    """Verifies a bundle and makes it the one that serves, for every tenant; a damaged one is refused with 409."""
    return reply({"version": promote_bundle(call.context, version, call.key.name)})


@router.post("/models:rollback", response_model=ServingOut)
def roll_back(call: CallDep) -> Response:
    """Goes back to the bundle that served before."""
    return reply({"version": rollback(call.context, call.key.name)})
