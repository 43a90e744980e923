from __future__ import annotations

from pathlib import Path

import pytest

from credpath.errors import InvalidInput
from training.retrain_config import Bounds, RetrainConfig, Tried, read_config


def test_the_file_that_is_shipped_says_what_the_code_assumes() -> None:
    assert read_config() == RetrainConfig()


def test_a_key_that_is_left_out_keeps_its_default(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("seed = 7\n[tried]\nleaves = [7, 63]\n")
    read = read_config(file)
    assert (read.seed, read.tried.leaves, read.spans) == (7, (7, 63), RetrainConfig().spans)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sed = 7", "sed"),
        ("[spans]\nblock = 4", "block"),
        ("spans = 4", "spans"),
        ("[spans]\nblocks = 2", "spans"),
        ("[distributed]\nworkers = 2\nscheduler = 'tcp://host:1'", "exclude"),
        ("seed = ", "own.toml"),
        ("seed = -1", "seed"),
        ("seed = 1.5", "seed"),
        ('threads = "two"', "threads"),
        ("threads = 0", "threads"),
        ("threads = true", "threads"),
        ("[spans]\nblocks = 5\njudged = 4", "judged is 4"),
        ("[spans]\ntuning_share = nan", "tuning_share"),
        ("[bounds]\nsteps = -5", "own.toml [bounds]: steps is -5"),
        ("[bounds]\ndecisions = 0", "decisions is 0"),
        ("[bounds]\ncandidates = 10.5", "candidates"),
        ("[bounds]\nmoments = true", "moments"),
        ("[tried]\nleaves = []", "own.toml [tried]: leaves is ()"),
        ("[tried]\nleaves = 15", "leaves"),
        ("[tried]\nleaves = [1]", "leaves is 1"),
        ('[tried]\nreward_leaves = ["4"]', "reward_leaves"),
        ('[tried]\nobjectives = ["best"]', "objectives"),
        ("[tried]\nstep_shares = [1.5]", "step_shares is 1.5"),
        ('[ranker]\ntrees = "many"', "trees"),
        ("[ranker]\nlearning_rate = inf", "learning_rate"),
        ("[ranker]\ntrees = 0", "own.toml [ranker]"),
        ("[distributed]\nworkers = 1.5", "workers"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        read_config(file)
    assert named in str(refused.value)


def test_settings_made_in_code_are_checked_too() -> None:
    with pytest.raises(InvalidInput, match="steps is -5"):
        Bounds(steps=-5)
    with pytest.raises(InvalidInput, match="leaves is"):
        Tried(leaves=())
    with pytest.raises(InvalidInput, match="threads is 'two'"):
        RetrainConfig(threads="two")  # type: ignore[arg-type]


def test_a_whole_number_may_stand_for_a_share(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[tried]\nstep_shares = [0, 0.2]\n[reward]\nl2 = 5\n")
    read = read_config(file)
    assert (read.tried.step_shares, read.reward.l2) == ((0, 0.2), 5)
