"""Logging: one JSON object a line, or coloured lines on a terminal. Never learner text, ids or secrets."""

from __future__ import annotations

import logging
import sys

import structlog

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logging(level: str = "info", *, terminal: bool | None = None) -> None:
    """Sends every log line of this process to stderr; `terminal` None asks stderr what it is.

    `request_id` and `tenant` are bound for the length of a request (api/middleware.py, api/security.py).
    """
    readable = sys.stderr.isatty() if terminal is None else terminal
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = _readable() if readable else _json()
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_logging(level, shared, last)


def _readable() -> list[structlog.typing.Processor]:
    # The plain formatter: the default one prints local variables, which hold learner text and secrets.
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]


def _json() -> list[structlog.typing.Processor]:
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    traceback = structlog.processors.ExceptionRenderer(transformer)
    return [traceback, structlog.processors.JSONRenderer(default=str)]


def _adopt_standard_logging(
    level: str, shared: list[structlog.typing.Processor], last: list[structlog.typing.Processor]
) -> None:
    """Lines of uvicorn, SQLAlchemy and alembic take the same shape."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(LEVELS[level], logging.WARNING))
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(LEVELS[level])
