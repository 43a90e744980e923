"""What routes ask for by type: the call with its caller, ids from the path, and how an answer is sent."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Path
from pydantic import AfterValidator
from starlette.requests import Request
from starlette.responses import Response

from credpath.api.metrics import Metrics
from credpath.api.schemas.values import ID_PATTERN
from credpath.api.turns import PathTurns
from credpath.config import Settings
from credpath.domain.rules import MAX_ID, check_id
from credpath.errors import TooLarge
from credpath.service.context import Context
from credpath.store.keys import ApiKey


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised call: who makes it, and what it may use."""

    context: Context
    settings: Settings
    metrics: Metrics
    key: ApiKey
    path_turns: PathTurns

    @property
    def tenant(self) -> str:
        """Whose rows the call may touch."""
        return self.key.tenant


# Coroutines, though they wait for nothing: a plain function would cost a trip to the thread pool each.


async def _call(request: Request) -> Call:
    state = request.app.state
    return Call(state.context, state.settings, state.metrics, request.state.caller, state.path_turns)


async def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _body(request: Request) -> bytes:
    return await request.body()


def path_id(value: str) -> str:
    """An id as it was meant: middleware kept its encoded slashes as NUL. Raises InvalidInput."""
    return check_id(value.replace("\x00", "/"), "id")


CallDep = Annotated[Call, Depends(_call)]
ContextDep = Annotated[Context, Depends(_context)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
BodyDep = Annotated[bytes, Depends(_body)]
PathId = Annotated[
    str,
    AfterValidator(path_id),
    Path(
        min_length=1,
        max_length=MAX_ID,
        description="1 to 200 printable characters; a slash within it is sent as %2F.",
        examples=["learner-17"],
        json_schema_extra={"pattern": ID_PATTERN},  # documented only: checked after the slashes are back
    ),
]


def reply(content: Any, status: int = 200) -> Response:
    """JSON made in the worker thread. Output types are checked statically, so nothing validates them again here."""
    return Response(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY), status, media_type="application/json")


def check_batch(batch: Sized, limit: int) -> None:
    """Raises TooLarge for more entries than an operator allows in a call."""
    if len(batch) > limit:
        raise TooLarge(f"{len(batch)} entries in a batch, over {limit}", where="body", fix="send several batches")
