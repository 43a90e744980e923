"""Items by URI and the skills that occupations need, whatever the order of rows."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

from credpath.domain.skills import Requirement, Skill
from credpath.interop.gathering import Gathered, Requirements, distinct_labels
from credpath.interop.reading import Report

FILE = Path("links.csv")


def test_equal_repeats_are_merged_in_silence() -> None:
    report = Report()
    skills: Gathered[Skill] = Gathered(FILE, report)
    skills.add("b", Skill("b", "B"), 2)
    skills.add("a", Skill("a", "A"), 3)
    skills.add("b", Skill("b", "B"), 4)
    assert skills.values() == (Skill("a", "A"), Skill("b", "B"))
    assert (list(skills), len(skills), "a" in skills, report.refusals) == (["a", "b"], 2, True, [])


def test_the_same_of_two_conflicting_rows_is_kept_in_any_order() -> None:
    kept = set()
    for labels in permutations(["one", "two", "three"]):
        report = Report()
        skills: Gathered[Skill] = Gathered(FILE, report)
        for line, label in enumerate(labels, 2):
            skills.add("a", Skill("a", label), line)
        kept.add(skills["a"])
        assert [refusal.line for refusal in report.refusals] == [3, 4]
    assert len(kept) == 1


def test_links_that_lead_nowhere_are_refused_at_the_line_of_their_item() -> None:
    report = Report()
    skills: Gathered[Skill] = Gathered(FILE, report)
    skills.add("a", Skill("a", "A"), 7)
    assert skills.only_known("a", ("b", "a", "c"), {"a", "c"}) == ("c",)
    assert [(r.line, r.reason) for r in report.refusals] == [
        (7, "a names b, which is not in this taxonomy"),
        (7, "a names itself"),
    ]


def links(*requirements: Requirement) -> tuple[tuple[Requirement, ...], list[str]]:
    report = Report()
    found = Requirements({"o"}, {"a", "b"}, report)
    for line, requirement in enumerate(requirements, 2):
        found.add(FILE, line, "o", requirement)
    return found.of("o"), [refusal.reason for refusal in report.refusals]


def test_essential_wins_over_optional_and_is_reported() -> None:
    rows = (Requirement("b", False), Requirement("a", False), Requirement("b", True))
    for order in permutations(rows):
        merged, reasons = links(*order)
        assert merged == (Requirement("a", False), Requirement("b", True))
        assert reasons == ["o and b were linked before, once essential and once optional; kept as essential"]


def test_a_link_repeated_with_other_numbers_keeps_the_larger() -> None:
    merged, reasons = links(Requirement("a", True, 0.2, None, hot=True), Requirement("a", True, 0.1, 0.5))
    assert merged == (Requirement("a", True, 0.2, 0.5, hot=True),)
    assert reasons == ["o and a were linked before with other numbers; the larger are kept"]


def test_a_link_repeated_word_for_word_is_silent() -> None:
    assert links(Requirement("a", True), Requirement("a", True)) == ((Requirement("a", True),), [])


def test_links_to_what_is_not_in_the_release_are_refused() -> None:
    report = Report()
    found = Requirements({"o"}, {"a"}, report)
    found.add(FILE, 2, "ghost", Requirement("a", True))
    found.add(FILE, 3, "o", Requirement("ghost", True))
    assert found.of("o") == ()
    assert [(r.line, r.reason) for r in report.refusals] == [
        (2, "occupation ghost is not in this release"),
        (3, "skill ghost is not in this release"),
    ]


def test_alternative_labels_are_distinct_and_not_the_label() -> None:
    assert distinct_labels(["  big\n data ", "Big Data", "", "SQL", "x" * 501, "Sql"], "sql") == ("big data",)
