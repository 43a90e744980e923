"""What a credential refuses to be, and what its record lacks."""

from __future__ import annotations

from datetime import date

import pytest

from credpath.domain.catalogue import (
    EU_ELEMENTS,
    Credential,
    LearningOutcome,
    Preparation,
    PrerequisiteGroup,
    StackRule,
    eu_missing,
)
from credpath.errors import InvalidInput


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"credential_id": ""}, "credential_id"),
        ({"credential_id": " a"}, "credential_id"),
        ({"credential_id": "a\nb"}, "credential_id"),
        ({"credential_id": "a" * 201}, "credential_id"),
        ({"title": "  "}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"description": "a\x00b"}, "description"),
        ({"description": "a" * 20_001}, "description"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "www.example.org"}, "url"),
        ({"eqf_level": 0}, "eqf_level"),
        ({"eqf_level": 9}, "eqf_level"),
        ({"workload_hours": -1.0}, "workload_hours"),
        ({"workload_hours": float("nan")}, "workload_hours"),
        ({"ects": float("inf")}, "ects"),
        ({"duration_weeks": 10**400}, "duration_weeks"),
        ({"rating": 5.1}, "rating"),
        ({"rating_count": 2**63}, "rating_count"),
        ({"learner_count": -1}, "learner_count"),
        ({"status": "gone"}, "status"),
        ({"kind": "course"}, "kind"),
        ({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"stacks_into": ("id",)}, "prerequisites"),
        ({"preparation": (Preparation(credential_id="id"),)}, "prerequisites"),
        ({"supersedes": ("",)}, "edge"),
    ],
)
def test_a_credential_refuses_what_would_break_a_later_reader(facts: dict[str, object], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Credential(**({"credential_id": "id", "title": "Title"} | facts))  # type: ignore[arg-type]
    assert refused.value.where == where


@pytest.mark.parametrize(
    ("kind", "members", "k"),
    [
        ("all_of", (), 0),
        ("all_of", ("a", "a"), 0),
        ("one_of", ("a",), 0),
        ("k_of", ("a", "b"), 0),
        ("k_of", ("a", "b"), 3),
    ],
)
def test_a_group_that_cannot_be_met_or_read_is_refused(kind: str, members: tuple[str, ...], k: int) -> None:
    with pytest.raises(InvalidInput):
        PrerequisiteGroup(kind, members, k)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "k", "needed"), [("all_of", 0, 3), ("any_of", 0, 1), ("k_of", 2, 2)])
def test_a_group_knows_how_many_it_needs(kind: str, k: int, needed: int) -> None:
    assert PrerequisiteGroup(kind, ("a", "b", "c"), k).needed == needed  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", [("some_of", 1), ("n_of", 0), ("credits", float("nan")), ("all_of", -1)])
def test_a_stack_rule_that_means_nothing_is_refused(rule: tuple[str, float]) -> None:
    with pytest.raises(InvalidInput):
        StackRule(*rule)  # type: ignore[arg-type]


def test_an_outcome_needs_words_or_a_uri_and_a_share_within_one() -> None:
    assert LearningOutcome("", "https://example.org/skill").label == ""
    for refused in ({"label": ""}, {"label": "SQL", "level": 1.5}, {"label": "SQL", "weight": -0.1}):
        with pytest.raises(InvalidInput):
            LearningOutcome(**refused)  # type: ignore[arg-type]


def test_edges_come_in_the_order_hard_soft_stack_superseded() -> None:
    credential = Credential(
        "id", "Title",
        prerequisites=(PrerequisiteGroup("all_of", ("a", "b")),),
        preparation=(Preparation("words"), Preparation("", "c")),
        stacks_into=("d",), supersedes=("e",),
    )  # fmt: skip
    assert credential.edges() == ("a", "b", "c", "d", "e")


def test_a_bare_record_lacks_all_but_its_title() -> None:
    assert eu_missing(Credential("id", "Title")) == tuple(name for name in EU_ELEMENTS if name != "title")


def test_a_full_record_lacks_none_and_ects_count_as_workload() -> None:
    credential = Credential(
        "id", "Title", awarding_body="Body", country="PT", outcomes=(LearningOutcome("SQL"),), ects=2.0, eqf_level=5,
        assessment_type="exam", participation="online", quality_assurance="accredited",
    )  # fmt: skip
    assert eu_missing(credential) == ()
