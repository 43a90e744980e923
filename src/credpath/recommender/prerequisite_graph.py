"""Hard prerequisites as arrays: what is met, what can still be met, and what taking a credential leads to.

Nodes are the n catalogue rows followed by ids that other records name but the catalogue does not hold. A stack
that is earned by its members carries its rule as one more group and is held as soon as its groups are met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.domain.catalogue import Credential
from credpath.recommender.csr import Doubles, Lists, Mask, Offsets, Rows, gather, offsets

# What a credential two steps away is worth to the first step, against one that is a single step away.
HOP_DECAY = 0.6
MAX_HOPS = 5
TOLERANCE = 1e-6  # sums of ECTS in floating point

Group = tuple[float, tuple[tuple[str, float], ...]]  # what is needed, and (member id, what it brings)


@dataclass(frozen=True, slots=True)
class PrerequisiteGraph:
    """Group g belongs to row `owners[group_owner[g]]` and is met when its held members bring `needed[g]`.

    `outside`: id -> node. `weights`: what a member brings: 1, or its ECTS in a stack that counts credits.
    `grants[row]`: nodes that holding the row stands for (older versions that it replaces). `required_by[node]`:
    owners that name it.
    """

    size: int
    outside: Mapping[str, int]
    owners: Rows
    group_owner: Rows
    needed: Doubles
    starts: Offsets
    members: Rows
    weights: Doubles
    automatic: Rows
    grants: Lists
    required_by: Lists

    @property
    def nodes(self) -> int:
        """Catalogue rows and outside ids together."""
        return self.size + len(self.outside)

    def holding(self, ids: Iterable[str], position: Mapping[str, int]) -> Mask:
        """(nodes,) what these ids stand for: themselves, what they replace, stacks that they complete."""
        places = [position.get(i, self.outside.get(i, -1)) for i in ids]
        return self.add(np.zeros(self.nodes, dtype=bool), [p for p in places if p >= 0])

    def add(self, held: Mask, nodes: Sequence[int]) -> Mask:
        """A copy of `held` with more nodes and all that follows from them."""
        after = held.copy()
        after[nodes] = True
        rows = np.array([node for node in nodes if node < self.size], dtype=np.int64)
        after[self.grants.of_rows(rows)] = True
        while len(self.automatic):
            met = self.automatic[self.met(after)[self.automatic] & ~after[self.automatic]]
            if not len(met):
                break
            after[met] = True
            after[self.grants.of_rows(met)] = True
        return after

    def short(self, held: Mask) -> Doubles:
        """(groups,) how much each group still lacks."""
        if not len(self.needed):
            return self.needed
        brought = np.add.reduceat(self.weights * held[self.members], self.starts[:-1])
        lacking: Doubles = np.maximum(0.0, self.needed - brought)
        lacking[lacking <= TOLERANCE] = 0.0
        return lacking

    def met(self, held: Mask) -> Mask:
        """(n,) all groups of the credential are met."""
        everyone = np.ones(self.size, dtype=bool)
        everyone[self.owners[self.group_owner[self.short(held) > 0]]] = False
        return everyone

    def attainable(self, held: Mask, open_rows: Mask) -> Mask:
        """(nodes,) held, or reachable by taking only credentials of `open_rows` (n,) in some order."""
        reached = held.copy()
        may = open_rows.copy()
        may[self.automatic] = True
        while True:
            fresh = may & self.met(reached) & ~reached[: self.size]
            if not fresh.any():
                return reached
            rows = np.flatnonzero(fresh)
            reached[rows] = True
            reached[self.grants.of_rows(rows)] = True

    def leads_to(self, held: Mask, attainable: Mask, worth: Doubles) -> Doubles:
        """(n,) the best that each credential opens: worth of a locked one, shared among what it still lacks.

        `worth` (n,): what each locked credential would bring, 0 for all others; only an attainable one passes
        it on. Through several hops it shrinks by HOP_DECAY; of several opened credentials the best counts,
        since they overlap.
        """
        credit = np.zeros(self.nodes)
        lacking = self.short(held)
        unmet = np.flatnonzero(lacking)
        if not len(unmet) or not worth.any():
            return credit[: self.size]
        entries, group = gather(self.starts, unmet)
        owner = self.owners[self.group_owner[unmet]][group]
        member = self.members[entries]
        missing = np.bincount(self.group_owner[unmet], weights=lacking[unmet], minlength=len(self.owners))
        share = np.minimum(1.0, self.weights[entries] / missing[self.group_owner[unmet]][group])
        share[held[member] | held[owner] | ~attainable[owner]] = 0.0
        for _ in range(MAX_HOPS):
            total = np.maximum(worth, HOP_DECAY * credit[: self.size])
            before = credit.copy()
            np.maximum.at(credit, member, share * total[owner])
            if np.array_equal(before, credit):
                break
        return credit[: self.size]


def pack_graph(
    credentials: Sequence[Credential], stack_groups: Mapping[str, Group], replaced: Mapping[str, Sequence[str]]
) -> PrerequisiteGraph:
    """`credentials` in row order; `stack_groups`: the rule of each stack that its members earn."""
    position = {c.credential_id: row for row, c in enumerate(credentials)}
    groups = {row: _groups(c, stack_groups) for row, c in enumerate(credentials)}
    owned = {row: mine for row, mine in groups.items() if mine}
    named = {member for mine in owned.values() for _, members in mine for member, _ in members}
    named |= {p.credential_id for c in credentials for p in c.preparation if p.credential_id}
    unknown = sorted(named.union(*replaced.values()) - position.keys())
    outside = {name: len(credentials) + at for at, name in enumerate(unknown)}
    node = position | outside
    flat = [(at, needed, members) for at, mine in enumerate(owned.values()) for needed, members in mine]
    entries = [(node[m], weight) for _, _, members in flat for m, weight in members]
    required_by: list[set[int]] = [set() for _ in node]
    for row, mine in owned.items():
        for member in {m for _, members in mine for m, _ in members}:
            required_by[node[member]].add(row)
    return PrerequisiteGraph(
        size=len(credentials),
        outside=outside,
        owners=np.array(list(owned), dtype=np.int32),
        group_owner=np.array([at for at, _, _ in flat], dtype=np.int32),
        needed=np.array([needed for _, needed, _ in flat], dtype=np.float64),
        starts=offsets(np.array([len(members) for _, _, members in flat], dtype=np.int64)),
        members=np.array([m for m, _ in entries], dtype=np.int32),
        weights=np.array([weight for _, weight in entries], dtype=np.float64),
        automatic=np.array([position[s] for s in sorted(stack_groups)], dtype=np.int32),
        grants=Lists.of([[node[o] for o in replaced.get(c.credential_id, ())] for c in credentials]),
        required_by=Lists.of([sorted(owners) for owners in required_by]),
    )


def _groups(credential: Credential, stack_groups: Mapping[str, Group]) -> list[Group]:
    hard = [(float(g.needed), tuple((m, 1.0) for m in g.credential_ids)) for g in credential.prerequisites]
    rule = stack_groups.get(credential.credential_id)
    return [*hard, rule] if rule else hard
