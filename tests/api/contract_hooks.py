"""Loaded by schemathesis: how it writes bodies that it does not know."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def as_text(_: Any, value: Any) -> bytes:
    return str(value).encode()
