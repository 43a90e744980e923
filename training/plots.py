"""The plots of a retraining: calibration, gain by rank, slices, importance, learning curve, recall, off-policy.

Each takes figures that are known already and draws them, intervals always included; none computes anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credpath.evaluation.calibration import Bin
from credpath.evaluation.intervals import Interval
from credpath.evaluation.offpolicy import Estimate
from credpath.evaluation.slices import Slice
from training.plot_style import (
    BAD,
    BASELINE,
    CHALLENGER,
    COLOURS,
    GROUND,
    INK,
    SOFT,
    colour_of,
    draw_page,
    name_at_the_end,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TOP = 20
MOST_TICKS = 12
ROW = 0.27  # inches of a row in a plot of dots
BAR = 0.02  # width of a bar of counts, in probability
LABELS = 0.36  # share of the width that names of rows take
NAMES = 0.80  # where panels end that leave room for names of lines


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line: an interval at each place, places ascending. `challenger` and `champion` have their colours."""

    name: str
    places: Sequence[float]
    intervals: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a plot of dots: a figure, or a note in its place, or with neither a heading."""

    name: str
    interval: Interval | None = None
    note: str = ""


def plot_gain(curves: Sequence[Curve], metric: str = "NDCG", learners: int | None = None) -> Figure:
    """Metric at k against k for challenger, champion and baselines, under full ranking."""
    subtitle = f"{metric}@k under full ranking{_of(learners)}; bands are 95 % intervals"
    figure, (axis,) = draw_page(f"{metric} by rank", subtitle, right=NAMES)
    _draw_curves(axis, curves)
    axis.set_xlabel("k: how many places of the list count")
    if curves and len(curves[0].places) <= MOST_TICKS:
        axis.set_xticks(list(curves[0].places))
    return figure


def plot_recall(curves: Sequence[Curve], learners: int | None = None) -> Figure:
    """Recall of the retrievers, apart from ranking, against how deep each reaches."""
    subtitle = f"Share of what was taken up next that is among the candidates{_of(learners)}; bands are 95 % intervals"
    figure, (axis,) = draw_page("Retrieval recall by depth", subtitle, right=NAMES)
    axis.set_xscale("log")
    _draw_curves(axis, curves)
    places = list(curves[0].places) if curves else []
    axis.set_xticks(places, [f"{place:g}" for place in places])
    axis.minorticks_off()
    axis.set_xlabel("depth: candidates from each retriever")
    return figure


def plot_learning(curve: Curve, metric: str = "NDCG@10", reference: Mapping[str, Interval] | None = None) -> Figure:
    """The metric against the share of the log that was learned from; `reference`: level lines such as the champion."""
    subtitle = f"{metric} by share of the log learned from; bands are 95 % intervals"
    figure, (axis,) = draw_page("Learning curve", subtitle, right=NAMES)
    first, last = curve.places[0], curve.places[-1]
    level = [Curve(name, (first, last), (i, i)) for name, i in sorted((reference or {}).items())]
    _draw_curves(axis, [curve, *level])
    axis.set_xlabel("share of the log")
    axis.set_xticks(list(curve.places), [f"{place:.0%}" for place in curve.places])
    return figure


def plot_calibration(curves: Mapping[str, Sequence[Bin]], errors: Mapping[str, float] | None = None) -> Figure:
    """Reliability of stated probabilities, with how many predictions stand behind each point."""
    told = ", ".join(f"{name} {error:.3f}" for name, error in sorted((errors or {}).items()))
    subtitle = "Stated probability against what happened" + (f"; expected calibration error: {told}" if told else "")
    figure, (above, below) = draw_page("Calibration", subtitle, 6.4, panels=(3.0, 1.0), right=NAMES)
    above.plot((0, 1), (0, 1), color=SOFT, linewidth=1, linestyle=(0, (4, 4)))
    above.annotate("as stated", (0.95, 1.0), ha="right", va="center", color=SOFT, size=9.5)
    ends = {}
    for at, (name, bins) in enumerate(curves.items()):
        if bins:
            _draw_bins(above, below, name, bins, BAR * (at - (len(curves) - 1) / 2))
            ends[name] = (bins[-1].stated, bins[-1].happened)
    above.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04), ylabel="share that happened")
    above.tick_params(labelbottom=False)
    name_at_the_end(above, ends)
    counts = [b.count for bins in curves.values() for b in bins]
    below.set(xlim=(-0.02, 1.02), ylim=(0, 1.25 * max(counts, default=1)), ylabel="predictions")
    below.set_xlabel("stated probability")
    figure.align_ylabels((above, below))
    return figure


def _draw_bins(above: Axes, below: Axes, name: str, bins: Sequence[Bin], aside: float) -> None:
    colour, stated, happened = colour_of(name), [b.stated for b in bins], [b.happened for b in bins]
    above.vlines(stated, [b.low for b in bins], [b.high for b in bins], color=colour, linewidth=1.6, alpha=0.55)
    above.plot(stated, happened, color=colour, linewidth=1.8, marker="o", markersize=5.5, markeredgecolor=GROUND)
    places = [place + aside for place in stated]
    below.bar(places, [b.count for b in bins], width=BAR * 0.9, color=colour, alpha=0.8)
    if not aside:  # beside another curve's bars there is no room for numbers
        for place, b in zip(places, bins, strict=True):
            below.annotate(f"{b.count:,}", (place, b.count), xytext=(0, 2), textcoords="offset points",
                           ha="center", size=8.5, color=SOFT)  # fmt: skip


def plot_slices(cells: Mapping[str, Mapping[str, Slice]], overall: Interval, metric: str = "NDCG@10") -> Figure:
    """The metric in each slice of each kind; a slice that is hidden for its size is not drawn and not named."""
    rows: list[Row] = []
    for kind, slices in cells.items():
        shown = [
            Row(f"{shorten(name, 28)}  ({s.count:,})", s.interval) for name, s in sorted(slices.items()) if s.interval
        ]
        rows += [Row(kind), *shown] if shown else []
    subtitle = f"{metric} with 95 % intervals, learners in brackets; slices of few learners are left out"
    return _plot_rows(f"{metric} by slice", subtitle, rows, ("all learners", overall), metric)


def plot_off_policy(estimates: Mapping[str, Estimate], logged: Interval) -> Figure:
    """What a policy would have earned by each estimator; a refused one says why instead."""
    rows = []
    for name, estimate in estimates.items():
        if estimate.value is None or estimate.low is None or estimate.high is None:
            rows.append(Row(name, note=f"refused: {estimate.refused}"))
        else:
            known = Interval(estimate.value, estimate.low, estimate.high)
            rows.append(Row(f"{name}  ({estimate.effective_sample_size:,.0f})", known))
    subtitle = "Reward a decision with 95 % intervals; in brackets the effective sample size"
    return _plot_rows("Off-policy estimates", subtitle, rows, ("as logged", logged), "reward a decision")


def plot_importance(gains: Mapping[str, float], top: int = TOP) -> Figure:
    """The features that the ranker gains most from, as shares of all gain."""
    total = sum(gains.values()) or 1.0
    ordered = sorted(gains.items(), key=lambda pair: (-pair[1], pair[0]))[:top]
    rest = max(0.0, 1.0 - sum(gain for _, gain in ordered) / total)
    others = f"; the other {len(gains) - top} features have {rest:.1%} together" if len(gains) > top else ""
    height = 1.6 + ROW * max(3, len(ordered))
    figure, (axis,) = draw_page(
        "Feature importance", f"Share of the total gain in the trees{others}", height, left=LABELS
    )
    shares = [gain / total for _, gain in ordered]
    axis.barh(range(len(ordered)), shares, color=CHALLENGER, height=0.68)
    _name_rows(axis, [name for name, _ in ordered])
    axis.set_xlim(0, 1.14 * max(shares, default=1.0))
    axis.set_xlabel("share of gain")
    axis.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    for place, share in enumerate(shares):
        axis.annotate(f"{share:.1%}", (share, place), xytext=(5, 0), textcoords="offset points",
                      va="center", size=9, color=SOFT)  # fmt: skip
    return figure


def _plot_rows(title: str, subtitle: str, rows: Sequence[Row], reference: tuple[str, Interval], unit: str) -> Figure:
    """Dots with whiskers, one row each, beside a reference line; a row without an interval is a heading or a note."""
    figure, (axis,) = draw_page(title, subtitle, 2.0 + ROW * max(3, len(rows)), left=LABELS, above=0.2)
    name, level = reference
    axis.axvspan(level.low, level.high, color=BASELINE, alpha=0.18, linewidth=0)
    axis.axvline(level.value, color=SOFT, linewidth=1.2)
    axis.annotate(f"{name} {level.value:.3f}", (level.value, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 4),
                  textcoords="offset points", ha="center", color=SOFT, size=9.5)  # fmt: skip
    for place, row in enumerate(rows):
        if row.interval is not None:
            axis.hlines(place, row.interval.low, row.interval.high, color=CHALLENGER, linewidth=2, alpha=0.6)
            axis.plot(row.interval.value, place, marker="o", markersize=6.5, color=CHALLENGER, markeredgecolor=GROUND)
        elif row.note:
            axis.annotate(shorten(row.note, 72), (0.012, place), xycoords=("axes fraction", "data"), va="center",
                          size=9.5, color=BAD, bbox={"facecolor": GROUND, "edgecolor": "none", "pad": 2})  # fmt: skip
    _name_rows(axis, [row.name for row in rows])
    for tick, row in zip(axis.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("normal" if row.interval or row.note else "bold")
    axis.set_xlabel(unit)
    return figure


def _name_rows(axis: Axes, names: Sequence[str]) -> None:
    axis.set_yticks(range(len(names)), [shorten(name, 37) for name in names])
    axis.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axis.grid(visible=False, axis="y")
    axis.tick_params(axis="y", labelcolor=INK)


def _draw_curves(axis: Axes, curves: Sequence[Curve]) -> None:
    ends = {}
    for curve in sorted(curves, key=lambda c: (c.name in COLOURS, c.name != "champion", c.name)):
        colour, bold = colour_of(curve.name), curve.name in COLOURS
        lows, highs = [i.low for i in curve.intervals], [i.high for i in curve.intervals]
        values = [i.value for i in curve.intervals]
        axis.fill_between(curve.places, lows, highs, color=colour, alpha=0.2 if bold else 0.1, linewidth=0)
        axis.plot(curve.places, values, color=colour, linewidth=2.4 if bold else 1.3,
                  marker="o" if bold and len(values) > 2 else None, markersize=5.5, markeredgecolor=GROUND)  # fmt: skip
        ends[curve.name] = (curve.places[-1], values[-1])
    axis.margins(x=0.01)
    axis.set_ylim(bottom=0)
    name_at_the_end(axis, ends, values=True)


def _of(learners: int | None) -> str:
    return f", {learners:,} learners" if learners else ""
