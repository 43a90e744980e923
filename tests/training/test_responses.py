"""Parts of a log, copies of an answer, folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.errors import InvalidInput
from tests.training.response_world import read_log
from training.responses import Responses, collapse, deal_folds

PLAIN = "learner_id,item_id,skill_id,correct,order"


def answers(rows: list[tuple[int, int, int, int, float]], dated: bool = False) -> Responses:
    """Of (learner, item, skill, correct, order), already sorted."""
    learner, item, skill, correct, order = (np.array(column) for column in zip(*rows, strict=True))
    words = tuple(map(str, range(10)))
    return Responses(
        learner.astype(np.int32), item.astype(np.int32), correct.astype(np.int8), np.arange(len(rows) + 1),
        skill.astype(np.int32), order.astype(float), np.zeros(len(rows), np.int16),
        words, words, words, ("1", "2"), dated,
    )  # fmt: skip


def skills_of(found: Responses) -> list[list[int]]:
    return [found.skills[a:b].tolist() for a, b in zip(found.starts[:-1], found.starts[1:], strict=True)]


@pytest.mark.parametrize(
    ("rows", "skills"),
    [
        pytest.param([(0, 1, 5, 1, 1), (0, 1, 3, 1, 2), (0, 1, 4, 1, 3)], [[3, 4, 5]], id="three skills of one answer"),
        pytest.param([(0, 1, 5, 1, 1), (0, 1, 3, 0, 2)], [[5], [3]], id="another result"),
        pytest.param([(0, 1, 5, 1, 1), (0, 2, 3, 1, 1)], [[5], [3]], id="another item"),
        pytest.param([(0, 1, 5, 1, 1), (0, 2, 5, 1, 2), (0, 1, 3, 1, 3)], [[5], [5], [3]], id="not neighbours"),
        pytest.param([(0, 1, 5, 1, 1), (1, 1, 3, 1, 1)], [[5], [3]], id="another learner"),
        pytest.param([(0, 1, 5, 1, 1), (0, 1, 5, 1, 2)], [[5], [5]], id="the same skill again"),
        pytest.param(
            [(0, 1, 5, 1, 1), (0, 1, 3, 1, 2), (0, 1, 5, 1, 3), (0, 1, 3, 1, 4)], [[3, 5], [3, 5]], id="answered twice"
        ),
        pytest.param([(0, -1, 5, 1, 1), (0, -1, 3, 1, 1)], [[3, 5]], id="no item, one moment"),
        pytest.param([(0, -1, 5, 1, 1), (0, -1, 3, 1, 2)], [[5], [3]], id="no item, two moments"),
    ],
)
def test_neighbouring_rows_are_one_answer_only_when_nothing_but_the_skill_differs(
    rows: list[tuple[int, int, int, int, float]], skills: list[list[int]]
) -> None:
    found, gone = collapse(answers(rows))
    assert skills_of(found) == skills
    assert gone == len(rows) - len(skills)


def test_a_day_without_a_time_is_no_moment_and_joins_nothing() -> None:
    rows = [(0, -1, 5, 1, 86_400.0), (0, -1, 3, 1, 86_400.0), (0, -1, 2, 1, 86_401.0), (0, -1, 4, 1, 86_401.0)]
    assert skills_of(collapse(answers(rows, dated=True))[0]) == [[5], [3], [2, 4]]


ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 1), st.integers(0, 3), st.integers(0, 1)), max_size=30)


@given(ROWS)
def test_joining_copies_keeps_every_skill_of_a_learner_and_joins_nothing_twice(
    drawn: list[tuple[int, int, int, int]],
) -> None:
    drawn = [(0, 0, 0, 0), *drawn]
    rows = [(*row, float(at)) for at, row in enumerate(sorted(drawn, key=lambda row: row[0]))]
    found, gone = collapse(answers(rows))
    assert len(found) + gone == len(rows)
    assert sorted(found.skills.tolist()) == sorted(row[2] for row in rows)
    assert all(len(set(skills)) == len(skills) for skills in skills_of(found))
    assert (np.diff(found.learner) >= 0).all()


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
