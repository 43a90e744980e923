"""What routes ask for by type: the context, the caller, ids from the path."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path
from pydantic import AfterValidator
from starlette.requests import Request

from credpath.api.metrics import Metrics
from credpath.config import Settings
from credpath.domain.rules import MAX_ID, check_id
from credpath.service.context import Context
from credpath.store.keys import ApiKey

# Coroutines, though they wait for nothing: a plain function would cost a trip to the thread pool each.


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _caller(request: Request) -> ApiKey:
    caller: ApiKey = request.state.caller  # bodies.ProtectedRoute put it there
    return caller


async def _body(request: Request) -> bytes:
    return await request.body()


def path_id(value: str) -> str:
    """An id as it was meant: middleware kept its encoded slashes as NUL. Raises InvalidInput."""
    return check_id(value.replace("\x00", "/"), "id")


ContextDep = Annotated[Context, Depends(_context)]
SettingsDep = Annotated[Settings, Depends(_settings)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
CallerDep = Annotated[ApiKey, Depends(_caller)]
BodyDep = Annotated[bytes, Depends(_body)]
PathId = Annotated[
    str,
    AfterValidator(path_id),
    Path(
        min_length=1,
        max_length=MAX_ID,
        description="1 to 200 printable characters; a slash within it is sent as %2F.",
        examples=["learner-17"],
    ),
]
