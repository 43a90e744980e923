"""Run the server. Nothing that computes is imported before the number of threads is set."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn

from credpath.config import Settings, load_settings
from credpath.logs import configure_logging

if TYPE_CHECKING:
    from credpath.api.app import Api

log = structlog.get_logger(__name__)


def make_app(settings: Settings | None = None) -> Api:
    """An app over a context of its own; a worker process calls it without arguments and reads the environment."""
    # Read by the native libraries when they load: two threads a request make every request slower under load.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings = settings or load_settings()
    configure_logging(settings.log_level)
    from credpath.api.app import create_app
    from credpath.service.opening import open_context

    return create_app(open_context(settings.url, settings.models, settings.preferences(), watch=True), settings)


def serve(settings: Settings) -> None:
    """Serves until it is told to stop; running requests get `shutdown_seconds` to finish.

    With several workers each reads its settings from the environment, keeps its own call limits and counts its own
    metrics; name a folder in PROMETHEUS_MULTIPROC_DIR to have them counted together.
    """
    configure_logging(settings.log_level)
    log.info("server starts", host=settings.host, port=settings.port, workers=settings.workers)
    if settings.workers == 1:
        uvicorn.Server(uvicorn.Config(make_app(settings), **options(settings))).run()
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    uvicorn.run("credpath.api.server:make_app", factory=True, workers=settings.workers, **options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """What uvicorn is told.

    Its access log is off: it would write paths and queries, with ids and goals in them. It bounds no time of a
    client that sends slowly: that is for the proxy in front of it.
    """
    from credpath.api.protocol import BoundedProtocol

    return {
        "host": settings.host,
        "port": settings.port,
        "http": BoundedProtocol,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": settings.shutdown_seconds,
    }
