"""The benchmark of paths on few and small problems: its figures, its verdicts and its pictures."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from credpath.domain.paths import LearningPath, Step
from credpath.recommender.planning import plan_all
from training import paths_benchmark
from training.benchmark import main
from training.paths_benchmark import Compared, compare
from training.paths_plots import plot_gaps, plot_speed
from training.paths_world import World, disturbed, finished


def options(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    paths_benchmark.add_arguments(parser)
    return parser.parse_args(arguments)


def told(*arguments: str) -> dict[str, Any]:
    return paths_benchmark.run(options(*arguments), lambda text: None)


def colours(file: Path) -> Mapping[tuple[int, ...], int]:
    """How many pixels have each colour, in a file that must be a PNG."""
    assert file.read_bytes().startswith(b"\x89PNG\r\n")
    picture = (imread(file)[..., :3] * 255).round().astype(int).reshape(-1, 3)
    found, counts = np.unique(picture, axis=0, return_counts=True)
    return {tuple(colour): count for colour, count in zip(found.tolist(), counts.tolist(), strict=True)}


def compared(served: float, best: float, bound: float) -> Compared:
    return Compared(0, 10, served, best, bound, 0.0, "highs", (), 1.0)


def test_the_gap_is_what_is_missing_of_the_optimum_or_of_the_bound_while_that_is_not_proven() -> None:
    assert compared(0.5, 0.5, 0.5).gap == 0.0
    assert compared(0.4, 0.5, 0.5).gap == pytest.approx(0.2)
    open_one = compared(0.4, 0.4, 0.8)
    assert (open_one.proven, open_one.gap) == (False, pytest.approx(0.5))
    assert compared(0.0, 0.0, 0.0).gap == 0.0


@pytest.mark.parametrize("seed", range(6))
def test_what_is_served_is_never_better_than_the_optimum_nor_breaks_a_limit(seed: int) -> None:
    one = compare(seed, 12)
    if one is not None:
        assert one.served <= one.best <= one.bound + 1e-9
        assert one.broken == ()
        assert one.proven
        assert one == compare(seed, 12) or one.milliseconds > 0


def test_the_gap_part_has_one_line_of_every_figure_and_passes() -> None:
    (part, figures), *rest = told("--only", "gap", "--instances", "12", "--candidates", "12").items()
    assert (part, rest) == ("gap", [])
    assert figures["passed"] is True
    assert 0 < figures["proven"] <= figures["problems"] <= 12
    assert figures["bound_broken"] == figures["limits_broken"] == 0
    assert figures["gap_mean"] <= figures["gap_worst"] <= 0.05


def test_the_command_prints_its_figures_and_draws_where_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["paths", "--only", "gap", "--instances", "5", "--candidates", "8", "--plots", str(tmp_path / "plots")]
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gap"]["candidates_at_most"] == 8
    assert [file.name for file in (tmp_path / "plots").iterdir()] == ["paths_gap.png"]
    assert main(arguments) == 0
    assert "gap_worst" in capsys.readouterr().out


def test_speed_is_measured_on_a_catalogue_of_the_size_asked_for_and_drawn(tmp_path: Path) -> None:
    figures = told("--only", "speed", "--credentials", "300", "--requests", "3", "--plots", str(tmp_path))["speed"]
    assert (figures["credentials"], figures["requests"], figures["with_bound"]) == (300, 3, 3)
    assert 0 < figures["cpu_milliseconds_p50"] <= figures["cpu_milliseconds_p95"]
    assert figures["candidates_p50"] > 10
    assert len(colours(tmp_path / "paths_speed.png")) > 20


def test_no_step_moves_without_cause_while_learners_follow_their_paths() -> None:
    figures = told("--only", "steady", "--learners", "2")["steady"]
    assert figures["plans"] >= figures["learners"] == 2
    assert figures["steps_ahead"] > 0
    assert (figures["moved_without_cause"], figures["share_without_cause"], figures["passed"]) == (0, 0.0, True)


def test_a_step_that_is_gone_or_overtaken_has_moved_and_one_that_is_added_has_not() -> None:
    def path(*steps: str) -> LearningPath:
        made = tuple(Step(name, 0.0, 1.0, 1.0, False, None, None, 0.0, (), (), (), ()) for name in steps)
        return LearningPath(made, 1.0, 1.0, None, 0, 0.5, 0.2)

    assert disturbed(("a", "b", "c"), path("a", "b", "c")) == set()
    assert disturbed(("a", "b"), path("a", "new", "b", "more")) == set()
    assert disturbed(("a", "b", "c"), path("a", "c")) == {"b"}
    assert disturbed(("a", "b", "c"), path("b", "a", "c")) == {"a", "b"}


def test_whoever_finishes_the_first_step_is_older_holds_it_and_has_less_left() -> None:
    world = World.of(300, 400)
    question = world.question(3)  # with weeks and a budget
    path = plan_all(world.index, question)[0]
    then = finished(world.index, question, path)
    step = path.steps[0]
    assert step.credential_id in then.snapshot.held
    assert then.snapshot.history[-1] == step.credential_id
    assert then.today == question.today + timedelta(days=int(np.ceil(7 * step.end_week - 1e-6)))
    assert (then.constraints.weeks or 0.0) < (question.constraints.weeks or 0.0)
    for uri, before, _ in step.skills:
        assert then.snapshot.mastery[uri].probability >= before - 1e-9


GAPS = [0.0] * 40 + [0.0015, 0.004, 0.03]
SIZES = [12 + n % 14 for n in range(43)]


def test_the_pictures_are_png_files_that_show_something_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        plot_gaps(GAPS, SIZES, tmp_path / folder)
        plot_speed([100.0, 150.0, 420.0], [90.0, 120.0, 300.0], tmp_path / folder)
    for name in ("paths_gap.png", "paths_speed.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
        found = colours(tmp_path / "one" / name)
        ground = max(found.values())
        assert 0.02 < 1 - ground / sum(found.values()) < 0.6


def test_a_picture_of_other_figures_is_another_picture(tmp_path: Path) -> None:
    plot_gaps(GAPS, SIZES, tmp_path / "good")
    plot_gaps([*GAPS[:-1], 0.3], SIZES, tmp_path / "bad")
    assert (tmp_path / "good" / "paths_gap.png").read_bytes() != (tmp_path / "bad" / "paths_gap.png").read_bytes()
