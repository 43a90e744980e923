from __future__ import annotations

from argparse import ArgumentParser

import pytest

from credpath.errors import InvalidInput
from training.loop_benchmark import Round, add_arguments, run, show, summary


def a_round(seed: int, recovered: float, promoted: bool = True) -> Round:
    return Round(
        seed=seed, rules=0.1, served=0.1 + 0.1 * recovered, informed=0.18, oracle=0.2, promoted=promoted,
        recovered=recovered if promoted else 0.0, verdict="promote", estimated_lift=0.05, seconds_log=1.0,
        seconds_fit=2.0, seconds=4.0,
    )  # fmt: skip


def test_a_held_model_recovers_nothing() -> None:
    document = summary([a_round(1, 0.8), a_round(2, 0.9, promoted=False)])
    assert document["promoted"] == 1
    assert document["recovered"]["value"] == pytest.approx(0.4)


def test_the_table_names_every_world_and_says_that_it_is_no_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    document = summary([a_round(7, 0.8), a_round(8, 0.6)]) | {"decisions": 20, "fresh": 5, "note": "no evidence"}
    document["gate"] = {"trials": 20, "challengers": {"worse": {"lift": -0.02, "promoted": 0}}}
    document["coverage"] = {"overall": {"snips": 0.95, "ips": None}}
    show(document)
    out = capsys.readouterr().out
    for words in ("7", "8", "0.70", "worse", "0 of 20", "snips 0.950", "no evidence"):
        assert words in out


def test_the_options_have_valid_defaults_and_nonsense_is_refused() -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    assert parser.parse_args([]).seeds == 10
    with pytest.raises(InvalidInput):
        run(parser.parse_args(["--seeds", "0"]))


@pytest.mark.slow
def test_one_small_world_is_played_from_log_to_verdict() -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    given = ["--seeds", "1", "--decisions", "1500", "--fresh", "50", "--processes", "1", "--trials", "0", "--logs", "0"]
    document = run(parser.parse_args([*given, "--first-seed", "1"]))
    one = document["rounds"][0]
    assert one["rules"] < one["informed"] < one["oracle"]
    assert one["verdict"]
