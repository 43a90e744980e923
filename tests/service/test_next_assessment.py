from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from credpath.domain.learner import AssessmentResult, Learner, Profile
from credpath.errors import InvalidInput, NotFound
from credpath.service.asking import Ask
from credpath.service.assessments import add_assessments
from credpath.service.context import Context
from credpath.service.learners import put_learner
from credpath.service.next_assessment import NextAssessment, Offer, OfferedItem, next_assessment
from credpath.service.recommending import recommend

TENANT = "default"
ANALYST = Ask(goal_text="data analyst", profile=Profile(), limit=1)


def skill_of(found: NextAssessment) -> str:
    assert found.question.chosen is not None
    return found.question.chosen.belief.skill_uri


def test_a_profile_without_a_learner_is_asked_toward_its_goal_in_a_sentence(reading: Context) -> None:
    found = next_assessment(reading, TENANT, ANALYST)
    assert skill_of(found) in {skill.skill_uri for skill in found.goal.skills}
    assert found.why.endswith(".")
    assert found.credentials[found.question.first].title


def test_the_first_place_is_that_of_the_recommendation(sample: Context) -> None:
    found = next_assessment(sample, TENANT, ANALYST)
    assert found.question.first == recommend(sample, TENANT, ANALYST).items[0].credential_id


def test_answering_until_done_ends_and_what_is_said_to_be_first_is(reading: Context) -> None:
    answers: dict[str, bool] = {}
    while not (found := next_assessment(reading, TENANT, ANALYST, answers=answers)).question.done:
        before = found
        answers[skill_of(found)] = len(answers) % 2 == 0
        chosen = before.question.chosen
        assert chosen is not None
        promised = chosen.if_right if answers[skill_of(before)] else chosen.if_wrong
        after = next_assessment(reading, TENANT, ANALYST, answers=answers)
        assert after.question.first == promised.first
    assert len(answers) <= len(found.goal.skills)
    assert next_assessment(reading, TENANT, ANALYST, answers=answers).question.done


def test_where_it_is_sure_the_best_question_is_still_named_for_who_wants_to_go_on(reading: Context) -> None:
    answers: dict[str, bool] = {}
    while not (usual := next_assessment(reading, TENANT, ANALYST, answers=answers)).question.done:
        answers[skill_of(usual)] = False
    found = next_assessment(reading, TENANT, ANALYST, Offer(even_if_sure=True), answers)
    assert usual.question.chosen is None
    assert found.question.done
    assert found.why == usual.why
    assert skill_of(found) not in answers


def test_stored_results_move_the_question_on(sample: Context) -> None:
    put_learner(sample, TENANT, Learner("ada", Profile(goal="data analyst")))
    ada = Ask(learner_id="ada", limit=1)
    first = skill_of(next_assessment(sample, TENANT, ada))
    result = AssessmentResult("ada", first, 1.0, datetime.now(UTC), assessment_id="a1")
    add_assessments(sample, TENANT, "ada", (result,))
    found = next_assessment(sample, TENANT, ada)
    assert found.question.done or skill_of(found) != first


def test_an_open_item_on_the_skill_is_chosen_and_unknown_skills_are_named(reading: Context) -> None:
    asked = next_assessment(reading, TENANT, ANALYST, Offer((OfferedItem("x", "zxqv wubble"),)))
    assert asked.item is None
    assert asked.unknown_skills == ("zxqv wubble",)
    skill = skill_of(asked)
    items = (OfferedItem("easy", skill, 0.02), OfferedItem("fitting", skill, 0.2), OfferedItem("y", "welding"))
    found = next_assessment(reading, TENANT, ANALYST, Offer(items))
    assert found.item is not None
    assert found.item.skill_uri == skill
    rest = next_assessment(reading, TENANT, ANALYST, Offer(items, frozenset({found.item.item_id})))
    assert rest.item is not None
    assert rest.item.item_id != found.item.item_id


def test_with_only_items_a_skill_without_an_open_one_is_not_asked_about(reading: Context) -> None:
    items = (OfferedItem("a", "SQL"), OfferedItem("b", "welding"))
    found = next_assessment(reading, TENANT, ANALYST, Offer(items, only_items=True))
    assert found.question.askable == 1
    none_left = next_assessment(reading, TENANT, ANALYST, Offer(items, frozenset({"a", "b"}), only_items=True))
    assert none_left.question.ending == "no_items"


