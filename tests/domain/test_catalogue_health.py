from __future__ import annotations

from credpath.domain.catalogue import Credential, LearningOutcome, PrerequisiteGroup, SkillLink
from credpath.domain.catalogue_health import examine
from credpath.domain.skills import Occupation, Requirement

ANALYST = Occupation("o:1", "analyst", requirements=(Requirement("s:sql", True), Requirement("s:r", False)))
TESTER = Occupation("o:2", "tester", requirements=(Requirement("s:r", True),))


def link(skill: str) -> SkillLink:
    return SkillLink(skill, skill, 1.0, 1.0, True, "uri")


CATALOGUE = (
    Credential(
        "full", "Full", country="SE", awarding_body="U", outcomes=(LearningOutcome("SQL"),), workload_hours=10,
        eqf_level=5, assessment_type="exam", participation="online", quality_assurance="external",
    ),
    Credential("bare", "Bare", prerequisites=(PrerequisiteGroup("all_of", ("gone",)),)),
    Credential("odd", "Odd"),
)  # fmt: skip
HEALTH = examine(CATALOGUE, {"full": [link("s:sql")], "odd": [link("s:weaving")]}, (ANALYST, TESTER))


def test_records_are_counted_by_how_many_of_the_nine_eu_elements_they_state() -> None:
    assert HEALTH.complete[9] == 1
    assert HEALTH.complete[1] == 2
    assert HEALTH.missing_elements["country"] == 2


def test_edges_that_lead_nowhere_are_listed() -> None:
    assert HEALTH.dangling == (("bare", "gone"),)


def test_skills_that_goals_need_and_nobody_teaches_come_most_needed_first() -> None:
    assert HEALTH.untaught == (("s:r", 2),)


def test_credentials_that_no_goal_needs_are_told_from_those_that_teach_nothing_known() -> None:
    assert HEALTH.unneeded == ("odd",)
    assert HEALTH.unlinked == ("bare",)


def test_a_cycle_is_named() -> None:
    a = Credential("a", "A", prerequisites=(PrerequisiteGroup("all_of", ("b",)),))
    b = Credential("b", "B", prerequisites=(PrerequisiteGroup("all_of", ("a",)),))
    assert examine((a, b), {}, ()).cycle == ("a", "b", "a")
