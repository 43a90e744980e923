"""Pages by cursor: opaque, bound to the query that made it, refused when altered."""

from __future__ import annotations

import base64
import binascii
import hashlib

from credpath.errors import InvalidInput

CHECK_BYTES = 6


def seal(after: str, query: str) -> str | None:
    """The cursor of the next page, which begins after `after`; None when there is none."""
    if not after:
        return None
    content = after.encode()
    return base64.urlsafe_b64encode(_check(content, query) + content).rstrip(b"=").decode()


def unseal(cursor: str, query: str) -> str:
    """Where a page begins; "" for the first. Raises InvalidInput for a cursor of another query, or an altered one.

    The check is against accidents, no secret: a cursor only names a place in the caller's own list.
    """
    if not cursor:
        return ""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, content = sealed[:CHECK_BYTES], sealed[CHECK_BYTES:]
        if check == _check(content, query) and seal(content.decode(), query) == cursor:
            return content.decode()
    except (binascii.Error, ValueError):
        pass
    raise InvalidInput(
        "the cursor is not one of this list", where="cursor", fix="take `next_cursor` as it is, with the same q"
    )


def _check(content: bytes, query: str) -> bytes:
    return hashlib.blake2b(content, digest_size=CHECK_BYTES, key=hashlib.sha256(query.encode()).digest()).digest()
