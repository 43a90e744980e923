"""What surrounds every request, in one plain ASGI layer: id, size limit, headers, log line, metrics, last resort.

One layer and not five: each layer costs a coroutine and a wrapped `send` on every call.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from urllib.parse import unquote, unquote_to_bytes

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from credpath.api.errors import internal_error, of_credpath_error
from credpath.api.metrics import Metrics
from credpath.api.security import Right
from credpath.errors import CredpathError, InvalidInput, TooLarge

log = structlog.get_logger(__name__)

SANE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROBES = frozenset({"/livez", "/readyz", "/metrics"})
CLIENT_LEFT = 499  # nobody reads the answer; only the log and the metrics see this number
API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
# Answers hold what learners said and what was said to them, so nothing between may keep them. A response
# that sets one of these itself (the documentation, its assets, pages) keeps its own.
DEFAULT_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", API_POLICY),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Observe:
    """Gives each request an id, bounds its body, completes its headers, counts it and writes its line."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, right_of: Callable[[object], Right | None], body_limits: BodyLimits
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._right_of = right_of
        self._body_limits = body_limits
        self._log = log.bind()  # a lazy logger is put together anew for every line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        reply = _Reply(send, request_id)
        began = time.perf_counter()
        self._metrics.begin()
        # Each request runs in a task of its own, so what is bound here ends with it.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._answer(scope, receive, reply, request_id)
        finally:
            self._note(scope, reply.status or CLIENT_LEFT, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, reply: _Reply, request_id: str) -> None:
        limit = self._body_limits.of(scope["path"])
        try:
            _check_length(scope, limit)
            _check_encoding(scope)
            _keep_encoded_slashes(scope)
            await self._app(scope, bounded(receive, limit), reply.send)
        except ClientDisconnect:
            return
        except CredpathError as error:
            if not reply.status:
                await of_credpath_error(request_id, error)(scope, receive, reply.send)
        except Exception:
            # The framework's own last resort stands outside this layer and would answer without id and headers.
            log.exception("request failed")
            if not reply.status:
                await internal_error(request_id)(scope, receive, reply.send)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        right = self._right_of(scope.get("endpoint"))
        # The template, not the path: a path holds learner ids, a query holds what somebody typed.
        route = right.template if right else "unmatched"
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._metrics.end(method, route, status, seconds)
        note = self._log.debug if route in PROBES else self._log.info
        note("request", method=method, route=route, status=status, milliseconds=round(seconds * 1e3, 2))


class _Reply:
    """Remembers the status that was sent, adds the headers, and outlives a client that hung up."""

    __slots__ = ("_request_id", "_send", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id.encode()
        self.status = 0

    async def send(self, message: Message) -> None:
        """An ASGI send."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                (b"x-request-id", self._request_id),
                *(pair for pair in DEFAULT_HEADERS if pair[0] not in present),
            ]
        try:
            await self._send(message)
        except (OSError, RuntimeError):
            # uvloop raises RuntimeError for a closed transport: the client is gone, which is no fault of ours.
            log.info("client left", status=self.status)


class BodyLimits:
    """The largest body in bytes, by path."""

    def __init__(self, usual: int, by_path: dict[str, int]) -> None:
        self._usual = usual
        self._by_path = by_path

    def of(self, path: str) -> int:
        """The limit of a path."""
        return self._by_path.get(path, self._usual)


def request_id_of(scope: Scope) -> str:
    """The caller's X-Request-ID when it is short and plain, otherwise a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and SANE_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return secrets.token_hex(16)


def _check_length(scope: Scope, limit: int) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value[:20]) > limit:
            raise _too_large(limit)


def _check_encoding(scope: Scope) -> None:
    """Refuses what is not UTF-8: decoded leniently, two ids would become one."""
    for where, raw in (("path", scope.get("raw_path") or b""), ("query", scope["query_string"])):
        if b"%" in raw or not raw.isascii():
            try:
                unquote_to_bytes(raw).decode()
            except UnicodeDecodeError:
                fix = "escape the bytes of its UTF-8 form: é is %C3%A9"
                raise InvalidInput(f"the {where} is not UTF-8", where=where, fix=fix) from None


def bounded(receive: Receive, limit: int) -> Receive:
    """`receive` that raises TooLarge past `limit` bytes: a chunked body states no length beforehand."""
    total = 0

    async def counting() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise _too_large(limit)
        return message

    return counting


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is over {limit} bytes", where="body", fix="send it in parts")


def _keep_encoded_slashes(scope: Scope) -> None:
    """Lets an id with a slash, such as a URL, be one segment of the path.

    The server decodes %2F before the router splits the path. Here it becomes NUL, which no id may hold;
    deps.path_id turns it back.
    """
    raw: bytes = scope.get("raw_path") or b""
    if b"%" not in raw:
        return
    if b"%00" in raw:
        raise InvalidInput("the path holds a NUL character", where="path", fix="remove it")
    if b"%2F" in raw or b"%2f" in raw:
        scope["path"] = unquote(raw.replace(b"%2f", b"%00").replace(b"%2F", b"%00").decode("latin-1"))
