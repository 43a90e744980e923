"""Parts of a log, folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from credpath.errors import InvalidInput
from tests.training.response_world import read_log, skills_of
from training.responses import deal_folds

PLAIN = "learner_id,item_id,skill_id,correct,order"


def test_a_part_of_a_log_keeps_its_words_and_counts_from_each_learners_first_answer(tmp_path: Path) -> None:
    lines = ["ann,q1,a,1,1", "ann,q2,a;b,1,2", "bob,q1,a,0,1", "cy,q3,c,0,1", "cy,q1,b,0,2"]
    found = read_log(tmp_path / "log.csv", lines, PLAIN)
    part = found.rows(found.learner != 1)
    assert part.skill_names == found.skill_names
    assert skills_of(part) == [[0], [0, 1], [2], [1]]
    assert part.bounds().tolist() == [0, 2, 4]
    assert part.earlier().tolist() == [0, 1, 0, 1]
    assert part.owner().tolist() == [0, 1, 1, 2, 3]
    assert part.answered(1 - part.correct).correct.tolist() == [0, 0, 1, 1]


def test_folds_are_even_and_follow_the_seed() -> None:
    dealt = deal_folds(12, seed=42)
    assert sorted(np.bincount(dealt).tolist()) == [2, 2, 2, 3, 3]
    assert dealt.tolist() == deal_folds(12, seed=42).tolist() != deal_folds(12, seed=1).tolist()


def test_one_learner_cannot_be_dealt_into_folds() -> None:
    with pytest.raises(InvalidInput, match="two learners"):
        deal_folds(1)
