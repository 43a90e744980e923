from __future__ import annotations

from pathlib import Path

import pytest

from credpath.errors import InvalidInput
from training.retrain_config import RetrainConfig, read_config


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
    ],
)
def test_what_makes_no_sense_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(InvalidInput) as refused:
        read_config(file)
    assert named in str(refused.value)
