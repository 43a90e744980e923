from __future__ import annotations

from datetime import UTC, datetime

import pytest

from credpath.domain.goals import CareerGoal, GoalSkill, skill_gaps, total_gap
from credpath.domain.mastery import Evidence, estimates_of

GOAL = CareerGoal(
    "analyst", "o:1", "analyst", 1.0,
    (
        GoalSkill("s:sql", "SQL", 0.5, 0.8, True),
        GoalSkill("s:r", "R", 0.3, 0.6, False),
        GoalSkill("s:x", "X", 0.2, 0.6, False),
    ),
)  # fmt: skip
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_without_evidence_the_gap_of_each_skill_is_its_whole_required_level() -> None:
    gaps = skill_gaps(GOAL, {})
    assert [(g.skill.skill_uri, g.gap) for g in gaps] == [("s:sql", 0.8), ("s:r", 0.6), ("s:x", 0.6)]
    assert total_gap(gaps) == pytest.approx(0.5 * 0.8 + 0.5 * 0.6)


def test_mastery_above_the_required_level_leaves_no_gap_and_never_a_negative_one() -> None:
    state = estimates_of([Evidence(f"e{n}", "s:sql", "assessment", 1.0, NOW) for n in range(9)])
    gap = next(g for g in skill_gaps(GOAL, state) if g.skill.skill_uri == "s:sql")
    assert gap.mastery > 0.8
    assert gap.gap == 0.0


def test_the_widest_weighted_gap_comes_first() -> None:
    state = estimates_of([Evidence("e", "s:sql", "assessment", 1.0, NOW)])
    assert skill_gaps(GOAL, state)[0].skill.skill_uri == "s:r"