def test_without_an_item_left_it_ends_without_pretending_to_know_anything(reading: Context) -> None:
    items = (OfferedItem("a", "SQL"), OfferedItem("x", "zxqv wubble"))
    free = next_assessment(reading, TENANT, ANALYST, Offer(items)).question
    for done in ({"a"}, {"a", "x"}):
        found = next_assessment(reading, TENANT, ANALYST, Offer(items, frozenset(done), only_items=True))
        assert found.question.ending == "no_items"
        assert (found.question.certainty, found.question.loss) == (free.certainty, free.loss)
        assert found.question.certainty < 0.9
        assert found.question.askable == 0
        assert found.why.startswith("No item that is left would change it: ")
        on = next_assessment(reading, TENANT, ANALYST, Offer(items, frozenset(done), True, even_if_sure=True))
        assert on.question.chosen is None


def test_items_that_change_nothing_end_it_and_are_named_for_who_wants_to_go_on(reading: Context) -> None:
    items = (OfferedItem("a", "Tableau"),)
    found = next_assessment(reading, TENANT, ANALYST, Offer(items, only_items=True))
    assert (found.question.ending, found.question.askable, found.item) == ("no_items", 1, None)
    on = next_assessment(reading, TENANT, ANALYST, Offer(items, only_items=True, even_if_sure=True))
    assert on.question.done
    assert on.item is not None
    assert on.item.item_id == "a"


def test_of_the_items_of_a_sitting_the_rest_may_turn_what_two_answers_say(sample: Context) -> None:
    put_learner(sample, TENANT, Learner("ada", Profile(goal="data analyst")))
    offer = Offer(tuple(OfferedItem(f"i{n}", "SQL") for n in range(4)), only_items=True, even_if_sure=True)
    ada = Ask(learner_id="ada", limit=1)
    for days, askable in ((30, 0), (0, 1)):
        at = datetime.now(UTC) - timedelta(days=days)
        missed = [AssessmentResult("ada", "SQL", 0.0, at, item_id=f"i{n}-{days}") for n in range(2)]
        add_assessments(sample, TENANT, "ada", missed)
        assert next_assessment(sample, TENANT, ada, offer).question.askable == askable


def test_an_item_that_was_answered_is_never_put_again_however_long_ago(sample: Context) -> None:
    put_learner(sample, TENANT, Learner("ada", Profile(goal="data analyst")))
    start = datetime(2019, 1, 1, tzinfo=UTC)
    results = [
        AssessmentResult("ada", "SQL", 1.0, start + timedelta(days=n), item_id=f"item-{n:02}") for n in range(12)
    ]
    add_assessments(sample, TENANT, "ada", results)
    items = tuple(OfferedItem(one.item_id, "SQL") for one in results)
    offer = Offer((*items, OfferedItem("new", "SQL")), only_items=True, even_if_sure=True)
    ada = Ask(learner_id="ada", limit=1)
    found = next_assessment(sample, TENANT, ada, offer)
    assert found.item is not None
    assert found.item.item_id == "new"
    none_left = next_assessment(sample, TENANT, ada, replace(offer, items=items))
    assert (none_left.question.ending, none_left.item) == ("no_items", None)


def test_without_a_goal_it_says_to_give_one(sample: Context) -> None:
    put_learner(sample, TENANT, Learner("aimless"))
    with pytest.raises(InvalidInput, match="goal") as caught:
        next_assessment(sample, TENANT, Ask(learner_id="aimless", limit=1))
    assert caught.value.fix


def test_a_goal_that_names_no_occupation_ends_at_once_and_names_the_nearest(reading: Context) -> None:
    found = next_assessment(reading, TENANT, Ask(goal_text="zxqv wubble", limit=1))
    assert found.question.ending == "no_skills"
    assert "nearest" in found.why


def test_an_unknown_learner_is_not_found(reading: Context) -> None:
    with pytest.raises(NotFound):
        next_assessment(reading, TENANT, Ask(learner_id="nobody", limit=1))


def test_items_alone_need_items() -> None:
    with pytest.raises(InvalidInput, match="items"):
        Offer(only_items=True)
