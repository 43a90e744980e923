from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.evidence import Evidence, EvidenceKind
from credpath.domain.forgetting import KEPT
from credpath.domain.kept_mastery import keep
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import COUNTING, Mastery, MasteryModel
from credpath.recommender.next_beliefs import Asking, is_sure
from credpath.service.expected_answers import Expecting, not_due, with_answers
from credpath.service.told import with_mastery
from tests.training.learned_mastery import fitted

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SQL, PYTHON = "urn:sql", "urn:python"


def answered(uri: str, score: float, days_ago: float, kind: EvidenceKind = "assessment") -> Evidence:
    return Evidence(f"{uri}-{days_ago}", uri, kind, score, NOW - timedelta(days=days_ago))


def learner(*pieces: Evidence, at: datetime = NOW, model: MasteryModel = COUNTING) -> LearnerSnapshot:
    return with_mastery(LearnerSnapshot(kept=keep(pieces, model)), (), at, model)


@pytest.mark.parametrize("kind", ["assessment", "item"])
def test_an_expected_answer_comes_to_what_the_stored_result_will(kind: EvidenceKind) -> None:
    before = learner(answered(SQL, 1.0, 200.0), answered(PYTHON, 0.0, 30.0))
    after = learner(answered(SQL, 1.0, 200.0), answered(PYTHON, 0.0, 30.0), answered(SQL, 0.0, 0.0, kind))
    expecting = Expecting(before.kept.state, COUNTING, kind, NOW)
    assert expecting(before.mastery[SQL], False).probability == pytest.approx(after.mastery[SQL].probability)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), max_size=6), st.booleans())
def test_answers_expected_one_after_the_other_count_each(answers: list[bool], last: bool) -> None:
    expecting = Expecting(learner().kept.state, COUNTING, "item", NOW)
    mastery = Mastery(SQL)
    for right in answers:
        mastery = expecting(mastery, right)
    after = expecting(mastery, last)
    assert after.held + after.missing == pytest.approx(1.0 + sum(KEPT**n for n in range(len(answers) + 1)))
    assert (after.probability > mastery.probability) == last


def test_answers_of_a_sitting_are_counted_and_leave_other_skills_as_the_model_says() -> None:
    before = learner(answered(PYTHON, 1.0, 10.0))
    after = with_answers(before, {SQL: True}, "assessment", NOW, COUNTING)
    assert after.mastery[SQL].probability > 0.8
    assert after.mastery[SQL].evidence[-1].score == 1.0
    assert after.mastery[PYTHON].probability == before.mastery[PYTHON].probability
    assert after.mastery[PYTHON].evidence == before.mastery[PYTHON].evidence
    assert with_answers(before, {}, "assessment", NOW, COUNTING) is before


def test_what_was_shown_half_a_year_ago_is_not_asked_again_until_a_refresher_is_due() -> None:
    wide = Asking()
    held, missed = learner(answered(SQL, 1.0, 180.0)), learner(answered(SQL, 0.0, 180.0))
    assert not is_sure(held.mastery[SQL], wide)
    assert not_due(held, (SQL, PYTHON), COUNTING, wide) == {SQL}
    assert not_due(missed, (SQL,), COUNTING, wide) == {SQL}
    long_ago = learner(answered(SQL, 1.0, 900.0))
    assert long_ago.mastery[SQL].probability < 0.6
    assert not_due(long_ago, (SQL,), COUNTING, wide) == frozenset()


def test_what_was_answered_in_this_sitting_may_still_be_turned() -> None:
    missed = learner(answered(SQL, 0.0, 0.2, "item"), answered(SQL, 0.0, 0.1, "item"), answered(PYTHON, 0.0, 30.0))
    yesterday = NOW - timedelta(days=1)
    assert not_due(missed, (SQL, PYTHON), COUNTING, Asking()) == {SQL, PYTHON}
    assert not_due(missed, (SQL, PYTHON), COUNTING, Asking(), since=yesterday) == {PYTHON}


def test_what_was_never_certain_or_only_told_may_be_asked() -> None:
    once = learner(answered(SQL, 1.0, 5.0, "item"))
    assert not_due(once, (SQL,), COUNTING, Asking()) == frozenset()
    told = learner(replace(answered(SQL, 1.0, 5.0), kind="award"))
    assert not_due(told, (SQL,), COUNTING, Asking()) == frozenset()


def test_a_learned_model_expects_what_the_stored_result_will_bring_and_moves_other_skills_too() -> None:
    model = fitted().model
    log = tuple(replace(answered("skill-1", 1.0, day, "item"), item_id="item-1") for day in (9.0, 8.0, 7.0))
    before = learner(*log, model=model)
    piece = answered("skill-2", 0.0, 0.0, "item")
    after = learner(*log, piece, model=model)
    expecting = Expecting(before.kept.state, model, "item", NOW)
    assert expecting(Mastery("skill-2"), False).probability == pytest.approx(after.mastery["skill-2"].probability)
    given_now = with_answers(before, {"skill-2": False}, "item", NOW, model)
    assert given_now.mastery["skill-1"].probability == pytest.approx(after.mastery["skill-1"].probability)
    assert given_now.mastery["skill-1"].probability <= before.mastery["skill-1"].probability
