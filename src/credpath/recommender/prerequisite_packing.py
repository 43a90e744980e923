"""From records to the arrays of the prerequisite graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from credpath.domain.catalogue import Credential
from credpath.recommender.csr import Lists, group_by, offsets
from credpath.recommender.prerequisite_graph import PrerequisiteGraph

Group = tuple[float, tuple[tuple[str, float], ...]]  # what is needed, and (member id, what it brings)


def pack_graph(
    credentials: Sequence[Credential], stack_groups: Mapping[str, Group], replaced: Mapping[str, Sequence[str]]
) -> PrerequisiteGraph:
    """`credentials` in row order; `stack_groups`: the rule of each stack that its members earn."""
    outside = _outside(credentials, replaced)
    node = {c.credential_id: row for row, c in enumerate(credentials)} | outside
    groups = {row: _groups(c, stack_groups) for row, c in enumerate(credentials)}
    owned = {row: mine for row, mine in groups.items() if mine}
    flat = [(at, needed, members) for at, mine in enumerate(owned.values()) for needed, members in mine]
    entries = [(node[member], weight) for _, _, members in flat for member, weight in members]
    members = np.array([member for member, _ in entries], dtype=np.int32)
    weights = np.array([weight for _, weight in entries], dtype=np.float64)
    counts = np.array([len(members) for _, _, members in flat], dtype=np.int64)
    order, named_starts = group_by(members, len(node))
    owner_of = np.full(len(node), -1, dtype=np.int32)
    owner_of[list(owned)] = np.arange(len(owned))
    grants = [(node[newer], node[older]) for newer in sorted(replaced) for older in replaced[newer]]
    return PrerequisiteGraph(
        size=len(credentials),
        outside=outside,
        owners=np.array(list(owned), dtype=np.int32),
        group_owner=np.array([at for at, _, _ in flat], dtype=np.int32),
        needed=np.array([needed for _, needed, _ in flat], dtype=np.float64),
        starts=offsets(counts),
        members=members,
        weights=weights,
        earned=np.array([c.credential_id in stack_groups for c in credentials], dtype=bool),
        owner_of=owner_of,
        owner_starts=offsets(np.array([len(mine) for mine in owned.values()], dtype=np.int64)),
        grant_from=np.array([newer for newer, _ in grants], dtype=np.int32),
        grant_to=np.array([older for _, older in grants], dtype=np.int32),
        required_by=_required_by(owned, node),
        named_starts=named_starts,
        named_groups=np.repeat(np.arange(len(flat), dtype=np.int32), counts)[order],
        named_weights=weights[order],
    )


def _outside(credentials: Sequence[Credential], replaced: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Ids that records name but the catalogue does not hold -> node, after the rows."""
    hard = {member for c in credentials for group in c.prerequisites for member in group.credential_ids}
    soft = {p.credential_id for c in credentials for p in c.preparation if p.credential_id}
    unknown = hard.union(soft, *replaced.values()) - {c.credential_id for c in credentials}
    return {name: len(credentials) + at for at, name in enumerate(sorted(unknown))}


def _groups(credential: Credential, stack_groups: Mapping[str, Group]) -> list[Group]:
    hard = [(float(g.needed), tuple((m, 1.0) for m in g.credential_ids)) for g in credential.prerequisites]
    rule = stack_groups.get(credential.credential_id)
    return [*hard, rule] if rule else hard


def _required_by(owned: Mapping[int, Sequence[Group]], node: Mapping[str, int]) -> Lists:
    lists: list[set[int]] = [set() for _ in node]
    for row, groups in owned.items():
        for member in {member for _, members in groups for member, _ in members}:
            lists[node[member]].add(row)
    return Lists.of([sorted(owners) for owners in lists])
