from __future__ import annotations

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from credpath.evaluation.calibration import Bin
from credpath.web.charts import Frame
from credpath.web.charts_plots import SIZES, Series, calibration_plot, column_plot, every, line_plot

amounts = st.floats(0, 1e9, allow_nan=False)
sizes = st.sampled_from([size for _, size in SIZES])


def inside(frame: Frame, x: float, y: float) -> bool:
    return frame.left - 0.01 <= x <= frame.right + 0.01 and frame.top - 0.01 <= y <= frame.bottom + 0.01


@given(sizes, st.lists(st.tuples(amounts, st.floats(0, 1)), max_size=60))
def test_columns_stay_in_their_frame_and_parts_in_their_column(
    size: tuple[int, int], drawn: list[tuple[float, float]]
) -> None:
    plot = column_plot(size, [(whole, whole * share) for whole, share in drawn])
    assert len(plot.columns) == len(drawn)
    for column in plot.columns:
        assert inside(plot.frame, column.x, column.top)
        assert column.x + column.width <= plot.frame.right + 1.01
        assert 0 <= column.part <= column.height + 0.02
    assert all(0 <= tick.value < max(1, len(drawn)) for tick in plot.frame.x_ticks)


points = st.lists(st.none() | st.tuples(st.floats(-1e6, 1e6), amounts), max_size=20)


@given(sizes, points, st.lists(st.floats(-1e6, 1e6), max_size=5))
def test_lines_stay_in_their_frame_whatever_they_are_of(
    size: tuple[int, int], drawn: list[tuple[float, float] | None], marks: list[float]
) -> None:
    plot = line_plot(size, [Series("a", "accent", drawn)], marks)
    (line,) = plot.lines
    assert all(inside(plot.frame, x, y) for x, y in line.dots)
    assert all(math.isfinite(float(n)) for n in re.findall(r"-?\d+\.\d", line.path))
    assert [tick.value for tick in plot.frame.x_ticks] == marks


def test_a_gap_breaks_the_line() -> None:
    plot = line_plot((760, 250), [Series("a", "accent", [(0, 1), (1, 1), None, (3, 1), (4, 1)])], [0, 4])
    assert plot.lines[0].path.count("M") == 2


def test_a_band_goes_up_one_way_and_down_the_other() -> None:
    series = Series("a", "accent", [(0, 1), (1, 2)], band=[(0.5, 1.5), (1, 3)])
    line = line_plot((760, 250), [series], [0, 1]).lines[0]
    assert line.band.endswith("Z")
    assert line.band.count("L") == 3


def test_calibration_draws_larger_what_more_predictions_stand_behind() -> None:
    bins = [Bin(10, 0.2, 0.1, 0.0, 0.3), Bin(90, 0.6, 0.7, 0.6, 0.8)]
    plot = calibration_plot((420, 420), bins)
    small, large = plot.dots
    assert small.radius < large.radius
    assert large.high < large.y < large.low, "up is less"
    assert calibration_plot((420, 420), []).path == ""


def test_ticks_are_evenly_apart_and_end_with_the_last() -> None:
    assert every(30, 6) == (4, 9, 14, 19, 24, 29)
    assert every(3, 6) == (0, 1, 2)
    assert every(0, 6) == ()
