from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, LearningOutcome, PrerequisiteGroup, SkillLink
from credpath.domain.catalogue_issues import ISSUE_KINDS, SEVERITIES, find_issues
from credpath.domain.money import Money

TODAY = date(2026, 11, 21)
LINKS = {"a": (SkillLink("skill:sql", "SQL", 1.0, 1.0, True, "uri"),)}
NEEDED = {"skill:sql": 3}


def whole(credential_id: str = "a", **changes: Any) -> Credential:
    """A record that has everything."""
    usual: dict[str, Any] = {
        "awarding_body": "Campus", "country": "FR", "outcomes": (LearningOutcome("SQL", "skill:sql"),),
        "workload_hours": 20.0, "eqf_level": 5, "assessment_type": "project", "participation": "online",
        "quality_assurance": "audited", "languages": ("en",), "cost": Money(0.0, "EUR"),
    }  # fmt: skip
    return Credential(credential_id, f"Title of {credential_id}", **{**usual, **changes})


def kinds(*credentials: Credential, links: Any = None, needed: Any = NEEDED) -> list[tuple[str, str]]:
    known = {c.credential_id: LINKS["a"] for c in credentials} if links is None else links
    return [(i.kind, i.credential_id) for i in find_issues(credentials, known, needed, TODAY)]


def test_a_whole_record_has_no_issue() -> None:
    assert kinds(whole()) == []


def test_each_kind_of_issue_is_found() -> None:
    requires = PrerequisiteGroup("all_of", ("b",)), PrerequisiteGroup("all_of", ("a",))
    assert kinds(whole("a", prerequisites=requires[:1]), whole("b", prerequisites=requires[1:])) == [
        ("cycle", "a"), ("cycle", "b"),
    ]  # fmt: skip
    assert kinds(whole(stacks_into=("gone",))) == [("unknown_edge", "a")]
    assert kinds(whole(), links={}) == [("unlinked", "a")]
    assert kinds(whole(), needed={}) == [("unneeded", "a")]
    assert kinds(whole(ends_on=date(2026, 11, 20))) == [("ended", "a")]
    assert kinds(whole(ends_on=TODAY)) == []
    assert kinds(whole("a"), whole("b", supersedes=("a",))) == [("replaced", "a")]
    assert kinds(whole(eqf_level=None, quality_assurance="")) == [("incomplete", "a")]
    assert kinds(whole(cost=None)) == [("no_price", "a")]
    assert kinds(whole(languages=())) == [("no_language", "a")]


def test_an_issue_names_what_it_is_about() -> None:
    (issue,) = find_issues([whole(eqf_level=None, quality_assurance="")], LINKS, NEEDED, TODAY)
    assert issue.subjects == ("eqf_level", "quality_assurance")
    (issue,) = find_issues([whole(stacks_into=("y", "x"))], LINKS, NEEDED, TODAY)
    assert issue.subjects == ("x", "y")


def test_of_what_is_no_longer_offered_only_its_edges_matter() -> None:
    assert kinds(whole(status="withdrawn", cost=None, languages=()), links={}) == []
    assert kinds(whole(status="withdrawn", stacks_into=("gone",))) == [("unknown_edge", "a")]


def test_every_kind_has_a_severity() -> None:
    assert set(SEVERITIES) == set(ISSUE_KINDS)


@given(st.permutations([whole("a", cost=None), whole("b", languages=()), whole("c", eqf_level=None), whole("d")]))
def test_the_order_of_records_has_no_effect(credentials: list[Credential]) -> None:
    assert kinds(*credentials) == [("incomplete", "c"), ("no_price", "a"), ("no_language", "b")]
