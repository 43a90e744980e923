"""Hard prerequisites as arrays: what is met, what can still be met, and what taking a credential leads to.

Nodes are the n catalogue rows followed by ids that other records name but the catalogue does not hold. A stack
that is earned by its members carries its rule as one more group and is held as soon as its groups are met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.recommender.csr import Doubles, Lists, Mask, Offsets, Rows, gather, sums

# What a credential two steps away is worth to the first step, against one that is a single step away.
HOP_DECAY = 0.6
MAX_HOPS = 8
TOLERANCE = 1e-6  # sums of ECTS in floating point


@dataclass(frozen=True, slots=True)
class PrerequisiteGraph:
    """Group g belongs to row `owners[group_owner[g]]` and is met when its held members bring `needed[g]`.

    Its members are `members[starts[g]:starts[g + 1]]`; `weights` beside them: what each brings, 1 or its ECTS in a
    stack that counts credits. `named_...`: the same entries by node instead of by group.
    `owner_of[node]`: place in `owners`, or -1; `owner_starts`: where the groups of each owner start.
    `earned` (n,) marks the stacks that their members earn. `outside`: id -> node.
    Holding `grant_from[i]` stands for `grant_to[i]`, an older version. `required_by[node]`: owners that name it.
    """

    size: int
    outside: Mapping[str, int]
    owners: Rows
    group_owner: Rows
    needed: Doubles
    starts: Offsets
    members: Rows
    weights: Doubles
    earned: Mask
    owner_of: Rows
    owner_starts: Offsets
    grant_from: Rows
    grant_to: Rows
    required_by: Lists
    named_starts: Offsets
    named_groups: Rows
    named_weights: Doubles

    @property
    def nodes(self) -> int:
        """Catalogue rows and outside ids together."""
        return self.size + len(self.outside)

    def holding(self, ids: Iterable[str], position: Mapping[str, int]) -> Mask:
        """(nodes,) what these ids stand for: themselves, what they replace, stacks that they complete."""
        places = [position.get(i, self.outside.get(i, -1)) for i in ids]
        held = np.zeros(self.nodes, dtype=bool)
        self._hold(held, np.array([p for p in places if p >= 0], dtype=np.int32))
        return held

    def add(self, held: Mask, nodes: Sequence[int]) -> Mask:
        """A copy of `held` with more nodes and all that follows from them."""
        after = held.copy()
        self._hold(after, np.array(nodes, dtype=np.int32))
        return after

    def opened_by(self, held: Mask, row: int) -> Rows:
        """Rows that lack nothing more once `row` is held as well; such as were open before may be among them."""
        after = held.copy()
        after[row] = True
        self._grant(after)
        owners = self.required_by[row]
        opened = owners[self._all_met(owners, after)]
        if not self.earned[opened].any() and not (self.grant_from == row).any():
            return opened
        after = held.copy()
        touched = self._hold(after, np.array([row], dtype=np.int32))
        return touched[self._all_met(touched, after)]

    def _hold(self, held: Mask, nodes: Rows) -> Rows:
        """Marks nodes, what they stand for and the stacks that they complete, in place; returns owners touched."""
        touched = nodes[:0]
        fresh = self._reach(held, nodes) if len(nodes) else touched
        while len(fresh):
            owners = self.required_by.of_rows(fresh)
            touched = np.concatenate([touched, owners])
            stacks = owners[self.earned[owners] & ~held[owners]]
            fresh = self._reach(held, stacks[self._all_met(stacks, held)]) if len(stacks) else fresh[:0]
        return np.unique(touched)

    def _all_met(self, rows: Rows, held: Mask) -> Mask:
        """(len(rows),) each of these owners lacks nothing."""
        groups, owner = gather(self.owner_starts, self.owner_of[rows])
        entries, group = gather(self.starts, groups)
        brought = sums(group, self.weights[entries] * held[self.members[entries]], len(groups))
        met = np.ones(len(rows), dtype=bool)
        met[owner[self.needed[groups] - brought > TOLERANCE]] = False
        return met

    def _grant(self, held: Mask) -> None:
        held[self.grant_to[held[self.grant_from]]] = True

    def _reach(self, held: Mask, nodes: Rows) -> Offsets:
        """Marks nodes and what they stand for, in place; returns those that were not marked before."""
        before = held.copy()
        held[nodes] = True
        self._grant(held)
        return (held & ~before).nonzero()[0]

    def short(self, held: Mask) -> Doubles:
        """(groups,) how much each group still lacks."""
        lacking = self._lacking(held)
        lacking[lacking <= TOLERANCE] = 0.0
        return lacking

    def _lacking(self, held: Mask) -> Doubles:
        """The same, below 0 where more is held than needed."""
        if not len(self.needed):
            return self.needed.copy()
        brought: Doubles = np.add.reduceat(self.weights * held[self.members], self.starts[:-1])
        return self.needed - brought

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
        self._grant(reached)
        may_open, lacking = may[self.owners], self._lacking(reached)
        while True:
            ready = may_open & ~reached[self.owners]
            ready[self.group_owner[lacking > TOLERANCE]] = False
            if not ready.any():
                return reached
            lacking -= self._brought(self._reach(reached, self.owners[ready]))

    def _brought(self, nodes: Offsets) -> Doubles:
        """(groups,) what these nodes bring to the groups that name them."""
        entries, _ = gather(self.named_starts, nodes)
        return sums(self.named_groups[entries], self.named_weights[entries], len(self.needed))

    def leads_to(self, held: Mask, attainable: Mask, worth: Doubles) -> Doubles:
        """(n,) the best that each credential opens: worth of a locked one, shared among what it still lacks.

        `worth` (n,): what each locked credential would bring, 0 for all others; only an attainable one passes
        it on. Through several hops it shrinks by HOP_DECAY; of several opened credentials the best counts,
        since they overlap.
        """
        credit = np.zeros(self.nodes)
        offers = worth[self.owners]
        frontier: Rows = (offers > 0).nonzero()[0].astype(np.int32)
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

    def _still_lacking(self, owners: Rows, held: Mask) -> tuple[Rows, Rows, Doubles]:
        """(owner, member, share) of every unheld member in the unmet groups of some owners."""
        groups, _ = gather(self.owner_starts, owners)
        entries, group = gather(self.starts, groups)
        members, weights = self.members[entries], self.weights[entries]
        has = held[members]
        lacking = self.needed[groups] - sums(group, weights * has, len(groups))
        lacking[lacking <= TOLERANCE] = 0.0
        owner = self.group_owner[groups]
        missing = sums(owner, lacking, len(self.owners))
        open_entry = (lacking[group] > 0) & ~has
        group, members, weights = group[open_entry], members[open_entry], weights[open_entry]
        share: Doubles = np.minimum(1.0, weights / missing[owner[group]])
        return owner[group], members, share
