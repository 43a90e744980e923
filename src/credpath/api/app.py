"""The application: routes, error handlers, one layer of middleware, and what they share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.routing import APIRoute

from credpath import __version__
from credpath.api import documentation
from credpath.api.errors import install_handlers
from credpath.api.metrics import Metrics
from credpath.api.middleware import BodyLimits, Observe
from credpath.api.routes import (
    assessing,
    catalogue,
    health,
    learners,
    links,
    outcomes,
    planning,
    promotion,
    recommending,
)
from credpath.api.security import CallLimit, Rights
from credpath.api.turns import PathTurns
from credpath.config import Settings
from credpath.service.context import Context
from credpath.web.routers import install_pages
from credpath.web.site import open_site

PROBE_THREADS = 2

# The router tries them in this order on every request: most called first.
ROUTERS = (
    recommending.router, outcomes.router, learners.router, assessing.router, planning.router, catalogue.router,
    promotion.router, health.router, links.router,
)  # fmt: skip


class Api(FastAPI):
    """FastAPI with the document completed."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if not self.openapi_schema:
            self.openapi_schema = documentation.complete(super().openapi())
        return self.openapi_schema


def bare_app() -> Api:
    """The routes and their documentation, without anything to answer from."""
    app = Api(
        title="credpath",
        version=__version__,
        description=documentation.DESCRIPTION,
        openapi_tags=documentation.TAGS,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan,
    )
    for router in ROUTERS:
        app.include_router(router)
    documentation.install_page(app)
    install_pages(app)
    install_handlers(app)
    return app


def create_app(context: Context, settings: Settings) -> Api:
    """The application over an open context, which it closes when the server stops."""
    app = bare_app()
    state = app.state
    state.context, state.settings = context, settings
    state.site = open_site(context, settings.secret, settings.home, settings.public_url)
    state.rights, state.metrics, state.call_limit = Rights(app), Metrics(), CallLimit(settings.rate_limit)
    state.path_turns, state.probe_threads = PathTurns(settings.paths_at_once), CapacityLimiter(PROBE_THREADS)
    app.add_middleware(
        Observe,
        metrics=state.metrics,
        right_of=state.rights.of,
        body_limits=BodyLimits(settings.body_limit, {"/v1/credentials:import": settings.import_limit}),
    )
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # The framework allows 40; more threads than processors only wait for each other.
    anyio.to_thread.current_default_thread_limiter().total_tokens = app.state.settings.threads
    try:
        yield
    finally:
        await anyio.to_thread.run_sync(app.state.context.close)
