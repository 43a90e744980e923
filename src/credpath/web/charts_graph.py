"""A layered picture of a neighbourhood: columns from what comes first to what it leads to, few crossings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from credpath.service.neighbourhood import Edge, Neighbourhood, Node

WIDTH, HEIGHT = 180, 58  # of a node
BESIDE, BELOW = 60, 16  # between columns, between rows
EDGE = 12  # around everything
LINE, LINES = 22, 3  # letters of a line of a label, and lines
SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Placed:
    """A node in the picture, its label broken into lines."""

    node: Node
    x: float
    y: float
    lines: tuple[str, ...]
    focus: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """An edge in the picture."""

    edge: Edge
    path: str


@dataclass(frozen=True, slots=True)
class Picture:
    """`width` and `height` in units of the SVG. `focus_column`: in which the focus stands, from 0."""

    width: int
    height: int
    nodes: tuple[Placed, ...]
    edges: tuple[Drawn, ...]
    focus_column: int
    node_width: int = WIDTH
    node_height: int = HEIGHT


def picture_of(found: Neighbourhood) -> Picture:
    """The same neighbourhood gives the same picture."""
    columns = _ordered(found)
    tallest = max(len(column) for column in columns)
    height = tallest * HEIGHT + (tallest - 1) * BELOW
    places: dict[str, tuple[float, float]] = {}
    for across, column in enumerate(columns):
        x = EDGE + across * (WIDTH + BESIDE)
        free = height - len(column) * HEIGHT
        # Evenly over the whole height, so that edges spread, yet never further apart than reads as one column.
        gap = min(free / (len(column) + 1), BELOW * 3) if len(column) < tallest else BELOW
        top = EDGE + (height - len(column) * HEIGHT - (len(column) - 1) * gap) / 2
        for row, node in enumerate(column):
            places[node.node_id] = (x, round(top + row * (HEIGHT + gap), 1))
    nodes = tuple(
        Placed(node, *places[node.node_id], broken(node.label), node.node_id == found.focus)
        for column in columns for node in column
    )  # fmt: skip
    edges = tuple(Drawn(edge, _curve(places[edge.source], places[edge.target])) for edge in found.edges)
    width = len(columns) * WIDTH + (len(columns) - 1) * BESIDE + 2 * EDGE
    focus = next((at for at, column in enumerate(columns) if any(n.node_id == found.focus for n in column)), 0)
    return Picture(width, round(height + 2 * EDGE), nodes, edges, focus)


def broken(label: str) -> tuple[str, ...]:
    """The label in at most LINES lines of LINE letters, cut with an ellipsis where it is longer."""
    lines, words = [""], label.split()
    for word in words:
        fits = f"{lines[-1]} {word}".strip()
        if len(fits) <= LINE or not lines[-1]:
            lines[-1] = fits
        else:
            lines.append(word)
    kept = [_cut(line) for line in lines[:LINES]]
    if len(lines) > LINES:
        kept[-1] = _cut(f"{kept[-1][: LINE - 1].rstrip('…')}…")
    return tuple(kept)


def _cut(line: str) -> str:
    return line if len(line) <= LINE else f"{line[: LINE - 1]}…"


def _ordered(found: Neighbourhood) -> list[list[Node]]:
    """Columns by layer; within each, nodes stand near what they are joined to (barycentres, swept to and fro)."""
    layers: dict[int, list[Node]] = defaultdict(list)
    for node in found.nodes:
        layers[node.layer].append(node)
    columns = [layers[layer] for layer in sorted(layers)]
    near: dict[str, list[str]] = defaultdict(list)
    for edge in found.edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    for sweep in range(SWEEPS):
        order = list(range(len(columns)))
        for at in order[1:] if sweep % 2 == 0 else order[-2::-1]:
            beside = columns[at - 1 if sweep % 2 == 0 else at + 1]
            columns[at] = _toward(columns[at], beside, near)
    return columns


def _toward(column: Sequence[Node], beside: Sequence[Node], near: Mapping[str, Sequence[str]]) -> list[Node]:
    rows = {node.node_id: (row + 0.5) / len(beside) for row, node in enumerate(beside)}
    wanted = []
    for row, node in enumerate(column):
        joined = [rows[other] for other in near.get(node.node_id, ()) if other in rows]
        middle = sum(joined) / len(joined) if joined else (row + 0.5) / len(column)
        wanted.append((round(middle, 6), row, node))
    return [node for _, _, node in sorted(wanted, key=lambda w: w[:2])]


def _curve(source: tuple[float, float], target: tuple[float, float]) -> str:
    """From the right side of one to the left side of the other; around, where the other does not lie to the right."""
    start_x, start_y = source[0] + WIDTH, source[1] + HEIGHT / 2
    end_x, end_y = target[0], target[1] + HEIGHT / 2
    if end_x > start_x:
        bend = max(24.0, (end_x - start_x) / 2)
        return _bezier(start_x, start_y, start_x + bend, end_x - bend, end_x, end_y)
    end_x, out = target[0] + WIDTH, BESIDE * 0.45
    return _bezier(start_x, start_y, start_x + out, end_x + out, end_x, end_y)


def _bezier(x: float, y: float, first_x: float, second_x: float, end_x: float, end_y: float) -> str:
    """Level at both ends."""
    return f"M{x:.1f} {y:.1f}C{first_x:.1f} {y:.1f} {second_x:.1f} {end_y:.1f} {end_x:.1f} {end_y:.1f}"
