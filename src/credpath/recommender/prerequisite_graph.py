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

    `automatic`: rows of the stacks that are earned; `earned` (n,) marks them.

    `outside`: id -> node. `weights`: what a member brings: 1, or its ECTS in a stack that counts credits.
    Holding `grant_from[i]` stands for `grant_to[i]`, an older version that it replaces. `required_by[node]`: owners
    that name it. `owner_of[node]`: its place in `owners`, or -1; `owner_starts`: where its groups start.
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
    earned: Mask
    owner_of: Rows
    owner_starts: Offsets
    grant_from: Rows
    grant_to: Rows
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
        self._grant(after)
        while len(self.automatic):
            met = self.automatic[self.met(after)[self.automatic] & ~after[self.automatic]]
            if not len(met):
                break
            after[met] = True
            self._grant(after)
        return after

    def _grant(self, held: Mask) -> None:
        held[self.grant_to[held[self.grant_from]]] = True

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
        may = open_rows | self.earned
        reached = held.copy()
        alone = may.copy()
        alone[self.owners] = False
        reached[: self.size] |= alone
        while True:
            self._grant(reached)
            ready = np.ones(len(self.owners), dtype=bool)
            ready[self.group_owner[self.short(reached) > 0]] = False
            fresh = self.owners[ready & may[self.owners] & ~reached[self.owners]]
            if not len(fresh):
                return reached
            reached[fresh] = True

    def leads_to(self, held: Mask, attainable: Mask, worth: Doubles) -> Doubles:
        """(n,) the best that each credential opens: worth of a locked one, shared among what it still lacks.

        `worth` (n,): what each locked credential would bring, 0 for all others; only an attainable one passes
        it on. Through several hops it shrinks by HOP_DECAY; of several opened credentials the best counts,
        since they overlap.
        """
        credit = np.zeros(self.nodes)
        offers = worth[self.owners]
        frontier = (offers > 0).nonzero()[0]
        for _ in range(MAX_HOPS):
            if not len(frontier):
                break
            owner, member, share = self._still_lacking(frontier, held)
            offer = share * offers[owner] * attainable[self.owners[owner]]
            better = offer > credit[member]
            member = member[better]
            np.maximum.at(credit, member, offer[better])
            reached = np.unique(self.owner_of[member])
            frontier = reached[reached >= 0]
            offers[frontier] = np.maximum(offers[frontier], HOP_DECAY * credit[self.owners[frontier]])
        return credit[: self.size]

    def _still_lacking(self, owners: Offsets, held: Mask) -> tuple[Offsets, Rows, Doubles]:
        """(owner, member, share) of every unheld member in the unmet groups of some owners."""
        groups, _ = gather(self.owner_starts, owners)
        entries, group = gather(self.starts, groups)
        members, weights = self.members[entries], self.weights[entries]
        has = held[members]
        lacking = self.needed[groups] - np.bincount(group, weights=weights * has, minlength=len(groups))
        lacking[lacking <= TOLERANCE] = 0.0
        owner = self.group_owner[groups]
        missing = np.bincount(owner, weights=lacking, minlength=len(self.owners))
        open_entry = (lacking[group] > 0) & ~has
        group, members, weights = group[open_entry], members[open_entry], weights[open_entry]
        return owner[group], members, np.minimum(1.0, weights / missing[owner[group]])


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
    grants = [(newer, older) for newer in sorted(replaced) for older in replaced[newer]]
    required_by: list[set[int]] = [set() for _ in node]
    for row, mine in owned.items():
        for member in {m for _, members in mine for m, _ in members}:
            required_by[node[member]].add(row)
    owner_of = np.full(len(node), -1, dtype=np.int32)
    owner_of[list(owned)] = np.arange(len(owned))
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
        earned=np.array([c.credential_id in stack_groups for c in credentials], dtype=bool),
        owner_of=owner_of,
        owner_starts=offsets(np.array([len(mine) for mine in owned.values()], dtype=np.int64)),
        grant_from=np.array([node[newer] for newer, _ in grants], dtype=np.int32),
        grant_to=np.array([node[older] for _, older in grants], dtype=np.int32),
        required_by=Lists.of([sorted(owners) for owners in required_by]),
    )


def _groups(credential: Credential, stack_groups: Mapping[str, Group]) -> list[Group]:
    hard = [(float(g.needed), tuple((m, 1.0) for m in g.credential_ids)) for g in credential.prerequisites]
    rule = stack_groups.get(credential.credential_id)
    return [*hard, rule] if rule else hard
