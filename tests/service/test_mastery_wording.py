from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from credpath.domain.evidence import Evidence
from credpath.recommender.wording import part, sentence
from credpath.service.mastery_wording import change_saying, corrected_saying, voided_saying, withdrawn_saying

AT, UNDATED = datetime(2026, 5, 5, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)


def told(before: float = 0.3, after: float = 0.6, title: str = "", **facts: Any) -> str:
    given: dict[str, Any] = {"kind": "assessment", "score": 0.9, "at": AT, "reference": "Exam", **facts}
    piece = Evidence("e", "urn:sql", given.pop("kind"), given.pop("score"), given.pop("at"), **given)
    return sentence(part(change_saying("SQL", piece, before, after, title)))


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        ({}, "a score of 90% in Exam on 5 May 2026"),
        ({"reference": "", "at": UNDATED}, "a score of 90%"),
        ({"kind": "item", "score": 1.0, "item_id": "q1"}, "a right answer to q1 on 5 May 2026"),
        ({"kind": "item", "score": 0.0, "difficulty": 0.9}, "a wrong answer, a hard question, on 5 May 2026"),
        ({"kind": "item", "score": 0.5, "difficulty": 0.1, "at": UNDATED},
         "50% of the points of an answer, an easy question,"),
        ({"kind": "award", "score": 1.0, "title": "First steps"}, 'the award "First steps" on 5 May 2026'),
        ({"kind": "failed", "score": 0.0}, 'not passing "Exam" on 5 May 2026'),
        ({"kind": "dropped", "score": 0.0, "reference": "", "at": UNDATED}, "leaving of a credential before its end"),
        ({"kind": "self_declared", "score": 1.0}, "your own word that you have it"),
    ],
)  # fmt: skip
def test_a_change_says_what_was_seen_and_how_it_moved_the_estimate(facts: dict[str, Any], seen: str) -> None:
    assert told(**facts) == f"SQL: {seen} raises the estimate that you have this skill from 30% to 60%."


def test_a_change_says_in_which_direction_it_went() -> None:
    assert told(before=0.6, after=0.3).endswith("lowers the estimate that you have this skill from 60% to 30%.")
    assert told(before=0.301, after=0.302).endswith("hardly moves the estimate that you have this skill, 30%.")


def test_a_result_that_is_taken_back_is_named() -> None:
    voided = sentence(part(voided_saying("SQL", "Exam", 0.6, 0.3)))
    assert voided == (
        "SQL: the result of Exam no longer counts, which lowers the estimate that you have this skill from 60% to 30%."
    )
    withdrawn = sentence(part(withdrawn_saying("SQL", "Exam", 0.6, 0.3)))
    assert withdrawn == (
        'SQL: the award "Exam" no longer counts, which lowers the estimate that you have this skill from 60% to 30%.'
    )


def test_what_was_corrected_and_what_was_added_are_told_apart() -> None:
    corrected, added = (sentence(part(corrected_saying("SQL", 0.3, 0.6, added=new))) for new in (False, True))
    assert added == "SQL: what was added raises the estimate that you have this skill from 30% to 60%."
    assert corrected == "SQL: correcting it raises the estimate that you have this skill from 30% to 60%."
