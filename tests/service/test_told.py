from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.attempts import UNDATED, Attempt
from credpath.domain.catalogue import Credential, SkillLink
from credpath.domain.evidence import Evidence
from credpath.domain.kept_mastery import keep
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import PRIOR_HELD, estimates_of
from credpath.recommender.award_worth import award_reliability, is_supervised, strengths_of
from credpath.service.told import (
    as_of,
    changed_skills,
    not_outweighed,
    own_word,
    told_of,
    with_mastery,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
AWARD = Attempt("award:c", "c", "award", AT)
PLAIN = Credential("c", "C")
LINKS = (
    SkillLink("s:a", "a", 1.0, 1.0, True, "uri"), SkillLink("s:b", "b", 0.5, 0.8, False, "embedding"),
    SkillLink("s:b", "b2", 0.5, 0.4, False, "embedding"),
)  # fmt: skip


def test_an_award_shows_of_each_skill_the_share_that_its_credential_teaches() -> None:
    whole = award_reliability(PLAIN)
    found = told_of(AWARD, PLAIN, LINKS)
    assert [(e.skill_uri, e.score) for e in found] == [("s:a", 1.0), ("s:b", 1.0)]
    assert found[0].share == pytest.approx(whole)
    one, other = (with_mastery(LearnerSnapshot(), [e], AT).mastery[e.skill_uri].probability for e in found)
    assert other == pytest.approx(strengths_of(PLAIN, LINKS)["s:b"] * one, abs=0.01)


def test_an_award_says_nothing_of_a_skill_that_is_hardly_taught() -> None:
    weak = SkillLink("s:c", "c", 0.1, 1.0, True, "uri")
    assert [e.skill_uri for e in told_of(AWARD, PLAIN, (*LINKS, weak))] == ["s:a", "s:b"]


def test_what_nobody_passed_counts_for_nothing_whatever_it_was_before() -> None:
    failed = told_of(replace(AWARD, kind="failed"), PLAIN, LINKS)
    known = with_mastery(LearnerSnapshot(), failed, AT)
    assert 0.0 < known.mastery["s:a"].probability < PRIOR_HELD
    assert (known.level("s:a"), known.level("s:none")) == (0.0, 0.0)
    passed = with_mastery(LearnerSnapshot(), told_of(AWARD, PLAIN, LINKS), AT)
    assert passed.level("s:a") == passed.mastery["s:a"].probability


KINDS = st.sampled_from(["assessment", "item", "award", "failed", "dropped", "self_declared"])
PIECE = st.tuples(KINDS, st.floats(0.0, 1.0), st.integers(0, 900))


@given(st.lists(PIECE, max_size=6), st.sampled_from(["assessment", "item", "failed", "dropped"]), st.integers(0, 900))
def test_failing_never_closes_a_gap(before: list[tuple[str, float, int]], kind: str, days: int) -> None:
    def piece(number: int, how: str, score: float, ago: int) -> Evidence:
        return Evidence(f"e{number}", "s:a", how, score, AT - timedelta(days=ago))  # type: ignore[arg-type]

    log = [piece(n, how, score, ago) for n, (how, score, ago) in enumerate(before)]
    failing = piece(len(log), kind, 0.0, days)

    def level(pieces: list[Evidence]) -> float:
        return with_mastery(LearnerSnapshot(kept=keep(pieces)), (), AT).level("s:a")

    assert level([*log, failing]) <= level(log) + 0.01


@pytest.mark.parametrize("kind", ["failed", "dropped"])
def test_an_attempt_that_came_to_nothing_tells_against_the_skills(kind: str) -> None:
    found = told_of(replace(AWARD, kind=kind), PLAIN, LINKS)
    assert [(e.kind, e.score) for e in found] == [(kind, 0.0)] * 2
    assert with_mastery(LearnerSnapshot(), found, AT).mastery["s:a"].probability < PRIOR_HELD


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (replace(PLAIN, level="advanced"), replace(PLAIN, level="introductory")),
        (replace(PLAIN, eqf_level=7), replace(PLAIN, eqf_level=3)),
        (replace(PLAIN, assessment_type="practical demonstration"), replace(PLAIN, assessment_type="online quizzes")),
        (replace(PLAIN, supervision="supervised onsite"), PLAIN),
        (PLAIN, replace(PLAIN, supervision="unsupervised")),
        (replace(PLAIN, quality_assurance="programme accreditation"), PLAIN),
    ],
)
def test_what_is_known_of_the_credential_decides_how_far_its_award_is_relied_on(
    better: Credential, worse: Credential
) -> None:
    assert 1.0 >= award_reliability(better) > award_reliability(worse) > 0.2


