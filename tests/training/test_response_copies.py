"""Rows that are one answer become one, whatever they say of it being right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.response_world import skills_of
from training.response_copies import collapse
from training.responses import Responses

Row = tuple[int, int, int, int, float]
NONE = -1  # no item


def answers(rows: list[Row], dated: bool = False) -> Responses:
    """Of (learner, item, skill, correct, order), already sorted."""
    learner, item, skill, correct, order = (np.array(column) for column in zip(*rows, strict=True))
    words, learners = tuple(map(str, range(10))), tuple(map(str, range(int(learner.max()) + 1)))
    return Responses(
        learner.astype(np.int32), item.astype(np.int32), correct.astype(np.int8), np.arange(len(rows) + 1),
        skill.astype(np.int32), order.astype(float), np.zeros(len(rows), np.int16),
        learners, words, words, ("1", "2"), dated,
    )  # fmt: skip


def drawn(count: int = 400, learners: int = 20, seed: int = 1, *, items: bool = True) -> list[Row]:
    """So many answers, each of an item (NONE without items) and one skill, with an order of its own."""
    dice = np.random.default_rng(seed)
    asked = dice.integers(9, size=count).tolist()
    return [
        (at * learners // count, item if items else NONE, item % 5, int(dice.random() < 0.6), float(at))
        for at, item in enumerate(asked)
    ]


def under_two_skills(rows: list[Row]) -> list[Row]:
    """Each answer twice, the second time under another skill."""
    return [copy for who, item, skill, right, at in rows
            for copy in ((who, item, skill, right, at), (who, item, skill + 1, right, at))]  # fmt: skip


def shuffled(rows: list[Row]) -> list[Row]:
    """The same rows with the column `correct` in another order."""
    dealt = np.random.default_rng(5).permutation([row[3] for row in rows]).tolist()
    return [(*row[:3], right, row[4]) for row, right in zip(rows, dealt, strict=True)]


@pytest.mark.parametrize(
    ("rows", "skills"),
    [
        pytest.param([(0, 1, 5, 1, 1), (0, 1, 3, 1, 2), (0, 1, 4, 1, 3)], [[3, 4, 5]], id="three skills of one answer"),
        pytest.param([(0, 1, 5, 1, 1), (0, 1, 3, 0, 2)], [[3, 5]], id="another result"),
        pytest.param([(0, 1, 5, 1, 1), (0, 2, 3, 1, 1)], [[5], [3]], id="another item"),
        pytest.param([(0, 1, 5, 1, 1), (0, 2, 5, 1, 2), (0, 1, 3, 1, 3)], [[5], [5], [3]], id="not neighbours"),
        pytest.param([(0, 1, 5, 1, 1), (1, 1, 3, 1, 1)], [[5], [3]], id="another learner"),
        pytest.param([(0, 1, 5, 1, 1), (0, 1, 5, 1, 2)], [[5], [5]], id="the same skill again"),
        pytest.param(
            [(0, 1, 5, 1, 1), (0, 1, 3, 1, 2), (0, 1, 5, 1, 3), (0, 1, 3, 1, 4)], [[3, 5], [3, 5]], id="answered twice"
        ),
        pytest.param([(0, NONE, 5, 1, 1), (0, NONE, 3, 1, 1)], [[3, 5]], id="no item, one moment"),
        pytest.param([(0, NONE, 5, 1, 1), (0, NONE, 3, 1, 2)], [[5], [3]], id="no item, two moments"),
    ],
)
def test_neighbouring_rows_are_one_answer_only_when_nothing_but_the_skill_tells_them_apart(
    rows: list[Row], skills: list[list[int]]
) -> None:
    found = collapse(answers(rows))
    assert skills_of(found.responses) == skills
    assert found.copies == len(rows) - len(skills)
    assert not found.doubts


def test_an_answer_is_right_where_its_first_row_is() -> None:
    rows = [(0, 1, 5, 0, 1.0), (0, 1, 3, 1, 2.0), (0, 1, 4, 1, 3.0), (0, 2, 3, 1, 4.0), (0, 2, 4, 0, 5.0)]
    assert collapse(answers(rows)).responses.correct.tolist() == [0, 1]


def test_which_rows_are_joined_is_the_same_for_shuffled_labels() -> None:
    rows = under_two_skills(drawn())
    found, dealt = (collapse(answers(these)).responses for these in (rows, shuffled(rows)))
    assert len(found) == 400
    assert skills_of(dealt) == skills_of(found)
    assert dealt.order.tolist() == found.order.tolist()


def test_a_day_without_a_time_is_no_moment_and_joins_nothing_and_says_so() -> None:
    day = 86_400.0
    rows = [(0, NONE, 5, 1, day), (0, NONE, 3, 1, day), (0, NONE, 2, 1, day + 1), (0, NONE, 4, 1, day + 1)]
    found = collapse(answers(rows, dated=True))
    assert skills_of(found.responses) == [[5], [3], [2, 4]]
    (doubt,) = found.doubts
    assert doubt.startswith("1 row without an item")


def test_without_items_copies_under_other_skills_are_told_by_their_order() -> None:
    rows = drawn(items=False)
    found = collapse(answers(under_two_skills(rows)))
    assert (len(found.responses), found.copies, found.doubts) == (400, 400, ())
    assert found.responses.correct.tolist() == [row[3] for row in rows]


@pytest.mark.parametrize("size", [2, 5, 20], ids=lambda size: f"{size} a session")
def test_without_items_different_answers_of_one_session_are_not_joined_and_a_sentence_says_so(size: int) -> None:
    rows = [(*row[:4], float(at % 20 // size)) for at, row in enumerate(drawn(items=False))]
    found = collapse(answers(rows))
    assert (len(found.responses), found.copies, found.duplicates) == (400, 0, 0)
    assert any("without an item" in doubt and "different answers one order" in doubt for doubt in found.doubts)


def test_few_moments_with_two_answers_do_not_keep_the_copies_of_others_apart() -> None:
    rows = under_two_skills(drawn(items=False))
    rows[2:4] = [(*row[:4], 0.0) for row in rows[2:4]]  # two answers of one second
    found = collapse(answers(rows))
    assert 398 <= len(found.responses) <= 400
    assert not found.doubts


@pytest.mark.parametrize("items", [True, False], ids=["items", "no items"])
def test_a_row_written_again_counts_once_where_each_answer_has_its_order(items: bool) -> None:
    rows = drawn(items=items)
    found = collapse(answers([row for row in rows for _ in range(2)]))
    assert (len(found.responses), found.duplicates, found.copies, found.doubts) == (400, 400, 0, ())
    assert found.responses.order.tolist() == [row[4] for row in rows]


def test_a_file_joined_to_itself_keeps_each_answer_once_with_all_its_skills() -> None:
    once = under_two_skills(drawn(items=False))
    twice = [row for at in range(0, 800, 2) for row in once[at : at + 2] * 2]  # sorted by order: a, b, a, b
    found = collapse(answers(twice))
    assert skills_of(found.responses) == skills_of(collapse(answers(once)).responses)
    assert (found.copies, found.duplicates) == (400, 800)


@pytest.mark.parametrize("items", [True, False], ids=["items", "no items"])
def test_equal_rows_of_one_session_are_answers_and_a_sentence_says_how_many(items: bool) -> None:
    rows = [(*row[:4], float(at % 20 // 10)) for at, row in enumerate(drawn(items=items))]
    rows[1] = rows[0]
    found = collapse(answers(rows))
    assert (len(found.responses), found.duplicates) == (400, 0)
    assert any("equal another in learner, item, skill and order" in doubt for doubt in found.doubts)


def test_equal_rows_that_often_differ_in_the_result_are_tries_not_copies() -> None:
    rows = [row for row in drawn() for _ in range(2)]
    found = collapse(answers(shuffled(rows)))
    assert (len(found.responses), found.duplicates) == (800, 0)
    assert found.doubts


ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 1), st.integers(0, 3), st.integers(0, 1)), max_size=30)


@given(ROWS)
def test_joining_copies_keeps_every_skill_of_a_learner_and_joins_nothing_twice(
    given_rows: list[tuple[int, int, int, int]],
) -> None:
    given_rows = [(0, 0, 0, 0), *given_rows]
    rows = [(*row, float(at)) for at, row in enumerate(sorted(given_rows, key=lambda row: row[0]))]
    found = collapse(answers(rows))
    assert len(found.responses) + found.copies == len(rows)
    assert sorted(found.responses.skills.tolist()) == sorted(row[2] for row in rows)
    assert all(len(set(skills)) == len(skills) for skills in skills_of(found.responses))
    assert (np.diff(found.responses.learner) >= 0).all()


@given(ROWS, st.lists(st.integers(0, 4), min_size=31, max_size=31))
def test_no_row_is_lost_without_being_counted_however_orders_tie(
    given_rows: list[tuple[int, int, int, int]], orders: list[int]
) -> None:
    numbered = [(*row, float(at)) for row, at in zip([(0, 0, 0, 0), *given_rows], orders, strict=False)]
    rows = sorted(numbered, key=lambda row: (row[0], row[4]))
    found = collapse(answers(rows))
    assert len(found.responses) + found.copies + found.duplicates == len(rows)
