from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.web.charts import NARROW, WIDE, gap_curve, scatter, ticks

AMOUNTS = st.floats(0.001, 1e7)


@given(AMOUNTS)
def test_ticks_are_few_even_and_hold_the_highest_value(high: float) -> None:
    found = ticks(high)
    assert found[0] == 0
    assert found[-1] >= high * (1 - 1e-9)
    assert 2 <= len(found) <= 6
    steps = {round(b - a, 9) for a, b in itertools.pairwise(found)}
    assert max(steps) - min(steps) <= 1e-6 * found[-1] + 1e-9


@pytest.mark.parametrize("high", [0.0, -1.0, math.inf, math.nan])
def test_ticks_of_nothing_are_still_an_axis(high: float) -> None:
    assert ticks(high) == (0.0, 1.0)


def test_ticks_are_round() -> None:
    assert ticks(1.0) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert ticks(77) == (0.0, 20.0, 40.0, 60.0, 80.0)
    assert ticks(300) == (0.0, 100.0, 200.0, 300.0)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_curve_falls_when_each_step_ends_and_stays_inside_its_frame(size: tuple[int, int]) -> None:
    curve = gap_curve(size, [4.0, 10.0], [1.0, 0.6, 0.1], [1.0, 0.7, 0.4])
    (x1, y1), (x2, y2) = curve.dots
    assert curve.frame.left < x1 < x2 <= curve.frame.right
    assert curve.frame.top <= y1 < y2 <= curve.frame.bottom
    assert curve.end > curve.expected_end
    assert curve.line.startswith("M")
    assert curve.area.endswith("Z")
    assert curve.expected


def test_a_curve_without_chances_draws_one_line() -> None:
    assert gap_curve(WIDE, [4.0], [1.0, 0.5], []).expected == ""


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=2, max_size=4))
def test_points_never_hide_each_other(points: list[tuple[float, float]]) -> None:
    for size in (WIDE, NARROW):
        plot = scatter(size, [(x, y, n == 0) for n, (x, y) in enumerate(points)])
        assert [m.number for m in plot.marks] == list(range(1, len(points) + 1))
        places = [(m.x, m.y) for m in plot.marks]
        assert all(math.dist(a, b) >= 18 for a, b in itertools.combinations(places, 2))
        assert all(0 < m.x < plot.frame.width for m in plot.marks)


def test_points_lie_where_their_figures_say() -> None:
    dear, cheap = scatter(WIDE, [(10.0, 900.0, False), (40.0, 100.0, True)]).marks
    assert (dear.number, cheap.number) == (1, 2)
    assert cheap.x > dear.x
    assert cheap.y > dear.y  # lower on the page: SVG counts downward
    assert cheap.chosen
