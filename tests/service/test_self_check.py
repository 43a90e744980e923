"""What the self-check promises is what comes after it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from credpath.domain.learner import AssessmentResult, Award, Learner, NotYet, Profile
from credpath.errors import InvalidInput, NotFound
from credpath.service.asking import Ask
from credpath.service.assessments import add_assessments
from credpath.service.context import Context
from credpath.service.learners import add_award, get_learner, put_learner
from credpath.service.mastery import read_learner
from credpath.service.next_assessment import NextAssessment
from credpath.service.own_words import keep_words
from credpath.service.planning_paths import plan_paths
from credpath.service.recommending import recommend
from credpath.service.self_check import ASK_AGAIN_AFTER, keep_answers, next_self_question

TENANT, ADA = "default", "ada"
GOALS = ("data analyst", "web developer", "project manager")


@pytest.fixture
def ada(sample: Context) -> Context:
    put_learner(sample, TENANT, Learner(ADA, Profile(goal="data analyst", languages=("en",))))
    return sample


def question(context: Context, yes: tuple[str, ...] = (), no: tuple[str, ...] = (), who: str = ADA) -> NextAssessment:
    return next_self_question(context, TENANT, who, yes, no)


def asked(found: NextAssessment) -> str:
    assert found.question.chosen is not None
    return found.question.chosen.belief.skill_uri


def first(context: Context, who: str = ADA) -> str:
    return recommend(context, TENANT, Ask(learner_id=who, limit=1)).items[0].credential_id


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("planned", [False, True])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_what_is_promised_comes_first_once_the_answers_are_kept(
    ada: Context, goal: str, planned: bool, seed: int
) -> None:
    dice, who = random.Random(seed), f"{goal}-{planned}-{seed}"
    put_learner(ada, TENANT, Learner(who, Profile(goal=goal, languages=("en",))))
    if planned:
        plan_paths(ada, TENANT, Ask(learner_id=who))
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    while not (found := question(ada, yes, no, who)).question.done:
        uri = asked(found)
        assert uri not in (*yes, *no)
        chosen = found.question.chosen
        assert chosen is not None
        if dice.random() < 0.5:
            yes, promised = (*yes, uri), chosen.if_right
        else:
            no, promised = (*no, uri), chosen.if_wrong
        assert question(ada, yes, no, who).question.first == promised.first
    keep_answers(ada, TENANT, who, yes, no)
    assert first(ada, who) == found.question.first
    again = question(ada, who=who)
    assert (again.question.ending, again.question.first) == (found.question.ending, found.question.first)
    assert again.question.certainty == found.question.certainty


def test_a_path_stays_where_it_goes_on_with_what_was_promised(ada: Context) -> None:
    before = plan_paths(ada, TENANT, Ask(learner_id=ADA))
    keep_answers(ada, TENANT, ADA)
    after = plan_paths(ada, TENANT, Ask(learner_id=ADA), keep=None)
    assert after.previous == tuple(step.credential_id for step in before.paths[0].steps)


def test_a_not_yet_is_evidence_with_its_day_and_is_not_asked_about_for_a_while(ada: Context) -> None:
    uri = asked(question(ada))
    keep_answers(ada, TENANT, ADA, no=(uri,))
    (said,) = get_learner(ada, TENANT, ADA).profile.not_yet
    assert said.skill == uri
    (piece,) = read_learner(ada, TENANT, ADA).pieces
    assert (piece.kind, piece.score, piece.at) == ("self_declared", 0.0, said.said_at)
    found, noes = question(ada), (uri,)
    while not found.question.done:
        assert asked(found) not in noes
        noes = (*noes, asked(found))
        found = question(ada, no=noes)
    before, after = (
        replace(ada, clock=lambda age=age: said.said_at + age) for age in (timedelta(days=1), ASK_AGAIN_AFTER)
    )
    assert question(after).question.askable == question(before).question.askable + 1


def test_either_answer_can_be_corrected_later_and_the_last_word_counts(ada: Context) -> None:
    uri = asked(question(ada))
    keep_answers(ada, TENANT, ADA, no=(uri,))
    lacking = read_learner(ada, TENANT, ADA).probability(uri)
    keep_words(ada, TENANT, ADA, yes=(uri,))
    profile = get_learner(ada, TENANT, ADA).profile
    assert (profile.declared_skills, profile.not_yet) == ((uri,), ())
    assert read_learner(ada, TENANT, ADA).probability(uri) > lacking
    keep_answers(ada, TENANT, ADA, no=(uri,))
    profile = get_learner(ada, TENANT, ADA).profile
    assert (profile.declared_skills, [one.skill for one in profile.not_yet]) == ((), [uri])
    assert read_learner(ada, TENANT, ADA).probability(uri) == lacking


def test_a_skill_said_in_other_words_is_the_same_skill(ada: Context) -> None:
    put_learner(ada, TENANT, Learner(ADA, Profile(goal="data analyst", declared_skills=("SQL", "zxqv wubble"))))
    (sql,) = [uri for uri in read_learner(ada, TENANT, ADA).mastery if uri.endswith("/sql")]
    keep_answers(ada, TENANT, ADA, no=(sql,))
    assert get_learner(ada, TENANT, ADA).profile.declared_skills == ("zxqv wubble",)


def test_what_is_shown_or_earned_later_outweighs_a_not_yet_and_what_was_before_does_not(ada: Context) -> None:
    now = ada.clock()
    for who, said_at in (("early", now - timedelta(days=9)), ("late", now - timedelta(days=1))):
        noes = (NotYet("SQL", said_at), NotYet("PostgreSQL", said_at))
        put_learner(ada, TENANT, Learner(who, Profile(not_yet=noes)))
        then = now - timedelta(days=5)
        add_assessments(ada, TENANT, who, [AssessmentResult(who, "SQL", 1.0, then)])
        add_award(ada, TENANT, Award(who, "dp-sql", then))
    put_learner(ada, TENANT, Learner("silent"))
    add_assessments(ada, TENANT, "silent", [AssessmentResult("silent", "SQL", 1.0, now - timedelta(days=5))])
    add_award(ada, TENANT, Award("silent", "dp-sql", now - timedelta(days=5)))
    early, late, silent = (read_learner(ada, TENANT, who).mastery for who in ("early", "late", "silent"))
    assert {u: m.probability for u, m in early.items()} == {u: m.probability for u, m in silent.items()}
    assert any(late[uri].probability < silent[uri].probability for uri in silent)


def test_it_needs_a_learner_with_a_goal(ada: Context) -> None:
    put_learner(ada, TENANT, Learner("aimless"))
    with pytest.raises(InvalidInput, match="goal"):
        question(ada, who="aimless")
    for call in (next_self_question, keep_answers):
        with pytest.raises(NotFound, match="learner"):
            call(ada, TENANT, "nobody")
