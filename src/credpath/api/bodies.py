"""Routes that know their caller before they read a byte, and read JSON strictly."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import orjson
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from credpath.api.errors import MalformedBody, UnsupportedMedia
from credpath.api.security import authorise

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
# Types of an import's body with the format that each means unless the query says otherwise.
TEXT_TYPES = {
    "application/x-ndjson": "native",
    "application/jsonl": "native",
    "application/ld+json": "ctdl",
    "text/csv": "csv",
}
Model = TypeVar("Model", bound=BaseModel)


class ProtectedRoute(APIRoute):
    """Authorises first, then reads the body, then does what every route does."""

    def get_route_handler(self) -> Handler:
        """The handler that the router calls."""
        answer = super().get_route_handler()
        reads_json = self.body_field is not None

        async def handle(request: Request) -> Response:
            request.state.caller = await authorise(request)
            return await answer(await read_json(request) if reads_json else request)

        return handle


class JsonRequest(Request):
    """A request whose body was parsed already."""

    document: Any

    async def json(self) -> Any:
        """The parsed body, where the framework would parse it itself."""
        return self.document


async def read_json(request: Request) -> JsonRequest:
    """Reads and parses the body. Raises UnsupportedMedia or MalformedBody.

    orjson and not the json of the standard library, which takes NaN, 1e999, lone surrogates and integers of
    any length, and overflows the stack on deep nesting.
    """
    if (media_type := media_type_of(request)) != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMedia(
            "this route reads JSON", where="content-type", fix="send `Content-Type: application/json`"
        )
    parsed = JsonRequest(request.scope, request.receive)
    parsed.document = parse_json(await parsed.body())
    return parsed


def parse_json(body: bytes) -> Any:
    """The document. Raises MalformedBody with the place of the fault."""
    if not body:
        raise MalformedBody("the body is empty", where="body", fix="send a JSON object")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"not JSON: {error}", where="body", fix="send one JSON document in UTF-8") from error


def validated(model: type[Model], document: object) -> Model:
    """A document as a model, where the framework does not do it. Raises RequestValidationError."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from error


def media_type_of(request: Request) -> str:
    """The type of the body without parameters, lower case. Raises UnsupportedMedia for a compressed body."""
    coding = request.headers.get("content-encoding", "identity").strip().casefold()
    if coding not in ("", "identity"):
        raise UnsupportedMedia(f"the body is coded with {coding[:40]!r}", where="content-encoding", fix="send it plain")
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()
