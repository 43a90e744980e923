"""Log lines, seen from outside: a process of its own, as a server's are."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

PROGRAM = """
import logging
import structlog
from credpath.logs import configure_logging
configure_logging("info", terminal={terminal})
log = structlog.get_logger("credpath.test")
structlog.contextvars.bind_contextvars(request_id="r-1", tenant="campus")
log.info("request", route="/v1/goals", status=200)
log.debug("not shown")
logging.getLogger("uvicorn.error").info("started")
logging.getLogger("sqlalchemy.engine").info("SELECT secret")
def work(password):
    raise ValueError("broken")
try:
    work("hunter2")
except ValueError:
    log.exception("failed")
    logging.getLogger("uvicorn.error").exception("failed too")
"""


def lines_of(terminal: bool) -> str:
    program = PROGRAM.format(terminal=terminal)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


def test_each_line_is_one_json_object_with_what_is_bound() -> None:
    lines: list[dict[str, Any]] = [json.loads(line) for line in lines_of(terminal=False).splitlines()]
    assert [line["event"] for line in lines] == ["request", "started", "failed", "failed too"]
    assert {line["request_id"] for line in lines} == {"r-1"}
    assert lines[0]["tenant"] == "campus"
    assert lines[0]["level"] == "info"
    assert lines[0]["timestamp"].endswith("Z")
    assert lines[2]["exception"][0]["exc_type"] == "ValueError"


def test_neither_form_prints_the_values_of_variables() -> None:
    for terminal in (False, True):
        text = lines_of(terminal)
        assert "broken" in text
        assert "hunter2" not in text
