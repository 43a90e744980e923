"""Geometry of the dashboard's plots: columns by day, lines with bands, calibration. Templates draw them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from credpath.evaluation.calibration import Bin
from credpath.web.charts import Frame, Tick, ticks

SQUARE = (420, 420)
# A card shows the one that fits it, so that letters keep their size.
SIZES = (("narrow", (340, 230)), ("middle", (520, 240)), ("wide", (760, 250)))
# A dot may be this much of the frame's shorter side across, by the share of all predictions behind it.
LEAST_DOT, MOST_DOT = 4.0, 11.0
LEAST_HIGH = 1e-9  # below which an axis is as good as one of nothing

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One line. `tone`: the end of the classes `line-...` and `fill-...`. A None breaks the line.

    `band`: (low, high) beside each point, or ().
    """

    name: str
    tone: str
    points: Sequence[Point | None]
    band: Sequence[Point] = ()
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn series. `end`: where its last point lies."""

    name: str
    tone: str
    path: str
    band: str
    dots: tuple[Point, ...]
    end: Point
    dashed: bool


@dataclass(frozen=True, slots=True)
class LinePlot:
    """Lines in a frame."""

    frame: Frame
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of two parts: `top` and `height` of the whole, `part_top` and `part` of what is set apart in it."""

    place: int
    x: float
    width: float
    top: float
    height: float
    part_top: float
    part: float


@dataclass(frozen=True, slots=True)
class ColumnPlot:
    """Columns in a frame whose x ticks are places of columns."""

    frame: Frame
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin of a calibration: where, how large, and the ends of its interval."""

    x: float
    y: float
    radius: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CalibrationPlot:
    """Stated probability across, share that happened up."""

    frame: Frame
    dots: tuple[Dot, ...]
    path: str


def column_plot(size: tuple[int, int], values: Sequence[tuple[float, float]], most_ticks: int = 6) -> ColumnPlot:
    """`values`: (whole, part of it) of each column, in order."""
    inside = _inside(size, max((whole for whole, _ in values), default=0.0))
    step = (inside.right - inside.left) / max(1, len(values))
    width = max(1.0, round(step * 0.72, 2))
    columns = []
    for place, (whole, part) in enumerate(values):
        top, part_top = _up(inside, whole), _up(inside, part)
        x = round(inside.left + step * place + (step - width) / 2, 2)
        columns.append(Column(place, x, width, top, round(inside.bottom - top, 2), part_top,
                              round(inside.bottom - part_top, 2)))  # fmt: skip
    shown = every(len(values), most_ticks if size[0] > 600 else 3)
    marks = tuple(Tick(round(inside.left + step * (place + 0.5), 2), place) for place in shown)
    return ColumnPlot(_with_x(inside, marks), tuple(columns))


def line_plot(
    size: tuple[int, int], series: Sequence[Series], x_ticks: Sequence[float], high: float | None = None
) -> LinePlot:
    """Lines over the span of `x_ticks` and all points; the y axis begins at 0."""
    points = [p for s in series for p in s.points if p is not None]
    tops = [y for _, y in points] + [upper for s in series for _, upper in s.band]
    inside = _inside(size, max(tops, default=0.0) if high is None else high)
    xs = [x for x, _ in points] + list(x_ticks)
    first, last = min(xs, default=0.0), max(xs, default=1.0)
    span = (first, last if last > first else first + 1.0)
    marks = tuple(Tick(_across(inside, span, x), x) for x in x_ticks)
    return LinePlot(_with_x(inside, marks), tuple(_line(inside, span, one) for one in series))


def calibration_plot(size: tuple[int, int], bins: Sequence[Bin]) -> CalibrationPlot:
    """Dots by how many predictions stand behind them, with the interval of what happened."""
    inside = _inside(size, 1.0)
    span = (0.0, 1.0)
    inside = _with_x(inside, tuple(Tick(_across(inside, span, x), x) for x in (0.0, 0.25, 0.5, 0.75, 1.0)))
    most = max((b.count for b in bins), default=1)
    dots = tuple(
        Dot(
            _across(inside, span, b.stated), _up(inside, b.happened),
            round(LEAST_DOT + (MOST_DOT - LEAST_DOT) * (b.count / most) ** 0.5, 1), _up(inside, b.low),
            _up(inside, b.high),
        )
        for b in bins
    )  # fmt: skip
    return CalibrationPlot(inside, dots, _path([(d.x, d.y) for d in dots]))


def every(count: int, most: int) -> tuple[int, ...]:
    """At most so many places of `count`, evenly apart, the last one included."""
    if count <= 0:
        return ()
    step = -(-count // most)
    return tuple(sorted(range(count - 1, -1, -step)))


def _inside(size: tuple[int, int], high: float) -> Frame:
    width, height = size
    left, top, right, bottom = 52.0, 12.0, width - 12.0, height - 34.0
    marks = ticks(high if high > LEAST_HIGH else 0.0)
    y_ticks = tuple(Tick(round(bottom - (bottom - top) * value / marks[-1], 2), value) for value in marks)
    return Frame(width, height, left, top, right, bottom, (), y_ticks)


def _with_x(inside: Frame, marks: tuple[Tick, ...]) -> Frame:
    edges = (inside.width, inside.height, inside.left, inside.top, inside.right, inside.bottom)
    return Frame(*edges, marks, inside.y_ticks)


def _line(inside: Frame, span: tuple[float, float], one: Series) -> Line:
    runs = [[(_across(inside, span, x), _up(inside, y)) for x, y in run] for run in _runs(one.points)]
    places = tuple(point for run in runs for point in run)
    band = ""
    if one.band:
        known = [p for p in one.points if p is not None]
        upper = [
            (_across(inside, span, x), _up(inside, high)) for (x, _), (_, high) in zip(known, one.band, strict=True)
        ]
        lower = [(_across(inside, span, x), _up(inside, low)) for (x, _), (low, _) in zip(known, one.band, strict=True)]
        band = _path([*upper, *lower[::-1]]) + "Z"
    end = places[-1] if places else (inside.left, inside.bottom)
    return Line(one.name, one.tone, "".join(map(_path, runs)), band, places, end, one.dashed)


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    run: list[Point] = []
    for point in (*points, None):
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""


def _across(inside: Frame, span: tuple[float, float], value: float) -> float:
    share = (value - span[0]) / (span[1] - span[0])
    return round(inside.left + (inside.right - inside.left) * min(1.0, max(0.0, share)), 2)


def _up(inside: Frame, value: float) -> float:
    share = min(1.0, max(0.0, value / inside.y_ticks[-1].value))
    return round(inside.bottom - (inside.bottom - inside.top) * share, 2)
