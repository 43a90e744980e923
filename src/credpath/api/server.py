"""Run the server. Nothing that computes is imported before the number of threads is set."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from credpath.config import Settings, load_settings, unknown_variables
from credpath.errors import CredpathError, NotReady
from credpath.logs import configure_logging

if TYPE_CHECKING:
    from credpath.api.app import Api

log = structlog.get_logger(__name__)

WORKER_SECONDS = 60

Run = Callable[[list[socket.socket]], None]


def make_app(settings: Settings | None = None) -> Api:
    """An app over a context of its own; without settings it reads the environment."""
    # Read by the native libraries when they load: two threads a request make every request slower under load.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings = settings or load_settings()
    configure_logging(settings.log_level)
    from credpath.api.app import create_app
    from credpath.service.opening import open_context

    return create_app(open_context(settings.url, settings.models, settings.preferences(), watch=True), settings)


def make_worker() -> Api:
    """`make_app` in one of several processes. What is wrong with the installation ends them all.

    Any other way out would have uvicorn start the worker again, for ever.
    """
    try:
        return make_app()
    except CredpathError as error:
        log.error("worker cannot start", reason=str(error))
        raise SystemExit(STARTUP_FAILURE) from None


def _check_workers(settings: Settings) -> None:
    """What would keep every worker from starting, said at once and once. Raises NotReady and InvalidInput.

    Of a worker that ends while it starts, uvicorn waits a minute for an answer, and hears no signal meanwhile.
    """
    from credpath.service.opening import prepare
    from credpath.web.signing import Signing, secret_of

    settings.preferences()
    prepare(settings.url)
    Signing(secret_of(settings.secret, settings.home))


def serve(settings: Settings, listens: Callable[[str], None] = lambda _url: None) -> None:
    """Serves until it is told to stop; running requests get `shutdown_seconds` to finish.

    `listens` is told the URL from which on nobody is turned away. With several workers each reads its settings from
    the environment, keeps its own call limits and counts its own metrics; name a folder in PROMETHEUS_MULTIPROC_DIR
    to have them counted together. Raises NotReady where it cannot listen or start.
    """
    configure_logging(settings.log_level)
    for variable, nearest in unknown_variables(os.environ).items():
        log.warning("no such setting", variable=variable, nearest=nearest)
    with listening(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        log.info("server starts", host=settings.host, port=port, workers=settings.workers)
        run = _one(settings) if settings.workers == 1 else _several(settings)
        listens(f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host or 'localhost'}:{port}")
        run([listener])


def _one(settings: Settings) -> Run:
    return uvicorn.Server(uvicorn.Config(make_app(settings), **options(settings))).run


def _several(settings: Settings) -> Run:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _check_workers(settings)
    app = "credpath.api.server:make_worker"
    config = uvicorn.Config(app, factory=True, workers=settings.workers, **options(settings))

    def run(listeners: list[socket.socket]) -> None:
        supervisor = Multiprocess(config, listeners)
        supervisor.run()
        if any(worker.exitcode == STARTUP_FAILURE for worker in supervisor.processes):
            raise NotReady("the workers cannot start", fix="the log above says why")

    return run


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections; an empty host means all addresses of the machine. Raises NotReady.

    Opened here and not by uvicorn, which leaves the process where it cannot, without a word on what to do.
    """
    try:
        # Of a name with several addresses, IPv4 first.
        family, kind, protocol, _, address = min(
            socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        )
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        where = f"{host or 'every address'}, port {port}"
        if error.errno == errno.EADDRINUSE:
            fix = "choose another by --port or CREDPATH_PORT, or stop that program"
            raise NotReady("another program listens there", where=where, fix=fix) from error
        fix = "give an address of this machine by --host (CREDPATH_HOST), and by --port one that you may use"
        raise NotReady(f"cannot listen there: {error.strerror or error}", where=where, fix=fix) from error
    return listener


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
        # A worker that loads its bundle answers late, and one that does not answer is killed and started again.
        "timeout_worker_healthcheck": WORKER_SECONDS,
    }
