"""What an import says that it read, took and left as it was."""

from __future__ import annotations

from pathlib import Path

from credpath.service.importing import import_learners, import_outcomes
from tests.api.world import open_world

ROWS = "ada,dp-sql,completed,2026-01-05T10:00:00Z\nbob,dp-sql,enrolled,2026-01-06T10:00:00Z\n"


def test_rows_that_repeat_within_a_file_count_as_unchanged(tmp_path: Path) -> None:
    context = open_world(tmp_path).context
    outcomes, people = tmp_path / "outcomes.csv", tmp_path / "people.jsonl"
    outcomes.write_text("learner_id,credential_id,outcome,occurred_at\n" + ROWS * 3, encoding="utf-8")
    people.write_text('{"learner_id": "ada", "goal": "welder"}\n' * 4, encoding="utf-8")
    first = import_outcomes(context, "campus", outcomes, lambda *_: None)
    again = import_outcomes(context, "campus", outcomes, lambda *_: None)
    learners = import_learners(context, "campus", people, lambda *_: None)
    assert (first.read, first.inserted, first.unchanged) == (6, 2, 4)
    assert (again.read, again.inserted, again.unchanged) == (6, 0, 6)
    assert (learners.read, learners.inserted, learners.unchanged) == (4, 1, 3)
