"""Routes that know their caller before they read a byte, and read JSON strictly."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from credpath.api.errors import MalformedBody, UnsupportedMedia
from credpath.api.security import authorise

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
TEXT_TYPES = {"application/x-ndjson": "native", "application/jsonl": "native", "text/csv": "csv"}


class ProtectedRoute(APIRoute):
    """Authorises first, then reads the body, then does what every route does."""

    def get_route_handler(self) -> Handler:
        """The handler that the router calls."""
        answer = super().get_route_handler()
        reads_json = self.body_field is not None

        async def handle(request: Request) -> Response:
            request.state.caller = await authorise(request)
            if reads_json:
                await read_json(request)
            return await answer(request)

        return handle


async def read_json(request: Request) -> None:
    """Parses the body where the framework looks for it. Raises UnsupportedMedia or MalformedBody.

    orjson and not the json of the standard library, which takes NaN, 1e999, lone surrogates and integers of
    any length, and overflows the stack on deep nesting.
    """
    if (media_type := media_type_of(request)) != "application/json" and not media_type.endswith("+json"):
        raise UnsupportedMedia(
            "this route reads JSON", where="content-type", fix="send `Content-Type: application/json`"
        )
    request._json = parse_json(await request.body())


def parse_json(body: bytes) -> Any:
    """The document. Raises MalformedBody with the place of the fault."""
    if not body:
        raise MalformedBody("the body is empty", where="body", fix="send a JSON object")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"not JSON: {error}", where="body", fix="send one JSON document in UTF-8") from error


def media_type_of(request: Request) -> str:
    """The type of the body without parameters, lower case. Raises UnsupportedMedia for a compressed body."""
    coding = request.headers.get("content-encoding", "identity").strip().casefold()
    if coding not in ("", "identity"):
        raise UnsupportedMedia(f"the body is coded with {coding[:40]!r}", where="content-encoding", fix="send it plain")
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()
