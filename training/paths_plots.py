"""Plots of the path benchmark: how far from the proven optimum, and how long a plan takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.plot_style import BAD, BASELINE, CHALLENGER, INK, SOFT, draw_page, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Up to which share missing of the optimum, in percent, and what that is called.
STEPS = ((1e-4, "none"), (0.2, "up to 0.2 %"), (1.0, "up to 1 %"), (5.0, "up to 5 %"), (np.inf, "more"))
JITTER = 0.35  # problems of one size stand beside each other


def plot_gaps(gaps: Sequence[float], candidates: Sequence[int], folder: Path, worst: float = 0.05) -> None:
    """paths_gap.png: what each problem's path misses of its optimum, over its size; and how many miss how much.

    `gaps`, `worst`: shares of the optimum's worth.
    """
    missing = np.array(gaps) * 100.0
    figure, (above, between, below) = draw_page(
        "What served paths miss of the best there is",
        f"{len(missing)} random problems; the best of each is proven by a long run; mean {missing.mean():.2f} %, "
        f"worst {missing.max():.2f} %",
        6.4, panels=(1.5, 0.12, 1.0), left=0.13,
    )  # fmt: skip
    between.set_axis_off()  # room for the upper panel's words
    _each(above, missing, candidates, worst * 100.0)
    _counted(below, missing)
    _write(folder / "paths_gap.png", png(figure))


def _each(axes: Axes, missing: np.ndarray, candidates: Sequence[int], worst: float) -> None:
    beside = np.linspace(-JITTER, JITTER, 7)[np.arange(len(missing)) % 7]
    axes.scatter(np.array(candidates) + beside, missing, s=14, color=CHALLENGER, alpha=0.5, linewidths=0, zorder=3)
    axes.axhline(worst, color=BAD, linewidth=1.0)
    axes.text(1.0, worst, f"worst allowed: {worst:.0f} % ", color=BAD, ha="right", va="bottom", size=10,
              transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set_ylim(-0.03 * max(worst, missing.max()), 1.15 * max(worst, missing.max()))
    axes.set_ylabel("missing, % of the best")
    axes.set_xlabel("candidates of the problem (one dot a problem)")


def _counted(axes: Axes, missing: np.ndarray) -> None:
    placed = np.searchsorted([most for most, _ in STEPS], missing)
    counts = np.bincount(placed, minlength=len(STEPS))
    places = np.arange(len(STEPS))[::-1]
    axes.barh(places, counts, height=0.62, color=[CHALLENGER, *[BASELINE] * (len(STEPS) - 2), BAD])
    for place, count in zip(places, counts.tolist(), strict=True):
        axes.text(count, place, f" {count}", va="center", size=10, color=INK)
    axes.set_yticks(places, [name for _, name in STEPS])
    axes.set_xlim(0, 1.08 * len(missing))
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("problems, by what is missing")


def plot_speed(milliseconds: Sequence[float], cpu: Sequence[float], folder: Path, allowed: float = 300.0) -> None:
    """paths_speed.png: what share of the plans is done after how long, by the clock and in CPU time."""
    subtitle = f"{len(milliseconds)} plans, each with alternatives and what would have to give; one thread"
    height = 5.0
    figure, (axes,) = draw_page("How long a plan takes", subtitle, height, above=0.72)
    for line, times, name, colour in ((0, milliseconds, "by the clock", CHALLENGER), (1, cpu, "CPU time", BASELINE)):
        ranked = np.sort(np.array(times))
        axes.plot(ranked, np.arange(1, len(ranked) + 1) / len(ranked) * 100.0, color=colour, linewidth=1.8)
        middle, high = np.percentile(ranked, [50, 95])
        words = f"{name}: half within {middle:,.0f} ms, 95 % within {high:,.0f} ms"
        figure.text(0.02, 1.0 - (0.92 + 0.25 * line) / height, words, size=10, weight="bold", color=colour)
    axes.axvline(allowed, color=BAD, linewidth=1.0)
    axes.text(allowed, 104, f" allowed for 95 %: {allowed:,.0f} ms", color=BAD, size=10)
    axes.axhline(95, color=SOFT, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.set_xlabel("milliseconds")
    axes.set_ylabel("plans done, %")
    axes.set_xlim(0, 1.08 * max(allowed, *milliseconds))
    axes.set_ylim(0, 103)
    _write(folder / "paths_speed.png", png(figure))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
