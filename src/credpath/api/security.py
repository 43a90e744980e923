"""Who may do what: the table of rights, API keys, and the limit on calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import limits
import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from credpath.api.errors import RateLimited
from credpath.errors import Forbidden, Unauthorized
from credpath.service.context import Context
from credpath.service.keys import authenticate
from credpath.store.keys import ApiKey

Scope = Literal["recommend", "read", "write", "admin"]
# Every route with the scope that it asks for; None: open to all. `admin` includes the others. A route that
# is not here stops the server from starting.
SCOPES: Mapping[str, Scope | None] = {
    "GET /v1/goals": "recommend",
    "POST /v1/recommendations": "recommend",
    "POST /v1/paths": "recommend",
    "POST /v1/paths:compare": "recommend",
    "POST /v1/paths:calendar": "recommend",
    "GET /v1/impressions/{impression_id}/explanation": "recommend",
    "PUT /v1/learners/{learner_id}": "write",
    "GET /v1/learners/{learner_id}": "read",
    "DELETE /v1/learners/{learner_id}": "write",
    "GET /v1/learners/{learner_id}/export": "read",
    "GET /v1/learners/{learner_id}/mastery": "read",
    "POST /v1/learners/{learner_id}/assessments": "write",
    "POST /v1/learners/{learner_id}/assessments:next": "recommend",
    "PUT /v1/learners/{learner_id}/assessments/{assessment_id}": "write",
    "DELETE /v1/learners/{learner_id}/assessments/{assessment_id}": "write",
    "DELETE /v1/learners/{learner_id}/awards/{credential_id}": "write",
    "POST /v1/learners/{learner_id}/awards": "write",
    "POST /v1/learners/{learner_id}/links": "write",
    "POST /v1/outcomes": "write",
    "GET /v1/credentials": "read",
    "GET /v1/credentials/{credential_id}": "read",
    "PUT /v1/credentials/{credential_id}": "write",
    "POST /v1/credentials:import": "write",
    "GET /v1/models": "read",
    "GET /v1/models/history": "admin",
    "POST /v1/models/{version}:promote": "admin",
    "POST /v1/models:rollback": "admin",
    "GET /livez": None,
    "GET /readyz": None,
    "GET /metrics": None,
    "GET /version": None,
}
HOW_TO_AUTHENTICATE = "send `Authorization: Bearer cp_...`; `credpath keys create` makes a key"
MAX_SECRET = 200


@dataclass(frozen=True, slots=True)
class Right:
    """What a route is called in logs and metrics, and the scope that it asks for."""

    template: str
    scope: Scope | None


class Rights:
    """`SCOPES` by endpoint function: what a request needs once the router has chosen its endpoint."""

    def __init__(self, app: FastAPI) -> None:
        """Reads the routes of `app`. Raises LookupError for a route outside the table, or a row without a route."""
        self._by_endpoint: dict[Callable[..., Any], Right] = {}
        self._methods: dict[str, set[str]] = {}
        missing = set(SCOPES)
        for route in iter_route_contexts(app.routes):
            if route.endpoint is None or not route.path_format:
                continue
            names = {f"{method} {route.path_format}" for method in route.methods or ()}
            listed = names & SCOPES.keys()
            if not listed and getattr(route, "include_in_schema", False):
                raise LookupError(f"no scope is set for {sorted(names)}; add a row to SCOPES")
            missing -= listed
            scope = SCOPES[next(iter(listed))] if listed else None
            self._by_endpoint[route.endpoint] = Right(route.path_format, scope)
            self._methods.setdefault(route.path_format, set()).update(route.methods or ())
        if missing:
            raise LookupError(f"SCOPES names routes that do not exist: {sorted(missing)}")

    def of(self, endpoint: object) -> Right | None:
        """The right of the endpoint that a request reached, or None when it reached none."""
        return self._by_endpoint.get(endpoint) if callable(endpoint) else None

    def methods(self, endpoint: object, otherwise: str) -> str:
        """Value of the header Allow: every method of the path, where the framework knows only one route's."""
        right = self.of(endpoint)
        return ", ".join(sorted(self._methods[right.template])) if right else otherwise


class CallLimit:
    """At most so many calls of one key in this process; a rule of "" limits nothing.

    The asynchronous kind: the other starts a thread every 10 ms to expire its entries (310 us a call, measured).
    """

    def __init__(self, rule: str) -> None:
        self._rule = limits.parse(rule) if rule else None
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def take(self, key_id: str) -> None:
        """Counts one call. Raises RateLimited, with the seconds to wait."""
        if self._rule is None or await self._window.hit(self._rule, key_id):
            return
        reset = (await self._window.get_window_stats(self._rule, key_id)).reset_time
        wait = max(1, round(reset - time.time()))
        raise RateLimited(
            f"this key may make {self._rule} calls", retry_after=wait, fix=f"wait {wait} s, then call again"
        )


async def authorise(request: Request) -> ApiKey:
    """The key of a call that may be made. Raises Unauthorized, Forbidden or RateLimited."""
    state = request.app.state
    right: Right = state.rights.of(request.scope["endpoint"])
    context: Context = state.context
    key = await _holder(context, bearer(request))
    structlog.contextvars.bind_contextvars(tenant=key.tenant)
    if right.scope not in key.scopes and "admin" not in key.scopes:
        raise Forbidden(
            f"the key {key.name!r} lacks the scope {right.scope!r}",
            where=str(right.scope),
            fix="`credpath keys create` makes a key with it",
        )
    await state.call_limit.take(key.key_id)
    return key


async def _holder(context: Context, secret: str) -> ApiKey:
    # Nothing is cached: a revoked key fails with the next call. In SQLite the look-up takes 0.1 ms, less than the
    # trip to the thread pool; a database server may take its time, which must not stop all the other calls.
    if context.database.is_sqlite:
        return authenticate(context, secret)
    return await run_in_threadpool(authenticate, context, secret)


def bearer(request: Request) -> str:
    """The secret of the Authorization header. Raises Unauthorized when there is none that could be a key."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.casefold() != "bearer" or not secret or len(secret) > MAX_SECRET or not secret.isascii():
        raise Unauthorized("no valid API key", fix=HOW_TO_AUTHENTICATE)
    return secret
