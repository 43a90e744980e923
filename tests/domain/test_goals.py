from __future__ import annotations

import pytest

from credpath.domain.goals import CareerGoal, GoalSkill, shown_share, skill_gaps, total_gap

GOAL = CareerGoal(
    "analyst", "o:1", "analyst", 1.0,
    (
        GoalSkill("s:sql", "SQL", 0.5, 0.8, True),
        GoalSkill("s:r", "R", 0.3, 0.6, False),
        GoalSkill("s:x", "X", 0.2, 0.6, False),
    ),
)  # fmt: skip


def test_without_evidence_the_gap_of_each_skill_is_its_whole_required_level() -> None:
    gaps = skill_gaps(GOAL, {})
    assert [(g.skill.skill_uri, g.gap) for g in gaps] == [("s:sql", 0.8), ("s:r", 0.6), ("s:x", 0.6)]
    assert total_gap(gaps) == pytest.approx(0.5 * 0.8 + 0.5 * 0.6)


def test_mastery_above_the_required_level_leaves_no_gap_and_never_a_negative_one() -> None:
    gap = next(g for g in skill_gaps(GOAL, {"s:sql": 0.9}) if g.skill.skill_uri == "s:sql")
    assert (gap.mastery, gap.gap) == (0.9, 0.0)


def test_the_widest_weighted_gap_comes_first() -> None:
    assert skill_gaps(GOAL, {"s:sql": 0.75})[0].skill.skill_uri == "s:r"


def test_who_has_shown_nothing_shows_exactly_nothing_and_who_shows_all_exactly_all() -> None:
    thirds = CareerGoal("g", "o:2", "g", 1.0, tuple(GoalSkill(f"s:{n}", "", 1 / 7, 0.7, True) for n in range(7)))
    sure = {f"s:{n}": 0.9 for n in range(7)}
    for goal in (GOAL, thirds):
        assert shown_share(skill_gaps(goal, {})) == 0.0
    assert shown_share(skill_gaps(thirds, sure)) == 1.0
    assert shown_share(()) == 0.0


def test_a_gap_is_said_as_a_share_of_all_that_the_goal_asks_for() -> None:
    assert GOAL.requirement == pytest.approx(0.5 * 0.8 + 0.5 * 0.6)
    assert GOAL.share(total_gap(skill_gaps(GOAL, {}))) == pytest.approx(1.0)
    assert GOAL.share(0.07) == pytest.approx(0.1)
    assert CareerGoal("only words").share(0.0) == 0.0
