"""Learners: profile and awards, read or refused line by line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credpath.domain.learner import Award, Learner, NotYet, Profile
from credpath.domain.money import Money
from credpath.errors import InvalidInput
from credpath.interop.learners import LearnerRecord, read_learners, record_to_learner

FULL = {
    "learner_id": "l1", "goal": "data analyst", "skills": ["SQL", "http://data.europa.eu/esco/skill/1"],
    "languages": ["EN"], "country": "pt", "hours_per_week": 6, "budget": {"amount": 300, "currency": "EUR"},
    "awards": [
        {"credential_id": "c1", "awarded_at": "2026-01-31", "grade": "B", "evidence_url": "https://example.org/1"},
        {"credential_id": "c2", "awarded_at": "2026-02-01T10:00:00+02:00", "award_id": "own"},
    ],
}  # fmt: skip


def write(folder: Path, *records: object) -> Path:
    path = folder / "learners.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_full_record_is_read() -> None:
    record = record_to_learner(FULL)
    skills = ("SQL", "http://data.europa.eu/esco/skill/1")
    profile = Profile("data analyst", skills, ("en",), "PT", 6, Money(300, "EUR"))
    assert record.learner == Learner("l1", profile)
    first, second = record.awards
    assert (first.awarded_at, first.grade) == (datetime(2026, 1, 31, tzinfo=UTC), "B")
    assert second == Award("l1", "c2", datetime(2026, 2, 1, 8, tzinfo=UTC), "own")


def test_what_somebody_does_not_have_yet_is_read_with_its_day() -> None:
    record = record_to_learner({"learner_id": "l1", "not_yet": [{"skill": "SQL", "said_at": "2026-01-31"}]})
    assert record.learner.profile.not_yet == (NotYet("SQL", datetime(2026, 1, 31, tzinfo=UTC)),)
    for wrong in ({"skill": "SQL"}, {"skill": "SQL", "said_at": "7"}, {"said_at": "2026-01-31"}):
        with pytest.raises(InvalidInput):
            record_to_learner({"learner_id": "l1", "not_yet": [wrong]})


def test_an_id_is_enough() -> None:
    assert record_to_learner({"learner_id": "l1"}) == LearnerRecord(Learner("l1"))


def test_an_award_without_an_id_gets_the_same_one_each_time() -> None:
    one, other = record_to_learner(FULL).awards[0], record_to_learner(FULL).awards[0]
    assert one.award_id == other.award_id != ""
    assert record_to_learner({**FULL, "learner_id": "l2"}).awards[0].award_id != one.award_id


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learner_id": ""}, "learner_id is empty"),
        ({"name": "Ada"}, "unknown key 'name'"),
        ({"hours_per_week": 0.1}, "hours_per_week is 0.1"),
        ({"hours_per_week": float("nan")}, "not a finite number"),
        ({"budget": {"amount": -5, "currency": "EUR"}}, "cost_amount is -5"),
        ({"languages": ["xx"]}, "no language code"),
        ({"skills": ["a"] * 3 + [""]}, "skills holds something that is not text"),
        ({"skills": [f"s{n}" for n in range(501)]}, "501 declared skills"),
        ({"awards": [{"credential_id": "c"}]}, "awarded_at is empty"),
        ({"awards": [{"credential_id": "c", "awarded_at": "7"}]}, "awarded_at is a bare number"),
        ({"awards": [{"credential_id": "c", "awarded_at": "31.1.2026"}]}, "'31.1.2026', not a time"),
        ({"awards": [{"awarded_at": "2026-01-31"}]}, "credential_id is empty"),
        ({"awards": ["c"]}, "awards holds something that is not an object"),
    ],
)
def test_a_wrong_value_is_refused_in_words_that_name_it(change: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        record_to_learner({"learner_id": "l1"} | change)
    assert words in str(refused.value)


def test_equal_lines_are_one_learner_and_different_ones_a_refusal(tmp_path: Path) -> None:
    path = write(tmp_path, FULL, FULL, {"learner_id": "l1", "goal": "nurse"}, {"learner_id": "l2"}, {"learner_id": 3})
    read = read_learners(path)
    assert [record.learner.learner_id for record in read.items] == ["l1", "l2"]
    assert [(r.line, r.reason) for r in read.refusals] == [
        (3, "learner 'l1' stands on line 1 with other facts"),
        (5, "learner_id must be text, not a number"),
    ]
    assert read.rows == 5
