"""The prerequisite graph: cycles, dangling edges, what is unmet, what is attainable."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from credpath.domain.catalogue import Credential, PrerequisiteGroup


def hard_edges(credentials: Iterable[Credential]) -> dict[str, tuple[str, ...]]:
    """credential_id -> every credential that one of its hard groups names."""
    return {
        c.credential_id: tuple(dict.fromkeys(m for group in c.prerequisites for m in group.credential_ids))
        for c in credentials
    }


def find_cycle(edges: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The members of one cycle, first repeated at the end, or () for a DAG. Same answer for any row order."""
    ordered = {node: sorted(edges[node]) for node in sorted(edges)}
    try:
        TopologicalSorter(ordered).prepare()
    except CycleError as error:
        members = list(reversed(error.args[1]))[:-1]  # graphlib lists predecessors; a reader follows "requires"
        start = members.index(min(members))
        turned = members[start:] + members[:start]
        return (*turned, turned[0])
    return ()


def dangling_edges(credentials: Iterable[Credential], known: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(credential, named but unknown credential), sorted."""
    return tuple(sorted({(c.credential_id, e) for c in credentials for e in c.edges() if e not in known}))


def unmet(credential: Credential, held: Collection[str]) -> tuple[PrerequisiteGroup, ...]:
    """The hard groups of which too few members are held."""
    return tuple(g for g in credential.prerequisites if sum(m in held for m in g.credential_ids) < g.needed)


def attainable(catalogue: Mapping[str, Credential], open_ids: Collection[str], held: Collection[str]) -> frozenset[str]:
    """Credentials of `open_ids` whose prerequisites can be met by taking others of `open_ids`, from `held`."""
    reached: set[str] = set(held)
    waiting = sorted(set(open_ids) - reached)
    while True:
        ready = [c for c in waiting if not unmet(catalogue[c], reached)]
        if not ready:
            return frozenset(reached & set(open_ids))
        reached.update(ready)
        waiting = [c for c in waiting if c not in reached]
