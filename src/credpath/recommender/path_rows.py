"""Which credentials a path may be made of: what closes the gap, what leads to that, and what the learner asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.csr import Doubles, Mask, Offsets, Rows

# So many credentials enter a problem by their own worth; what leads to them makes some 150 of that, at most MOST_ROWS.
CANDIDATES = 130
MOST_ROWS = 300
QUICK_HOURS = 40.0


@dataclass(frozen=True, slots=True)
class Needs:
    """One group of `row`: nodes that together must bring `needed`, held ones counted already."""

    row: int
    members: tuple[int, ...]
    brings: tuple[float, ...]
    needed: float


def groups_of(index: CatalogueIndex, row: int, held: Mask) -> Iterator[Needs]:
    """The groups of a row that are not met by what is held."""
    graph = index.graph
    owner = int(graph.owner_of[row])
    if owner < 0:
        return
    for group in range(int(graph.owner_starts[owner]), int(graph.owner_starts[owner + 1])):
        entries = slice(int(graph.starts[group]), int(graph.starts[group + 1]))
        members, brings = graph.members[entries], graph.weights[entries]
        has = held[members]
        needed = float(graph.needed[group] - brings[has].sum())
        if needed > 1e-6:
            yield Needs(row, tuple(members[~has].tolist()), tuple(brings[~has].tolist()), needed)


def granting(index: CatalogueIndex, node: int) -> Rows:
    """Rows whose holding stands for the node: newer versions of it."""
    newer: Rows = index.graph.grant_from[index.graph.grant_to == node]
    return newer


def choose_rows(
    index: CatalogueIndex, open_rows: Mask, closes: Doubles, ranked: Offsets, wanted: Iterable[int], held: Mask
) -> tuple[int, ...]:
    """Rows for a problem, ascending: the best by what they close and by what they close an hour, the first of
    `ranked` (rows, best first), `wanted`, and whatever leads to them.

    `open_rows` (n,): may be a step at some time, and so may everything that leads there.
    """
    helpful = (open_rows & (closes > 0)).nonzero()[0]
    quick = closes[helpful] / (1.0 + index.columns.hours[helpful] / QUICK_HOURS)
    third = CANDIDATES // 3
    lists = [
        helpful[(-closes[helpful]).argsort(kind="stable")[:third]],
        helpful[(-quick).argsort(kind="stable")],
        ranked[open_rows[ranked]][:third],
    ]
    chosen: dict[int, None] = dict.fromkeys(row for row in wanted if open_rows[row] or index.graph.earned[row])
    for row in [*lists[0].tolist(), *lists[2].tolist(), *lists[1].tolist()]:
        if len(chosen) >= CANDIDATES:
            break
        chosen.setdefault(row)
    return tuple(sorted(leading_to(index, tuple(chosen), open_rows, held)))


def leading_to(index: CatalogueIndex, rows: Iterable[int], open_rows: Mask, held: Mask) -> set[int]:
    """These rows and all that may help to meet their prerequisites, until there are MOST_ROWS."""
    found: set[int] = set()
    waiting = list(rows)
    for row in waiting:  # grows while it is read
        if row in found or len(found) >= MOST_ROWS:
            continue
        found.add(row)
        for need in groups_of(index, row, held):
            nodes = {node for member in need.members for node in (member, *granting(index, member).tolist())}
            waiting.extend(sorted(n for n in nodes if n < len(index.ids) and (open_rows[n] or index.graph.earned[n])))
    return found
