"""The golden histories: what the product says of ten typical learners, and what must hold of it whatever the figures.

To renew them after a change that was meant: `python -m tests.service.test_mastery_histories`, then read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.mastery_histories import HISTORIES, History, day, page, read, render

GOLDEN = Path(__file__).parent.parent / "golden" / "mastery"
BY_NAME = {history.name: history for history in HISTORIES}


def estimate(name: str, on: str, skill: str) -> float:
    return next(s.mastery.probability for s in page(BY_NAME[name], day(on)).skills if s.label == skill)


def width(name: str, on: str, skill: str) -> float:
    low, high = next(s.mastery.interval for s in page(BY_NAME[name], day(on)).skills if s.label == skill)
    return high - low


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.name)
def test_a_history_reads_as_it_did(history: History) -> None:
    kept = (GOLDEN / f"{history.name}.md").read_text(encoding="utf-8")
    assert render(history) == kept, "if that was meant: python -m tests.service.test_mastery_histories"


def test_there_are_no_other_histories() -> None:
    assert {path.stem for path in GOLDEN.glob("*.md")} == set(BY_NAME)


def test_what_is_never_used_fades_and_what_is_recalled_after_long_gaps_fades_less() -> None:
    fresh, later, much_later = (estimate("forgetter", on, "SQL") for on in ("2024-02-02", "2025-02-01", "2026-02-01"))
    assert fresh > later > much_later
    assert width("forgetter", "2026-02-01", "SQL") > width("forgetter", "2024-02-02", "SQL")
    assert estimate("spaced_practice", "2028-02-01", "SQL") > much_later


def test_awards_rank_by_age_then_by_how_they_were_assessed() -> None:
    skills = ("statistics", "spreadsheets", "SQL", "data visualisation")
    found = [estimate("award_holder", "2026-01-15", skill) for skill in skills]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found)


def test_a_test_outweighs_a_word_and_a_pass_a_failure() -> None:
    assert estimate("self_declarer", "2026-02-28", "SQL") > 0.5 > estimate("self_declarer", "2026-03-16", "SQL")
    assert estimate("self_declarer", "2026-03-16", "spreadsheets") > 0.5
    assert estimate("failed_then_passed", "2025-12-02", "SQL") < 0.15
    assert estimate("failed_then_passed", "2026-03-02", "SQL") > 0.4


def test_leaving_a_course_says_less_than_failing_it() -> None:
    nothing = read(BY_NAME["newcomer"], (), day("2026-03-01")).probability("https://skills.test/SQL")
    failed, left = (
        estimate(name, on, skill)
        for name, on, skill in (
            ("failed_then_passed", "2025-12-02", "SQL"), ("dropped_out", "2026-03-02", "statistics"),
        )
    )  # fmt: skip
    assert failed < nothing < left


def test_many_answers_leave_little_doubt() -> None:
    assert 0.55 < estimate("many_short_answers", "2026-03-23", "SQL") < 0.65
    assert width("many_short_answers", "2026-03-23", "SQL") < 0.3 < width("fast_learner", "2026-03-07", "statistics")


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for one in HISTORIES:
        (GOLDEN / f"{one.name}.md").write_text(render(one), encoding="utf-8")
