"""Newer versions: which credentials replace which, and which are thereby no longer a next step."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from credpath.domain.catalogue import Credential
from credpath.recommender.csr import Mask

# How far back a version reaches; without a bound, a chain of thousands takes time with its square.
MOST_VERSIONS = 100


def replaced_by(credentials: Sequence[Credential]) -> dict[str, tuple[str, ...]]:
    """credential_id -> every id that it replaces, directly or through others, sorted.

    Two that claim to replace each other replace nothing: a data error must not take both away.
    """
    edges = {c.credential_id: c.supersedes for c in credentials if c.supersedes}
    reach = {credential_id: _reach(credential_id, edges) for credential_id in edges}
    return {
        newer: tuple(sorted(o for o in older if newer not in reach.get(o, ()) and o != newer))
        for newer, older in reach.items()
    }


def _reach(start: str, edges: Mapping[str, Sequence[str]]) -> set[str]:
    """Nearest versions first, at most MOST_VERSIONS."""
    seen: set[str] = set()
    waiting = deque(edges[start])
    while waiting and len(seen) < MOST_VERSIONS:
        older = waiting.popleft()
        if older not in seen:
            seen.add(older)
            waiting.extend(edges.get(older, ()))
    return seen


def superseded_rows(credentials: Sequence[Credential], replaced: Mapping[str, Sequence[str]]) -> Mask:
    """(n,) marked superseded by its source, or replaced by one that is active."""
    active = {c.credential_id for c in credentials if c.status == "active"}
    gone = {older for newer, olders in replaced.items() if newer in active for older in olders}
    flags = (c.status == "superseded" or c.credential_id in gone for c in credentials)
    return np.fromiter(flags, dtype=bool, count=len(credentials))
