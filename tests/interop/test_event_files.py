"""Outcomes and assessment results: times or order numbers, ids that are derived, rows that are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.derived_ids import derived_id
from credpath.domain.forgetting import DATED_SINCE
from credpath.domain.learner import AssessmentResult
from credpath.domain.outcomes import Outcome
from credpath.errors import InvalidInput
from credpath.interop.assessments import read_assessments
from credpath.interop.moments import LAST_SECOND, parse_moment
from credpath.interop.outcomes import read_outcomes
from credpath.interop.reading import Read

OUTCOMES = "learner_id,credential_id,outcome,occurred_at,score,outcome_id,impression_id\n"
RESULTS = "learner_id,skill,score,occurred_at,item_id,max_score,assessment_id\n"


def outcomes(folder: Path, rows: str, header: str = OUTCOMES) -> Read[Outcome]:
    path = folder / "outcomes.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_outcomes(path)


def results(folder: Path, rows: str, header: str = RESULTS) -> Read[AssessmentResult]:
    path = folder / "assessments.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_assessments(path)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-31", (datetime(2026, 3, 31, tzinfo=UTC), False)),
        ("2026-03-31T12:00:00", (datetime(2026, 3, 31, 12, tzinfo=UTC), False)),
        ("2026-03-31T12:00:00Z", (datetime(2026, 3, 31, 12, tzinfo=UTC), False)),
        ("2026-03-31 12:00:00+02:00", (datetime(2026, 3, 31, 10, tzinfo=UTC), False)),
        ("0", (datetime(1970, 1, 1, tzinfo=UTC), True)),
        (" 86400 ", (datetime(1970, 1, 2, tzinfo=UTC), True)),
    ],
)
def test_a_moment_is_a_time_in_utc_or_a_number_that_only_orders(text: str, moment: tuple[datetime, bool]) -> None:
    assert parse_moment(text, "occurred_at") == moment


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30", "-1", str(LAST_SECOND + 1), "9" * 16, "1.5", "NaN", "9999-12-31T23:59-12:00"],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_moment(text, "occurred_at")


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        ("1641459766000", "milliseconds: divide by 1,000"),
        (str(LAST_SECOND + 1), "count from 0"),
        ("-1", "count from 0"),
    ],
)
def test_what_looks_like_milliseconds_is_called_so(number: str, fix: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_moment(number, "occurred_at")
    assert fix in caught.value.fix


@given(numbers=st.lists(st.integers(0, LAST_SECOND), min_size=2, max_size=5))
def test_order_numbers_order(numbers: list[int]) -> None:
    moments = [parse_moment(str(n), "occurred_at")[0] for n in numbers]
    assert [m for _, m in sorted(zip(numbers, moments, strict=True))] == sorted(moments)


def test_a_derived_id_depends_on_each_part_and_on_where_it_ends() -> None:
    assert derived_id("o", "ab", "c") != derived_id("o", "a", "bc")
    assert derived_id("o", "a") == derived_id("o", "a")


def test_an_outcome_is_read_with_all_it_says(tmp_path: Path) -> None:
    read = outcomes(tmp_path, "l1,c1, Completed ,2026-03-31,0.9,o1,i1\n")
    assert read.items == (Outcome("o1", "l1", "c1", "completed", datetime(2026, 3, 31, tzinfo=UTC), 0.9, "i1"),)


def test_reading_a_file_again_derives_the_same_ids(tmp_path: Path) -> None:
    rows = "l1,c1,enrolled,1\nl1,c2,enrolled,2\n"
    header = "learner_id,credential_id,outcome,occurred_at\n"
    one, other = outcomes(tmp_path, rows, header), outcomes(tmp_path, rows, header)
    assert one == other
    assert len({o.outcome_id for o in one.items}) == 2
    assert all(o.ordinal for o in one.items)


def test_the_same_moment_written_in_two_ways_is_one_outcome(tmp_path: Path) -> None:
    read = outcomes(tmp_path, "l1,c1,started,2026-03-31T12:00:00Z,,,\nl1,c1,started,2026-03-31T14:00:00+02:00,,,\n")
    assert (len(read.items), read.rows, read.refusals) == (1, 2, ())


def test_one_id_for_two_outcomes_is_refused(tmp_path: Path) -> None:
    read = outcomes(tmp_path, "l1,c1,started,1,,o1,\nl1,c2,started,2,,o1,\n")
    assert [(r.line, r.reason) for r in read.refusals] == [(3, "outcome_id 'o1' stands on line 2 with another outcome")]


def test_times_and_order_numbers_do_not_mix(tmp_path: Path) -> None:
    read = outcomes(tmp_path, "l1,c1,started,1,,,\nl1,c1,completed,2026-01-01,,,\n")
    assert [(r.line, r.reason) for r in read.refusals] == [
        (0, "occurred_at is a time on line 3 and a bare number on line 2")
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",c1,started,1,,,", "learner_id is empty"),
        ("l1,,started,1,,,", "credential_id is empty"),
        ("l1,c1,passed,1,,,", "unknown outcome 'passed'"),
        ("l1,c1,started,,,,", "occurred_at is empty"),
        ("l1,c1,completed,1,85,,", "score is 85"),
        ("l1,c1,completed,1,-0.1,,", "score is -0.1"),
        ("l1,c1,completed,1,nan,,", "score is 'nan', not a number"),
        ("l1,c1,completed,1,1e999,,", "not a finite number"),
        ("l1,c1,completed", "half-written last line"),
    ],
)
def test_a_wrong_outcome_is_refused_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    read = outcomes(tmp_path, f"l0,c0,clicked,1,,,\n{row}")
    assert len(read.items) == 1
    assert [(r.line, words in r.reason) for r in read.refusals] == [(3, True)]


def test_an_unknown_column_is_refused_by_name(tmp_path: Path) -> None:
    read = outcomes(tmp_path, "", "learner_id,credential_id,outcome,occurred_at,grade\n")
    assert [r.reason for r in read.refusals] == ["unknown column 'grade'"]


def test_a_result_is_read_with_all_it_says(tmp_path: Path) -> None:
    read = results(tmp_path, "l1,SQL,8,2026-03-31,q1,10,a1\n")
    at = datetime(2026, 3, 31, tzinfo=UTC)
    assert read.items == (AssessmentResult("l1", "SQL", 8.0, at, 10.0, "q1", "a1"),)
    assert read.items[0].fraction == 0.8


def test_an_answer_to_an_item_and_a_score_over_several_skills_are_read_with_all_they_say(tmp_path: Path) -> None:
    header = RESULTS.replace("\n", ",skills,difficulty\n")
    read = results(tmp_path, "l1,SQL,1,2026-03-31,q1,,a1,,0.25\nl1,,7,2026-03-31,,10,a1, SQL ;R;SQL,\n", header)
    at = datetime(2026, 3, 31, tzinfo=UTC)
    assert read.refusals == ()
    assert read.items == (
        AssessmentResult("l1", "SQL", 1.0, at, 1.0, "q1", "a1", (), 0.25),
        AssessmentResult("l1", "", 7.0, at, 10.0, "", "a1", ("SQL", "R")),
    )
    assert read.items[1].named_skills == ("SQL", "R")


def test_of_results_only_whole_numbers_have_no_date_whatever_the_year(tmp_path: Path) -> None:
    order, old, new = results(tmp_path, "l1,SQL,1,7,,,\nl1,SQL,1,1955-05-01,,,\nl1,SQL,1,2026-03-31,,,\n").items
    assert (order.ordinal, order.moment) == (True, order.occurred_at)
    assert order.moment < DATED_SINCE == old.moment < new.moment == new.occurred_at


def test_one_assessment_may_ask_many_items_of_one_skill_each_once(tmp_path: Path) -> None:
    read = results(tmp_path, "l1,SQL,1,1,q1,,a1\nl1,SQL,0,1,q2,,a1\nl1,SQL,1,1,q2,,a1\n")
    assert [(r.item_id, r.score) for r in read.items] == [("q1", 1.0), ("q2", 0.0)]
    assert [r.line for r in read.refusals] == [4]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("l1,SQL,1,1,,,,R,", "skill and skills"),
        ("l1,SQL,1,1,q1,,,,1.5", "difficulty is 1.5"),
        ("l1,,1,1,,,,;,", "skill is empty"),
    ],
)  # fmt: skip
def test_what_a_result_cannot_say_is_refused(tmp_path: Path, row: str, words: str) -> None:
    read = results(tmp_path, row + "\n", RESULTS.replace("\n", ",skills,difficulty\n"))
    assert [words in r.reason for r in read.refusals] == [True]


def test_four_columns_are_enough_and_the_id_is_derived(tmp_path: Path) -> None:
    header = "learner_id,skill,score,occurred_at\n"
    rows = "l1,SQL,1,1\nl1,SQL,1,2\nl1,SQL,1,2\n"
    read = results(tmp_path, rows, header)
    assert (len(read.items), read.rows, read.refusals) == (2, 3, ())
    assert read == results(tmp_path, rows, header)
    assert all(r.assessment_id and r.max_score == 1.0 for r in read.items)


def test_one_assessment_may_name_several_skills_each_once(tmp_path: Path) -> None:
    read = results(tmp_path, "l1,SQL,1,1,,,a1\nl1,R,0,1,,,a1\nl1,R,1,1,,,a1\n")
    assert [(r.skill, r.score) for r in read.items] == [("SQL", 1.0), ("R", 0.0)]
    assert [(r.line, r.reason) for r in read.refusals] == [
        (4, "assessment_id 'a1' has another result for 'R' on line 3")
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("l1,,1,1,,,", "skill is empty"),
        ("l1,SQL,,1,,,", "score is empty"),
        ("l1,SQL,2,1,,,", "score is 2"),
        ("l1,SQL,11,1,,10,", "score is 11"),
        ("l1,SQL,0,1,,0,", "max_score is 0"),
        ("l1,SQL,inf,1,,,", "score is 'inf', not a number"),
        ("l1,SQL,1,soon,,,", "'soon', not a time"),
        ("l1,SQL,1,1,,,a\tb", "assessment_id has control characters"),
        ("l1,SQL,1,1,a\tb,,", "item_id has control characters"),
    ],
)
def test_a_wrong_result_is_refused_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    read = results(tmp_path, f"{row}\n")
    assert read.items == ()
    assert [(r.line, words in r.reason) for r in read.refusals] == [(2, True)]
