"""uvicorn's parser with the bound on the head of a request that it lacks: it kept 300 MB of headers (measured)."""

from __future__ import annotations

import secrets
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
        if self._in_head and self._head_bytes > MAX_HEAD:
            self._refuse()

    def on_headers_complete(self) -> None:
        """The head ends, the body begins."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body ends; what comes next is another head."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def _refuse(self) -> None:
        body = bytes(
            problem(
                secrets.token_hex(16),
                431,
                "head-too-large",
                f"the request line and headers are over {MAX_HEAD} bytes",
                hint="send fewer or shorter headers",
            ).body
        )
        head = (
            f"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: {PROBLEM_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()
