"""Reading response logs: what counts, what is refused and where."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import InvalidInput
from tests.training.response_world import HEADER, drawn_log, read_log, write_log
from training.response_reader import ResponseLog, read_responses

PLAIN = "learner_id,item_id,skill_id,correct,order"


def read(folder: Path, lines: list[str], header: str = HEADER) -> ResponseLog:
    return read_responses(write_log(folder / "responses.csv", lines, header))


def faults(log: ResponseLog) -> dict[int, str]:
    return {refusal.line: refusal.reason for refusal in log.refusals}


def test_answers_stand_by_learner_and_order_with_codes_of_sorted_words(tmp_path: Path) -> None:
    log = read(tmp_path, ["zoe,q2,b;a,1,7,x", "ann,q1,a,0,9,y", "ann,q2,b,1,8,y", "zoe,q1,c,0,1,x"])
    found = log.responses
    assert (found.learners, found.items, found.skill_names) == (("ann", "zoe"), ("q1", "q2"), ("a", "b", "c"))
    assert found.folds == ("x", "y")
    assert found.learner.tolist() == [0, 0, 1, 1]
    assert found.item.tolist() == [1, 0, 0, 1]
    assert found.correct.tolist() == [1, 0, 0, 1]
    assert [found.skills[a:b].tolist() for a, b in zip(found.starts, found.starts[1:], strict=False)] == [
        [1], [0], [2], [0, 1],
    ]  # fmt: skip
    assert found.order.tolist() == [8.0, 9.0, 1.0, 7.0]
    assert found.fold.tolist() == [1, 1, 0, 0]
    assert log.own_folds
    assert not log.refusals


def test_every_bad_row_is_named_with_its_line_and_the_others_are_read(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        [
            "ann,q1,a,1,1,1",
            "ann,q1,a,0.5,2,1",
            ",q1,a,1,3,1",
            "ann,q1,,1,4,1",
            "ann,q1,a,,5,1",
            "ann,q1,a,1,soon,1",
            "ann,q1,a,1,,1",
            "ann,q1,a,1,2026-01-01,1",
            "ann,q1,a,1,6,2",
            "ann,q1,a,1,7,",
            "ann,q1,a,1",
            "bob,q1,a,1.0,8,2",
            *(f"bob,q1,a,1,{at},2" for at in range(9, 18)),
        ],
    )
    assert len(log.responses) == 11
    assert log.rows == 21
    assert faults(log) == {
        3: "correct is '0.5', neither 0 nor 1",
        4: "learner_id is empty",
        5: "skill_id is empty",
        6: "correct is empty",
        7: "order is 'soon', neither a number nor a time",
        8: "order is empty",
        9: "order is a time where line 2 gives a number",
        10: "the learner is in fold 2 here and in fold 1 on line 2",
        11: "fold is empty where other rows name one",
        12: "4 fields where the header has 6",
    }


def test_items_may_be_empty_or_the_column_missing(tmp_path: Path) -> None:
    empty = read(tmp_path, ["ann,,a,1,1", "bob,,a,0,1"], PLAIN).responses
    missing = read(tmp_path, ["ann,a,1,1", "bob,a,0,1"], "learner_id,skill_id,correct,order").responses
    for found in (empty, missing):
        assert found.items == ()
        assert found.item.tolist() == [-1, -1]


def test_times_are_seconds_and_equal_ones_stand_in_the_order_of_the_lines(tmp_path: Path) -> None:
    lines = [
        "ann,q1,a,1,2026-01-02T00:00:00Z", "ann,q2,a,0,2026-01-01T23:00:00-01:00", "ann,q3,a,0,2026-01-01",
        "bob,q1,a,0,2026-01-01",
    ]  # fmt: skip
    found = read(tmp_path, lines, PLAIN).responses
    assert found.dated
    assert [found.items[code] for code in found.item[:3]] == ["q3", "q1", "q2"]
    assert np.diff(found.order[:3]).tolist() == [86_400.0, 0.0]


def test_orders_may_be_negative_or_fractions(tmp_path: Path) -> None:
    found = read(tmp_path, ["ann,q1,a,1,0.5", "ann,q2,a,1,-3", "bob,q1,a,1,1e3"], PLAIN).responses
    assert found.order.tolist() == [-3.0, 0.5, 1000.0]
    assert not found.dated


def test_rows_in_another_order_give_the_same_answers(tmp_path: Path) -> None:
    lines = drawn_log(learners=10)
    mixed = random.Random(3).sample(lines, len(lines))
    ours, theirs = read_log(tmp_path / "a.csv", lines), read_log(tmp_path / "b.csv", mixed)
    for name in ("learner", "item", "correct", "starts", "skills", "order", "fold"):
        assert getattr(ours, name).tolist() == getattr(theirs, name).tolist()
    assert ours.items == theirs.items


def test_without_a_fold_column_learners_are_dealt_into_five_by_the_seed(tmp_path: Path) -> None:
    lines = [f"learner-{who},q1,a,{who % 2},{at}" for who in range(53) for at in range(3)]
    log = read(tmp_path, lines, PLAIN)
    found = log.responses
    assert not log.own_folds
    assert found.folds == ("1", "2", "3", "4", "5")
    assert sorted(np.bincount(found.fold[::3]).tolist()) == [10, 10, 11, 11, 11]
    assert all(len(set(found.fold[at : at + 3].tolist())) == 1 for at in range(0, len(found), 3))
    again = read_responses(tmp_path / "responses.csv", seed=42).responses
    other = read_responses(tmp_path / "responses.csv", seed=7).responses
    assert found.fold.tolist() == again.fold.tolist() != other.fold.tolist()


def test_copies_of_an_answer_under_other_skills_are_counted(tmp_path: Path) -> None:
    log = read(tmp_path, ["ann,q1,a,1,1", "ann,q1,b,1,2", "ann,q2,a,0,3", "bob,q1,a,1,1"], PLAIN)
    assert (len(log.responses), log.rows, log.collapsed) == (3, 4, 1)
    assert log.responses.skills[:2].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("lines", "header", "words"),
    [
        ([], PLAIN, "holds no answer"),
        (["ann,q1,a,2,1"], PLAIN, "no answer can be read: line 2: correct is '2', neither 0 nor 1"),
        (["ann,a,1,1"], "learner_id,skill_id,correct,when", "no answer can be read: line 1: missing column order"),
        (["ann,q1,a,1,1"], PLAIN, "at least two learners"),
        (["ann,q1,a,1,1,5", "bob,q1,a,1,1,5"], HEADER, "all answers are in fold 5"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, lines: list[str], header: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        read(tmp_path, lines, header)
    assert caught.value.where.endswith("responses.csv")
    assert caught.value.fix


def test_an_unknown_column_is_ignored_by_name_and_is_no_refused_row(tmp_path: Path) -> None:
    log = read(tmp_path, ["ann,q1,a,1,1,9,9", "bob,q1,a,1,1,9,9"], PLAIN + ",x_minutes,hints")
    assert not log.refusals
    (warning,) = log.warnings
    assert warning.startswith("unknown column 'hints' is ignored")
    assert len(log.responses) == 2


def test_a_column_that_was_misspelt_is_ignored_with_the_name_that_was_meant(tmp_path: Path) -> None:
    log = read(tmp_path, ["ann,q1,a,1,1", "bob,q1,a,1,1"], "learner_id,item_ids,skill_id,correct,order")
    assert "did you mean item_id?" in log.warnings[0]


def test_correct_may_be_true_or_false_in_any_case(tmp_path: Path) -> None:
    words = ["true", "False", "TRUE", " 1", "0.0", " false "]
    log = read(tmp_path, [f"{who},q{at},a,{word},{at}" for who in "ab" for at, word in enumerate(words)], PLAIN)
    assert log.responses.correct.tolist() == [1, 0, 1, 1, 0, 0] * 2
    assert not log.refusals


def test_what_is_neither_right_nor_wrong_is_refused_with_the_words_that_may_stand_there(tmp_path: Path) -> None:
    log = read(tmp_path, ["ann,q1,a,yes,1", "ann,q1,a,1,2", "bob,q1,a,0,2"], PLAIN)
    (refusal,) = log.refusals
    assert refusal.reason == "correct is 'yes', neither 0 nor 1"
    assert "true" in refusal.fix


def test_refused_rows_are_told_with_their_share_and_the_first_of_each_kind(tmp_path: Path) -> None:
    lines = [f"{who},q{at},a,1,{at}" for who in "ab" for at in range(3)]
    log = read(tmp_path, [*lines, "a,q,a,yes,1", "a,q,a,yes,2", "a,q,a,1,", "a,q,a,no,1"], PLAIN)
    (warning,) = log.warnings
    assert warning == (
        "4 of 10 rows were refused (40%): line 8: correct is 'yes', neither 0 nor 1; line 10: order is empty; "
        "line 11: correct is 'no', neither 0 nor 1"
    )


@pytest.mark.parametrize(
    ("lines", "header", "words"),
    [
        pytest.param(
            ["ann,q1,a,maybe,1", "bob,q1,a,1,1", "ann,q1,a,maybe,2"], PLAIN,
            "2 of 3 rows were refused \\(67%\\): line 2: correct is 'maybe'", id="a word",
        ),
        pytest.param(
            [f"{who},q{at},a,1,{at},{at % 5}" for who in ("ann", "bob") for at in range(20)], HEADER,
            "line 3: the learner is in fold 1 here and in fold 0 on line 2", id="a learner in all folds",
        ),
        pytest.param(
            ["ann,q,a,1,2026-01-01T00:00:00Z", *(f"bob,q,a,0,{at}" for at in range(9))], PLAIN,
            "line 3: order is a number where line 2 gives a time", id="two kinds of order",
        ),
    ],
)  # fmt: skip
def test_a_file_of_which_most_is_refused_is_not_used_and_the_first_rows_are_named(
    tmp_path: Path, lines: list[str], header: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        read(tmp_path, lines, header)
    assert caught.value.fix


def test_where_too_little_is_left_the_refused_rows_are_named_beside_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="two learners; 1 of 3 rows were refused") as caught:
        read(tmp_path, ["ann,q1,a,1,1", "ann,q2,a,1,2", "bob,q1,a,maybe,1"], PLAIN)
    assert "line 4: correct is 'maybe'" in caught.value.what


def test_rows_written_again_are_counted(tmp_path: Path) -> None:
    lines = [f"{who},q{at},a,{at % 2},{at}" for who in "ab" for at in range(6)]
    log = read(tmp_path, [*lines, *lines], PLAIN)
    assert (len(log.responses), log.rows, log.duplicates, log.collapsed) == (12, 24, 12, 0)


def test_what_may_be_copies_and_is_left_is_a_warning(tmp_path: Path) -> None:
    lines = [f"{who},{'abc'[at % 3]},{at % 2},7" for who in "ab" for at in range(6)]
    log = read(tmp_path, lines, "learner_id,skill_id,correct,order")
    assert len(log.responses) == 12
    assert any("10 rows without an item" in warning for warning in log.warnings)


def test_a_missing_file_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read") as caught:
        read_responses(tmp_path / "absent.csv")
    assert "learner_id,item_id,skill_id" in caught.value.fix
