"""What must come before what among the candidates of a path: groups over local numbers, and an order that keeps them.

Numbers below `count` are candidates; from there on nodes that are earned and never enrolled in: stacks that their
members complete, and older versions that several newer ones stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Mask
from credpath.recommender.path_problem import Group, Help, meets
from credpath.recommender.path_rows import granting, groups_of

Needed = tuple[tuple[int, ...], tuple[float, ...], float]


@dataclass(frozen=True, slots=True)
class Nodes:
    """`rows` of the candidates, ascending; `earned`: catalogue node -> its number; `groups` over the numbers."""

    rows: tuple[int, ...]
    earned: Mapping[int, int]
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """Candidates and earned nodes."""
        return len(self.rows) + len(self.earned)


def nodes_of(index: CatalogueIndex, rows: Iterable[int], gated: Mask, held: Mask, asked: Iterable[int]) -> Nodes:
    """Drops candidates whose prerequisites the others cannot meet. `asked`: rows of stacks that are asked for.

    `gated`: held, or waived as a prerequisite; toward a stack only what is `held` counts.
    """
    chosen = sorted({row for row in rows if not index.graph.earned[row]})
    while True:
        nodes = _numbered(index, tuple(chosen), gated, held, tuple(asked))
        reached = set(_in_order(range(nodes.total), nodes.groups))
        left = [row for at, row in enumerate(chosen) if at in reached]
        if len(left) == len(chosen):
            return nodes
        chosen = left


def _numbered(index: CatalogueIndex, rows: tuple[int, ...], gated: Mask, held: Mask, asked: Sequence[int]) -> Nodes:
    number = {row: at for at, row in enumerate(rows)}
    earned: dict[int, int] = {}
    groups: list[Group] = []
    waiting = list(rows)

    def stands_for(node: int) -> int | None:
        """The number of a node, given to it now if it is earned; None when nothing here leads to it."""
        if node not in number:
            if not (_versions(index, node, rows) or (node < len(index.ids) and index.graph.earned[node])):
                return None
            number[node] = earned[node] = len(number)
            waiting.append(node)
        return number[node]

    for stack in asked:
        if index.graph.earned[stack] and not held[stack]:
            stands_for(stack)
    for node in waiting:  # grows while it is read
        for members, brings, needed in _needs(index, node, rows, held if node in earned else gated):
            known = [(stands_for(member), bring) for member, bring in zip(members, brings, strict=True)]
            entries = [(member, bring) for member, bring in known if member is not None]
            groups.append(Group(number[node], tuple(m for m, _ in entries), tuple(b for _, b in entries), needed))
    return Nodes(rows, earned, tuple(groups))


def _versions(index: CatalogueIndex, node: int, rows: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(v for v in granting(index, node).tolist() if v in rows) if len(index.graph.grant_to) else ()


def _needs(index: CatalogueIndex, node: int, rows: tuple[int, ...], held: Mask) -> Iterator[Needed]:
    """(members, what each brings, how much is needed) of each group of the node."""
    versions = () if node in rows else _versions(index, node, rows)
    if versions:
        yield versions, (1.0,) * len(versions), 1.0
        return
    for need in groups_of(index, node, held):
        yield need.members, need.brings, need.needed


def _in_order(nodes: Iterable[int], groups: Sequence[Group], also: Sequence[tuple[int, int]] = ()) -> list[int]:
    """Nodes in an order in which every one comes after what it needs; without those that can never come.

    A node waits for all its members that can come at all, and for the first of each pair in `also`, unless they wait
    for each other; then the first that needs nothing more goes ahead.
    """
    mine: dict[int, list[Group]] = {node: [] for node in nodes}
    before: dict[int, set[int]] = {node: set() for node in mine}
    for group in groups:
        mine[group.owner].append(group)
        before[group.owner].update(group.members)
    for first, then in also:
        before[then].add(first)
    left, placed = sorted(mine), set[int]()
    found: list[int] = []
    while left:
        now = [n for n in left if before[n] <= placed and _met(mine[n], placed)]
        if not now:
            now = [n for n in left if _met(mine[n], placed)][:1]
        if not now:
            return found
        found += now
        placed.update(now)
        left = [n for n in left if n not in placed]
    return found


def _met(groups: Sequence[Group], placed: set[int]) -> bool:
    return all(meets(group, placed) for group in groups)


def ordered(
    total: int, groups: Sequence[Group], helps: Sequence[Help]
) -> tuple[tuple[int, ...], tuple[Group, ...], tuple[Help, ...]]:
    """(place of each node, groups, helps): of the latter two only the members that come before their owner."""
    order = _in_order(range(total), groups, [(m, h.owner) for h in helps for m in h.members])
    # What can never come is last, so that its groups stay unmet.
    place = {node: at for at, node in enumerate([*order, *sorted(set(range(total)) - set(order))])}
    kept = []
    for group in groups:
        entries = [(m, b) for m, b in zip(group.members, group.brings, strict=True) if place[m] < place[group.owner]]
        kept.append(Group(group.owner, tuple(m for m, _ in entries), tuple(b for _, b in entries), group.needed))
    helping = [Help(h.owner, tuple(m for m in h.members if place[m] < place[h.owner]), h.price) for h in helps]
    return tuple(place[node] for node in range(total)), tuple(kept), tuple(helping)
