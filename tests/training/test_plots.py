"""Every plot is drawn from figures alone, with its intervals, the same bytes each time."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from credpath.evaluation.calibration import reliability
from credpath.evaluation.intervals import Interval
from credpath.evaluation.logged import Overlap
from credpath.evaluation.offpolicy import Estimate
from credpath.evaluation.slices import HIDDEN, Slice
from training import plots
from training.plot_style import BASELINE, CHALLENGER, CHAMPION, png, shorten, spread
from training.plots import Curve

LEVEL = Interval(0.2, 0.19, 0.21)


def interval(value: float) -> Interval:
    return Interval(value, value - 0.01, value + 0.01)


def curve(name: str, top: float, places: tuple[float, ...] = (1, 5, 10)) -> Curve:
    return Curve(name, places, [interval(top * (at + 1) / len(places)) for at in range(len(places))])


def bins() -> Any:
    stated = np.linspace(0.02, 0.98, 500)
    return reliability(stated, np.arange(500) % 97 < 97 * stated)


def estimate(value: float | None, refused: str = "") -> Estimate:
    known = value is not None
    ends = (value - 0.02, value + 0.02) if known else (None, None)
    return Estimate(value, *ends, Overlap(900, 450.0, 30.0, 9.0, 0.0), refused)


CELLS = {"history": {"cold": Slice(120, interval(0.1)), "tiny": HIDDEN}, "empty kind": {"few": HIDDEN}}
DRAWN: dict[str, Callable[[], Any]] = {
    "gain": lambda: plots.plot_gain([curve("challenger", 0.3), curve("champion", 0.25), curve("ease", 0.2)]),
    "recall": lambda: plots.plot_recall([curve("challenger", 0.9, (10, 100, 500))], 400),
    "learning": lambda: plots.plot_learning(curve("challenger", 0.3, (0.25, 0.5, 1.0)), reference={"champion": LEVEL}),
    "learning from steps": lambda: plots.plot_learning(
        curve("challenger", 0.3), "NDCG@10 within each step's candidates"
    ),
    "calibration": lambda: plots.plot_calibration({"challenger": bins()}, {"challenger": 0.031}),
    "calibration of two": lambda: plots.plot_calibration({"challenger": bins(), "champion": bins()}),
    "slices": lambda: plots.plot_slices(CELLS, LEVEL),
    "off-policy": lambda: plots.plot_off_policy({"DR": estimate(0.2), "IPS": estimate(None, "no overlap")}, LEVEL),
    "importance": lambda: plots.plot_importance({f"feature_{n}": float(n) for n in range(40)}),
}


def words(figure: Any) -> str:
    """Everything that is written on the figure."""
    return "\n".join(text.get_text() for text in written_on(figure))


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_plot_is_a_png_of_800_pixels_and_the_same_bytes_again(name: str) -> None:
    picture = png(DRAWN[name]())
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert width == 800
    assert 250 <= height <= 800
    assert png(DRAWN[name]()) == picture


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_nothing_that_is_written_leaves_the_picture_or_lies_on_other_words(name: str) -> None:
    figure = DRAWN[name]()
    boxes = [(t.get_text(), t.get_window_extent()) for t in written_on(figure)]
    width, height = figure.bbox.width, figure.bbox.height
    outside = [text for text, b in boxes if b.x0 < -1 or b.y0 < -1 or b.x1 > width + 1 or b.y1 > height + 1]
    assert outside == []
    touching = [(a, b) for at, (a, x) in enumerate(boxes) for b, y in boxes[at + 1 :] if _overlap(x, y) > 4]
    assert touching == []


def written_on(figure: Any) -> list[Any]:
    """The texts that are drawn; labels of ticks beyond an axis exist and are not."""
    figure.canvas.draw()
    beyond = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                beyond |= {tick.label1, tick.label2}
    texts = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return [t for t in texts if t.get_text() and t.get_visible() and t not in beyond]


def _overlap(one: Any, other: Any) -> float:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return min(across, down) if across > 0 and down > 0 else 0.0


def test_a_hidden_slice_is_neither_drawn_nor_named() -> None:
    written = words(plots.plot_slices(CELLS, LEVEL))
    assert "cold  (120)" in written
    assert "tiny" not in written
    assert "empty kind" not in written


def test_a_refused_estimate_says_why_in_place_of_a_number() -> None:
    assert "refused: no overlap" in words(DRAWN["off-policy"]())


def test_lines_bear_their_names_and_last_values_at_their_ends() -> None:
    assert {"challenger  0.300", "ease  0.200"} <= set(words(DRAWN["gain"]()).splitlines())


def test_challenger_and_champion_have_a_colour_each_and_the_others_none() -> None:
    drawn = {line.get_color() for line in DRAWN["gain"]().axes[0].lines}
    assert drawn == {CHALLENGER, CHAMPION, BASELINE}


def test_only_the_strongest_features_are_named_and_the_rest_is_told() -> None:
    written = words(DRAWN["importance"]())
    assert "feature_39" in written
    assert "feature_5\n" not in written
    assert "the other 20 features have 24.4% together" in written


def test_shares_are_labelled_with_what_they_are() -> None:
    figure = plots.plot_importance({"a": 18.0, **{f"b{n}": 2.0 for n in range(41)}})
    axis = figure.axes[0].xaxis
    figure.canvas.draw()
    places = [float(place) for place in axis.get_majorticklocs()]
    assert any(round(100 * place, 6) % 1 for place in places), "ticks at halves of a per cent"
    for place, label in zip(places, axis.get_majorticklabels(), strict=True):
        assert float(label.get_text().rstrip("%")) == pytest.approx(100 * place)


def test_labels_are_moved_apart_and_keep_their_order() -> None:
    moved = spread([0.5, 0.5, 0.52, 0.1], 0.1)
    assert moved[3] == 0.1
    assert moved[0] < moved[1] < moved[2]
    assert min(np.diff(sorted(moved))) >= 0.099


def test_a_long_name_is_cut_with_an_ellipsis() -> None:
    assert shorten("skilled agricultural workers", 10) == "skilled a\u2026"
    assert shorten("short", 10) == "short"
