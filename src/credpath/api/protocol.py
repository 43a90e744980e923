"""uvicorn's parser with the bound on the head of a request that it lacks: it kept 300 MB of headers (measured).

What it cannot parse is answered like every other error.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from credpath.api.errors import PROBLEM_TYPE, problem

MAX_HEAD = 64 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection whose request line and headers go on past `MAX_HEAD` bytes, with 431."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Bytes came in; the transport hands over at most 256 KiB at once."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._too_long and not self.transport.is_closing():
            self._refuse_head()

    def on_headers_complete(self) -> None:
        """The head ends, the body begins."""
        super().on_headers_complete()
        self._in_head = False

    def on_message_complete(self) -> None:
        """The body ends; what comes next is another head."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- the parser's words, which say nothing
        """What uvicorn calls where it cannot parse a request; it parses no URL over 64 KiB either."""
        if self._too_long:
            self._refuse_head()
        else:
            self._refuse(400, "bad-request", "the request is not HTTP", "mend its request line and headers")

    @property
    def _too_long(self) -> bool:
        return self._in_head and self._head_bytes > MAX_HEAD

    def _refuse_head(self) -> None:
        what = f"the request line and headers are over {MAX_HEAD} bytes"
        self._refuse(431, "head-too-large", what, "send fewer or shorter headers")

    def _refuse(self, status: int, slug: str, what: str, hint: str) -> None:
        body = bytes(problem(secrets.token_hex(16), status, slug, what, hint=hint).body)
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: {PROBLEM_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()
