from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from credpath.domain.evidence import Evidence, EvidenceKind
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import Mastery, informed
from credpath.recommender.next_beliefs import Asking, Belief, beliefs, is_sure, odds_of, shown_odds
from tests.recommender.worlds import goal_of, index_of, learner, offer, teaches

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SKILLS = ("excel", "python", "sql", "statistics")
INDEX = index_of({offer(f"{skill}-1"): teaches(skill) for skill in SKILLS})


def told(mastery: Mastery, score: float, kind: EvidenceKind) -> Mastery:
    return informed(mastery, Evidence("e", mastery.skill_uri, kind, score, NOW))


def scored(mastery: Mastery, right: bool) -> Mastery:
    return told(mastery, float(right), "assessment")


def item(mastery: Mastery, right: bool) -> Mastery:
    return told(mastery, float(right), "item")


def after(*answers: bool) -> Mastery:
    mastery = Mastery("urn:sql")
    for right in answers:
        mastery = item(mastery, right)
    return mastery


def knowing(*known: Mastery) -> LearnerSnapshot:
    return replace(learner(), mastery={one.skill_uri: one for one in known})


def uris(found: Sequence[Belief]) -> list[str]:
    return [one.skill_uri for one in found]


def test_a_declared_skill_may_be_asked_about_and_one_assessed_may_not() -> None:
    snapshot = knowing(told(Mastery("urn:sql"), 1.0, "self_declared"), scored(Mastery("urn:python"), True))
    found = beliefs(INDEX, goal_of(*SKILLS), snapshot, scored, Asking())
    assert uris(found) == ["urn:excel", "urn:sql", "urn:statistics"]
    assert found[1].facts[0] > 0.5
    assert found[0].facts[0] == 0.0
    assert [one.odds for one in found] == [1.0, 1.0, 1.0]


def test_while_items_are_left_a_skill_that_looks_certain_may_be_asked_about_and_after_them_it_may_not() -> None:
    missed = after(False, False)
    assert is_sure(missed, Asking())
    assert "urn:sql" not in uris(beliefs(INDEX, goal_of(*SKILLS), knowing(missed), item, Asking()))
    [found] = beliefs(INDEX, goal_of(*SKILLS), knowing(missed), item, Asking(), {"urn:sql": 2, "urn:excel": 0})
    assert (found.skill_uri, found.answers, found.until_sure) == ("urn:sql", 2, False)
    assert beliefs(INDEX, goal_of(*SKILLS), knowing(missed), item, Asking(), {"urn:welding": 3}) == ()


def test_answers_move_the_odds_by_bayes_from_guess_and_slip() -> None:
    asking = Asking(guess=0.25, slip=0.1)
    assert odds_of(after(True), item, asking) == pytest.approx(0.9 / 0.25, rel=0.05)
    assert odds_of(after(False), item, asking) == pytest.approx(0.1 / 0.75, rel=0.05)
    assert odds_of(scored(Mastery("urn:sql"), True), scored, asking) == pytest.approx(0.9 / 0.25, rel=0.2)
    assert odds_of(scored(Mastery("urn:sql"), True), item, asking) > odds_of(after(True, True), item, asking)


def test_where_a_word_is_asked_for_what_was_shown_counts_by_the_item() -> None:
    def deaf(mastery: Mastery, right: bool) -> Mastery:
        return mastery

    asking = Asking()
    assert odds_of(after(True, True), deaf, asking) > odds_of(after(True), deaf, asking) > 1.0
    assert odds_of(after(False), deaf, asking) < 1.0


def test_what_was_answered_on_the_goals_skills_is_told_and_what_was_only_declared_is_not() -> None:
    snapshot = knowing(after(True), told(Mastery("urn:excel"), 1.0, "self_declared"), after(True))
    asking = Asking()
    assert shown_odds(goal_of(*SKILLS), snapshot, item, asking) == (odds_of(after(True), item, asking),)
    assert shown_odds(goal_of("excel"), snapshot, item, asking) == ()
