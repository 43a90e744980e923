from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from credpath.domain.learner import Learner, Profile
from credpath.domain.money import Money
from credpath.domain.outcomes import Outcome
from credpath.domain.paths import Constraints
from credpath.errors import Conflict, NotFound
from credpath.service.asking import Ask
from credpath.service.catalogue import put_credential
from credpath.service.context import Context
from credpath.service.explaining import explain
from credpath.service.learners import put_learner
from credpath.service.outcomes import record_outcomes
from credpath.service.recommending import RecommendAnswer, recommend
from credpath.store.impressions import by_idempotency_key, get_impression

TENANT = "default"
ANALYST = Ask(goal_text="data analyst")


def test_a_goal_alone_gets_a_next_credential_with_reasons_made_from_its_numbers(reading: Context) -> None:
    answer = recommend(reading, TENANT, ANALYST)
    assert "data analyst" in answer.goal.label.casefold()
    assert not answer.degraded
    first = answer.items[0]
    assert first.gap_closed > 0 or first.unlocks
    assert all(reason.sentence for reason in first.reasons)


def test_what_was_shown_is_logged_with_all_that_made_it(sample: Context) -> None:
    answer = recommend(sample, TENANT, ANALYST)
    with sample.database.read() as connection:
        logged = get_impression(connection, TENANT, answer.impression_id)
    assert logged is not None
    assert logged.slate == tuple(item.credential_id for item in answer.items)
    assert len(logged.features) == 4 * len(logged.candidates) * len(logged.feature_names)
    assert set(logged.slate) <= set(logged.candidates)
    assert (logged.propensity, logged.policy) == (1.0, "greedy")
    assert (logged.bundle_version, logged.seed) == (answer.bundle_version, answer.seed)


def test_an_explanation_replays_the_logged_scores_and_adds_up_to_them(sample: Context) -> None:
    answer = recommend(sample, TENANT, ANALYST)
    explanation = explain(sample, TENANT, answer.impression_id)
    assert explanation.replayed
    assert explanation.items == answer.items
    for item in answer.items:
        parts = explanation.contributions[item.credential_id]
        assert sum(part.contribution for part in parts) == pytest.approx(item.score, abs=1e-4)


def test_the_same_idempotency_key_shows_the_same_slate_even_after_the_learner_has_moved_on(sample: Context) -> None:
    put_learner(sample, TENANT, Learner("ada", Profile(goal="data analyst")))
    ask = Ask(learner_id="ada", idempotency_key="once")
    first = recommend(sample, TENANT, ask)
    chosen = first.items[0].credential_id
    record_outcomes(sample, TENANT, (Outcome("o1", "ada", chosen, "enrolled", first.shown_at),))
    again = recommend(sample, TENANT, ask)
    assert (again.impression_id, again.items) == (first.impression_id, first.items)
    assert chosen not in {item.credential_id for item in recommend(sample, TENANT, Ask(learner_id="ada")).items}


def test_an_idempotency_key_cannot_ask_something_else(sample: Context) -> None:
    recommend(sample, TENANT, replace(ANALYST, idempotency_key="once"))
    with pytest.raises(Conflict, match="Idempotency-Key"):
        recommend(sample, TENANT, replace(ANALYST, goal_text="nurse", idempotency_key="once"))


def test_equal_calls_at_once_with_one_idempotency_key_all_show_the_impression_of_one(sample: Context) -> None:
    ask = replace(ANALYST, idempotency_key="once")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: recommend(sample, TENANT, ask), range(8)))
    with sample.database.read() as connection:
        kept = by_idempotency_key(connection, TENANT, "once")
    assert kept is not None
    assert {answer.impression_id for answer in answers} == {kept.impression_id}
    assert {tuple(item.credential_id for item in answer.items) for answer in answers} == {kept.slate}


def overtaken_by(sample: Context, ask: Ask) -> tuple[Context, list[RecommendAnswer]]:
    """A context in which `ask` is made, and answered, while another call is being reckoned."""
    first: list[RecommendAnswer] = []

    def an_id() -> str:
        first.append(recommend(sample, TENANT, ask))
        return "overtaken"

    return replace(sample, new_id=an_id), first


def test_a_call_that_is_overtaken_by_its_own_repetition_shows_what_that_one_showed(sample: Context) -> None:
    ask = replace(ANALYST, idempotency_key="once")
    overtaken, first = overtaken_by(sample, ask)
    answer = recommend(overtaken, TENANT, ask)
    assert [answer.impression_id] == [one.impression_id for one in first]
    assert answer.items == first[0].items


