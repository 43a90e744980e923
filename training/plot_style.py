"""One visual language for every plot: light ground, few lines, names at the lines instead of a legend, intervals shown.

Figures are made by matplotlib's objects on the Agg canvas, without pyplot and its state, and equal data give equal
bytes. A plot is 800 pixels wide and readable at that size.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROUND, INK, SOFT, GRID = "#fbfaf7", "#22262b", "#6b7178", "#e4e1da"
CHALLENGER, CHAMPION, BASELINE, BAD = "#1f5fa8", "#c05a12", "#8d9299", "#a3283a"
# Those that matter have a colour; whatever they are compared with stays grey.
COLOURS: Mapping[str, str] = {"challenger": CHALLENGER, "credpath": CHALLENGER, "champion": CHAMPION}
WIDTH, DPI = 8.0, 100
STYLE: Any = {
    "figure.facecolor": GROUND, "axes.facecolor": GROUND, "savefig.facecolor": GROUND,
    "font.family": "DejaVu Sans", "font.size": 10.5, "text.color": INK,
    "axes.edgecolor": SOFT, "axes.labelcolor": SOFT, "axes.linewidth": 0.8, "axes.labelsize": 10.5,
    "axes.grid": True, "axes.axisbelow": True, "grid.color": GRID, "grid.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False,
    "xtick.color": SOFT, "ytick.color": SOFT, "xtick.labelsize": 10, "ytick.labelsize": 10,
    "xtick.major.size": 0, "ytick.major.size": 0, "svg.hashsalt": "credpath", "axes.unicode_minus": False,
}  # fmt: skip


def colour_of(name: str) -> str:
    """The challenger's, the champion's, or grey for all others."""
    return COLOURS.get(name, BASELINE)


def draw_page(
    title: str,
    subtitle: str,
    height: float = 5.0,
    *,
    panels: Sequence[float] = (1.0,),
    left: float = 0.09,
    right: float = 0.97,
    above: float = 0.0,
) -> tuple[Figure, list[Axes]]:
    """A figure with its title and subtitle and one panel below the other, of these relative heights.

    `left` and `right`: where the panels begin and end, as shares of the width; `above`: more inches over them.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as NewFigure

    with mpl.rc_context(STYLE):
        figure = NewFigure(figsize=(WIDTH, height), dpi=DPI)
        FigureCanvasAgg(figure)
        place = {"left": left, "right": right, "top": 1.0 - (0.86 + above) / height, "bottom": 0.62 / height}
        grid = figure.add_gridspec(len(panels), 1, height_ratios=list(panels), hspace=0.12, **place)
        axes = [figure.add_subplot(grid[at, 0]) for at in range(len(panels))]
        figure.text(0.02, 1.0 - 0.34 / height, title, size=14, weight="bold", color=INK)
        figure.text(0.02, 1.0 - 0.62 / height, subtitle, size=10, color=SOFT)
    return figure, axes


def png(figure: Figure) -> bytes:
    """The picture; the same bytes for the same figure."""
    import matplotlib as mpl

    stream = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


def spread(places: Sequence[float], gap: float) -> list[float]:
    """The same places in the same order, moved as little as needed for `gap` between neighbours; for labels."""
    order = sorted(range(len(places)), key=lambda at: (places[at], at))
    found = [float(places[at]) for at in order]
    for _ in range(200):
        moved = False
        for at in range(1, len(found)):
            lack = gap - (found[at] - found[at - 1])
            if lack > gap * 1e-6:
                found[at - 1] -= lack / 2
                found[at] += lack / 2
                moved = True
        if not moved:
            break
    placed = [0.0] * len(places)
    for at, place in zip(order, found, strict=True):
        placed[at] = place
    return placed


def name_at_the_end(axes: Axes, ends: Mapping[str, tuple[float, float]], *, values: bool = False) -> None:
    """Writes each line's name, with `values` its y too, right of its end (x, y), moved apart where they would touch."""
    low, high = axes.get_ylim()
    heights = spread([y for _, y in ends.values()], 0.052 * (high - low))
    for (name, (x, y)), height in zip(ends.items(), heights, strict=True):
        axes.annotate(
            f"{name}  {y:.3f}" if values else name, (x, y),
            xytext=(1.012, height), textcoords=("axes fraction", "data"), va="center", size=10,
            color=colour_of(name), weight="bold" if name in COLOURS else "normal", annotation_clip=False,
        )  # fmt: skip


def shorten(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"
