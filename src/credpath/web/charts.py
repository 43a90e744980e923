"""Geometry of the charts: numbers in, places in an SVG of a given size out. Templates draw, the style sheet colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDE, NARROW = (720, 260), (360, 250)
APART = 19.0  # a numbered point is 18 wide


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where it lies, and the value that it stands for."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot's size and the rectangle of its data, in units of the SVG."""

    width: int
    height: int
    left: float
    top: float
    right: float
    bottom: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A falling staircase with the area under it; `expected` is a second one, "" where there is none."""

    frame: Frame
    line: str
    area: str
    expected: str
    dots: tuple[tuple[float, float], ...]
    end: float  # height of the end of the line
    expected_end: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered point."""

    number: int
    x: float
    y: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points in a frame."""

    frame: Frame
    marks: tuple[Mark, ...]


def ticks(high: float, count: int = 4) -> tuple[float, ...]:
    """About `count` round values from 0 to `high` or a little beyond: steps of 1, 2, 2.5 or 5 times a power of 10."""
    if not high > 0 or not math.isfinite(high):
        return (0.0, 1.0)
    raw = high / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1.0, 2.0, 2.5, 5.0, 10.0) if s * power >= raw * (1 - 1e-9))
    return tuple(step * n for n in range(math.ceil(high / step - 1e-9) + 1))


def frame(size: tuple[int, int], x_high: float, y_high: float, *, x_count: int = 5, margin: float = 52.0) -> Frame:
    """Both axes begin at 0 and end at a round value that holds everything."""
    width, height = size
    left, top, right, bottom = margin, 14.0, width - 16.0, height - 44.0
    xs, ys = ticks(x_high, x_count if width > 500 else 3), ticks(y_high)
    return Frame(
        width, height, left, top, right, bottom,
        tuple(Tick(_place(x, xs[-1], left, right), x) for x in xs),
        tuple(Tick(_place(y, ys[-1], bottom, top), y) for y in ys),
    )  # fmt: skip


def gap_curve(
    size: tuple[int, int], ends: Sequence[float], opened: Sequence[float], expected: Sequence[float]
) -> Curve:
    """`opened[0]` is what is open at the start, `opened[i]` after step i, which ends in week `ends[i - 1]`.

    `expected`: the same with each step weighed by its chance of being finished, or empty.
    """
    high = max(opened[0], 0.01)
    inside = frame(size, max(ends, default=1.0), high)
    steps = _stairs(inside, ends, opened)
    lower = _stairs(inside, ends, expected) if expected else []
    base = f"L{steps[-1][0]:.1f} {inside.bottom:.1f}L{inside.left:.1f} {inside.bottom:.1f}Z"
    places = [(_x(inside, week), _y(inside, left)) for week, left in zip(ends, opened[1:], strict=True)]
    return Curve(
        inside, _path(steps), _path(steps) + base, _path(lower), tuple((round(x, 1), round(y, 1)) for x, y in places),
        round(steps[-1][1], 1), round(lower[-1][1], 1) if lower else 0.0,
    )  # fmt: skip


def scatter(size: tuple[int, int], points: Sequence[tuple[float, float, bool]]) -> Scatter:
    """(x, y, whether it is the chosen one) each, numbered from 1. Points that would hide each other are set apart."""
    inside = frame(size, max(p[0] for p in points), max(p[1] for p in points), margin=64.0)
    marks: list[Mark] = []
    for number, (x, y, chosen) in enumerate(points, 1):
        across, up = _x(inside, x), _y(inside, y)
        aside = -APART if across > (inside.left + inside.right) / 2 else APART
        while any(math.hypot(m.x - across, m.y - up) < APART for m in marks):
            across += aside
        marks.append(Mark(number, round(across, 1), round(up, 1), chosen))
    return Scatter(inside, tuple(marks))


def _stairs(inside: Frame, ends: Sequence[float], opened: Sequence[float]) -> list[tuple[float, float]]:
    """What a step closes is closed when it ends."""
    found = [(inside.left, _y(inside, opened[0]))]
    for week, before, after in zip(ends, opened, opened[1:], strict=False):
        found += [(_x(inside, week), _y(inside, before)), (_x(inside, week), _y(inside, after))]
    return found


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""


def _x(inside: Frame, value: float) -> float:
    return _place(value, inside.x_ticks[-1].value, inside.left, inside.right)


def _y(inside: Frame, value: float) -> float:
    return _place(value, inside.y_ticks[-1].value, inside.bottom, inside.top)


def _place(value: float, high: float, low_at: float, high_at: float) -> float:
    return round(low_at + (high_at - low_at) * min(1.0, max(0.0, value / high)), 2)
