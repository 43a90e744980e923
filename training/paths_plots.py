"""Plots of the path benchmark: how far from the proven optimum, and how long a plan takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.plot_style import BAD, CHALLENGER, SOFT, draw_page, png


def plot_gaps(gaps: Sequence[float], candidates: Sequence[int], folder: Path) -> None:
    """paths_gap.png: every problem's gap to its optimum over its size, and how many have how little."""
    shares = np.sort(np.array(gaps)) * 100.0
    subtitle = f"{len(shares)} seeded problems; the optimum is proven by a long run of the solver"
    figure, (above, below) = draw_page("Served paths against the optimum", subtitle, 6.0, panels=(1.0, 1.0))
    above.scatter(list(candidates), np.array(gaps) * 100.0, s=12, color=CHALLENGER, alpha=0.6, linewidths=0)
    above.axhline(5.0, color=BAD, linewidth=1.0)
    above.text(max(candidates), 5.0, "worst allowed", color=BAD, ha="right", va="bottom", size=10)
    above.set_ylabel("gap, %")
    above.set_xlabel("candidates")
    below.plot(np.arange(1, len(shares) + 1) / len(shares) * 100.0, shares, color=CHALLENGER)
    below.set_xlabel("share of the problems, %")
    below.set_ylabel("gap at most, %")
    _write(folder / "paths_gap.png", png(figure))


def plot_speed(milliseconds: Sequence[float], folder: Path) -> None:
    """paths_speed.png: how many plans take how long."""
    times = np.sort(np.array(milliseconds))
    high = float(np.percentile(times, 95))
    subtitle = f"{len(times)} plans with alternatives and concessions, one thread; p95 {high:,.0f} ms"
    figure, (axes,) = draw_page("Time of a plan", subtitle, 4.2)
    axes.plot(times, np.arange(1, len(times) + 1) / len(times) * 100.0, color=CHALLENGER)
    axes.axvline(high, color=SOFT, linewidth=1.0)
    axes.set_xlabel("milliseconds")
    axes.set_ylabel("share of the plans, %")
    axes.set_xlim(left=0)
    _write(folder / "paths_speed.png", png(figure))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
