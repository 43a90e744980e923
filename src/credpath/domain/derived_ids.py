"""Ids for what brings none, made from what it says: said again it is known again."""

from __future__ import annotations

import hashlib


def derived_id(prefix: str, *parts: str) -> str:
    """An id that depends on each part and on where it ends, and on nothing else."""
    content = "\x1f".join(parts).encode("utf-8", errors="surrogatepass")
    return f"{prefix}-{hashlib.sha256(content).hexdigest()[:32]}"