def test_a_call_that_is_overtaken_by_another_question_with_its_key_is_refused(sample: Context) -> None:
    overtaken, _ = overtaken_by(sample, replace(ANALYST, goal_text="nurse", idempotency_key="once"))
    with pytest.raises(Conflict, match="another question"):
        recommend(overtaken, TENANT, replace(ANALYST, idempotency_key="once"))


def test_an_id_that_was_used_before_is_refused_and_not_taken_for_a_repetition(sample: Context) -> None:
    used = recommend(sample, TENANT, ANALYST).impression_id
    with pytest.raises(Conflict, match="stored already"):
        recommend(replace(sample, new_id=lambda: used), TENANT, replace(ANALYST, idempotency_key="once"))


def test_what_was_finished_and_not_passed_may_be_recommended_again(sample: Context) -> None:
    put_learner(sample, TENANT, Learner("ada", Profile(goal="data analyst")))
    ask = Ask(learner_id="ada")
    first = recommend(sample, TENANT, ask)
    chosen = first.items[0].credential_id
    record_outcomes(sample, TENANT, (Outcome("o1", "ada", chosen, "completed", first.shown_at, score=0.2),))
    assert chosen in {item.credential_id for item in recommend(sample, TENANT, ask).items}
    record_outcomes(sample, TENANT, (Outcome("o2", "ada", chosen, "completed", first.shown_at, score=0.8),))
    assert chosen not in {item.credential_id for item in recommend(sample, TENANT, ask).items}


def test_an_unknown_learner_is_not_found(reading: Context) -> None:
    with pytest.raises(NotFound):
        recommend(reading, TENANT, Ask(learner_id="nobody"))


def test_words_that_fit_no_occupation_still_get_an_answer_and_the_nearest_are_offered(reading: Context) -> None:
    answer = recommend(reading, TENANT, Ask(goal_text="zxqv wubble frotz"))
    assert answer.goal_answer is not None
    assert not answer.goal_answer.close_enough
    assert answer.goal_answer.matches
    assert answer.items


def test_without_any_goal_the_answer_is_a_fallback_and_says_so(reading: Context) -> None:
    answer = recommend(reading, TENANT, Ask())
    assert answer.items


def test_declared_skills_and_held_credentials_change_what_comes_next(reading: Context) -> None:
    beginner = recommend(reading, TENANT, ANALYST)
    held = beginner.items[0].credential_id
    later = recommend(reading, TENANT, replace(ANALYST, awards=(held,)))
    assert held not in {item.credential_id for item in later.items}
    assert later.filters["held"] == 1


def test_words_that_are_no_skill_are_named_rather_than_guessed(reading: Context) -> None:
    answer = recommend(reading, TENANT, replace(ANALYST, profile=Profile(declared_skills=("SQL", "zxqv wubble"))))
    assert answer.unknown_skills == ("zxqv wubble",)


def test_a_declared_skill_that_seems_misspelt_is_not_counted_and_the_likest_one_is_suggested(reading: Context) -> None:
    answer = recommend(reading, TENANT, replace(ANALYST, profile=Profile(declared_skills=("Pyton", "zxqv wubble"))))
    (note,) = [note for note in answer.notes if "Pyton" in note]
    assert "did you mean 'Python'?" in note
    assert answer.unknown_skills == ("Pyton", "zxqv wubble")


def test_a_budget_holds_for_every_item_that_states_a_price(reading: Context) -> None:
    limits = Constraints(budget=Money(50, "USD"))
    answer = recommend(reading, TENANT, replace(ANALYST, constraints=limits, limit=20))
    assert answer.items
    assert all(i.cost is None or i.cost.amount <= 60 for i in answer.items if i.cost and i.cost.currency == "USD")
    assert answer.filters["budget"] > 0


def test_a_credential_that_was_just_put_can_be_recommended_at_once(sample: Context) -> None:
    answer = recommend(sample, TENANT, ANALYST)
    best = answer.credentials[answer.items[0].credential_id]
    better = replace(best, credential_id="brand-new", title=f"{best.title} in one hour", workload_hours=1.0, cost=None)
    put_credential(sample, TENANT, better)
    assert "brand-new" in {item.credential_id for item in recommend(sample, TENANT, replace(ANALYST, limit=20)).items}


def test_another_tenant_sees_nothing_of_the_catalogue(reading: Context) -> None:
    answer = recommend(reading, "other", ANALYST)
    assert answer.items == ()
    assert answer.degraded