def test_an_award_that_can_be_verified_counts_more() -> None:
    assert award_reliability(PLAIN, checked=True) > award_reliability(PLAIN)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("supervised online with identity check", True), ("proctored", True), ("Unsupervised", False),
        ("not supervised", False), ("none", False), ("", None), ("by arrangement", None),
    ],
)  # fmt: skip
def test_supervision_is_read_from_the_records_own_words(words: str, answer: bool | None) -> None:
    assert is_supervised(words) is answer


def test_without_anything_told_mastery_is_what_the_log_says_as_of_the_day() -> None:
    log = [Evidence(f"e{n}", "s:a", "item", 1.0, datetime(2024, n, 1, tzinfo=UTC)) for n in range(1, 5)]
    found = with_mastery(LearnerSnapshot(kept=keep(log)), (), as_of(AT))
    assert found.mastery == estimates_of(log, as_of(AT))
    assert found.mastery["s:a"].probability < estimates_of(log)["s:a"].probability, "two years have passed"


def test_every_moment_of_a_day_reads_the_same() -> None:
    assert as_of(AT) == as_of(AT.replace(hour=0)) == datetime(2026, 3, 1, tzinfo=UTC)


def test_what_came_or_went_has_changed_too() -> None:
    one = with_mastery(LearnerSnapshot(), told_of(AWARD, PLAIN, LINKS), AT).mastery
    assert changed_skills({}, one) == changed_skills(one, {}) == ["s:a", "s:b"]
    assert changed_skills(one, dict(one)) == []


def denied(uri: str, days_ago: float) -> Evidence:
    return own_word(uri, False, AT - timedelta(days=days_ago))


def seen(uri: str, score: float, days_ago: float) -> Evidence:
    return Evidence(f"{uri}-{days_ago}", uri, "item", score, AT - timedelta(days=days_ago))


def test_a_denial_lowers_the_estimate_until_something_later_speaks_for_the_skill() -> None:
    no = denied("s:a", 10)
    assert with_mastery(LearnerSnapshot(), [no], AT).mastery["s:a"].probability < PRIOR_HELD
    for standing in ([], [seen("s:a", 1.0, 20)], [seen("s:a", 0.4, 5)], [seen("s:b", 1.0, 5)]):
        assert not_outweighed([no], [], standing) == [no]
    assert not_outweighed([no], [], [seen("s:a", 1.0, 5)]) == []
    assert not_outweighed([no], [own_word("s:a", True, UNDATED)], []) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(-20, 20)), max_size=4, unique_by=lambda one: one[1]))
def test_beside_a_denial_a_right_answer_never_lowers_and_a_wrong_one_never_raises(
    others: list[tuple[float, int]],
) -> None:
    log, no = [seen("s:a", score, days) for score, days in others], denied("s:a", 0)

    def estimate(*more: Evidence) -> float:
        pieces = [*log, *more]
        snapshot = LearnerSnapshot(kept=keep(pieces))
        found = with_mastery(snapshot, not_outweighed([no], [], pieces), AT + timedelta(days=30))
        return found.mastery["s:a"].probability if found.mastery else PRIOR_HELD

    right, wrong = (seen("s:a", score, -25) for score in (1.0, 0.0))
    assert estimate(right) + 1e-9 >= estimate() >= estimate(wrong) - 1e-9
