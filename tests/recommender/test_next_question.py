from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.evidence import Evidence
from credpath.domain.mastery import Mastery, informed
from credpath.recommender.next_beliefs import Asking
from credpath.recommender.next_question import NextQuestion, information, next_question
from credpath.recommender.recommend import RecommendRequest, recommend
from tests.recommender.worlds import ask, goal_of, index_of, learner, offer, teaches

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SKILLS = ("excel", "python", "sql", "statistics")
# Who holds SQL needs python-1 next, who does not needs sql-1; of the other two skills neither course says anything.
DECISIVE = index_of({offer("sql-1", workload_hours=5.0): teaches("sql"), offer("python-1"): teaches("python")})
VARIED = index_of({offer(f"{skill}-{n}", workload_hours=8.0 + n): teaches(skill) for skill in SKILLS for n in (1, 2)})


def answered(mastery: Mastery, right: bool) -> Mastery:
    return informed(mastery, Evidence("answer", mastery.skill_uri, "assessment", float(right), NOW))


def item(mastery: Mastery, right: bool) -> Mastery:
    return informed(mastery, Evidence("answer", mastery.skill_uri, "item", float(right), NOW))


def with_known(request: RecommendRequest, *known: Mastery) -> RecommendRequest:
    state = {one.skill_uri: one for one in known}
    return replace(request, snapshot=replace(request.snapshot, mastery={**request.snapshot.mastery, **state}))


def after(request: RecommendRequest, answers: dict[str, bool]) -> RecommendRequest:
    state = {uri: answered(Mastery(uri), right) for uri, right in answers.items()}
    return replace(request, snapshot=replace(request.snapshot, mastery={**request.snapshot.mastery, **state}))


def asked_of(found: NextQuestion) -> str:
    assert found.chosen is not None
    return found.chosen.belief.skill_uri


def test_the_skill_that_decides_is_asked_and_both_answers_say_what_they_change() -> None:
    found = next_question(DECISIVE, ask(goal_of("sql", "python", "writing")), answered)
    assert asked_of(found) in {"urn:sql", "urn:python"}
    assert found.chosen is not None
    assert found.first == "sql-1"
    assert {found.chosen.if_right.first, found.chosen.if_wrong.first} == {"sql-1", "python-1"}
    assert found.chosen.if_right.chance + found.chosen.if_wrong.chance == pytest.approx(1.0)


def test_a_certain_skill_is_never_asked_while_an_uncertain_one_matters() -> None:
    request = ask(goal_of("sql", "python"), learner(python=0.1))
    found = next_question(DECISIVE, request, answered)
    assert found.askable == 1
    assert found.done or asked_of(found) == "urn:sql"


def test_where_one_credential_is_left_there_is_nothing_to_ask() -> None:
    index = index_of({offer("sql-1"): teaches("sql")})
    found = next_question(index, ask(goal_of("sql", "python")), answered)
    assert (found.ending, found.certainty, found.first) == ("certain", 1.0, "sql-1")


def test_endings_name_their_reason() -> None:
    known = learner(**dict.fromkeys(SKILLS, 0.5))
    assert next_question(VARIED, ask(goal_of(*SKILLS), known), answered).ending == "all_asked"
    assert next_question(VARIED, ask(goal_of()), answered).ending == "no_skills"
    nothing = ask(goal_of(*SKILLS), languages=frozenset({"xx"}))
    foreign = index_of({offer("sql-1", languages=("fr",)): teaches("sql")})
    assert next_question(foreign, nothing, answered).ending == "nothing_fits"
    lenient = Asking(other_first=0.0, loss=1.0)
    assert next_question(VARIED, ask(goal_of(*SKILLS)), answered, lenient).ending == "close"


def test_only_skills_that_can_be_asked_about_are() -> None:
    found = next_question(VARIED, ask(goal_of(*SKILLS)), answered, only=frozenset({"urn:excel"}))
    assert found.askable == 1
    assert found.done or asked_of(found) == "urn:excel"


def test_what_cannot_be_asked_stays_open_and_counts_as_unknown() -> None:
    request = ask(goal_of(*SKILLS))
    free = next_question(VARIED, request, answered)
    nothing = next_question(VARIED, request, answered, items={})
    assert (nothing.ending, nothing.askable, nothing.left, nothing.chosen) == ("no_items", 0, 0, None)
    assert (nothing.first, nothing.certainty, nothing.loss) == (free.first, free.certainty, free.loss)
    for skill in SKILLS:
        found = next_question(VARIED, request, answered, items={f"urn:{skill}": 1})
        assert found.first == free.first
        assert found.certainty <= free.certainty
        assert found.ending == "no_items" or asked_of(found) == f"urn:{skill}"
    ample = next_question(VARIED, request, answered, items={f"urn:{s}": 12 for s in SKILLS})
    assert (ample.ending, ample.first, ample.askable) == (free.ending, free.first, free.askable)
    known = ask(goal_of(*SKILLS), learner(**dict.fromkeys(SKILLS, 0.5)))
    assert next_question(VARIED, known, answered, items={}).ending == "all_asked"


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from([f"urn:{s}" for s in SKILLS]), st.booleans()), st.integers(0, 2**31))
def test_same_input_and_seed_same_question_and_the_first_is_that_of_recommend(
    answers: dict[str, bool], seed: int
) -> None:
    request = after(ask(goal_of(*SKILLS), seed=seed), answers)
    found = next_question(VARIED, request, answered)
    assert found == next_question(VARIED, request, answered)
    assert found.first == recommend(VARIED, request).items[0].credential_id
    assert 0.0 <= found.certainty <= 1.0
    assert 0.0 <= found.loss <= 1.0
    assert found.done == (found.chosen is None) == (found.left == 0)
    assert found.done or asked_of(found) not in answers


@settings(max_examples=16, deadline=None)
@given(st.tuples(*[st.booleans()] * 4))
def test_the_check_ends_and_asks_each_skill_at_most_once(truth: tuple[bool, ...]) -> None:
    right = dict(zip((f"urn:{s}" for s in SKILLS), truth, strict=True))
    answers: dict[str, bool] = {}
    request = ask(goal_of(*SKILLS))
    while not (found := next_question(VARIED, after(request, answers), answered)).done:
        assert asked_of(found) not in answers
        answers[asked_of(found)] = right[asked_of(found)]
    assert len(answers) <= len(SKILLS)
    assert next_question(VARIED, after(request, answers), answered).done


@settings(max_examples=16, deadline=None)
@given(st.tuples(*[st.booleans()] * 4))
def test_who_wants_to_go_on_is_asked_about_everything_and_told_when_it_was_sure(truth: tuple[bool, ...]) -> None:
    right = dict(zip((f"urn:{s}" for s in SKILLS), truth, strict=True))
    answers: dict[str, bool] = {}
    on = Asking(even_if_sure=True)
    while (found := next_question(VARIED, after(ask(goal_of(*SKILLS)), answers), answered, on)).chosen is not None:
        usual = next_question(VARIED, after(ask(goal_of(*SKILLS)), answers), answered)
        assert found == replace(usual, chosen=found.chosen)
        assert usual.done or usual.chosen == found.chosen
        assert asked_of(found) not in answers
        answers[asked_of(found)] = right[asked_of(found)]
    assert answers == right
    assert found.ending == "all_asked"


def test_what_the_items_that_are_left_may_turn_is_asked_and_what_they_may_not_is_not() -> None:
    request = ask(goal_of("sql", "python", "writing"))
    missed = item(item(Mastery("urn:sql"), False), False)
    found = next_question(DECISIVE, with_known(request, missed), item, items={"urn:sql": 3})
    assert asked_of(found) == "urn:sql"
    assert found.certainty < 0.9
    for _ in range(6):
        missed = item(missed, False)
    over = next_question(DECISIVE, with_known(request, missed), item, items={"urn:sql": 1})
    assert over.done
    on = next_question(DECISIVE, with_known(request, missed), item, Asking(even_if_sure=True), items={"urn:sql": 1})
    assert on == replace(over, chosen=on.chosen)
    assert asked_of(on) == "urn:sql"


def test_going_on_changes_nothing_where_there_is_nothing_to_ask_about_or_for() -> None:
    on = Asking(even_if_sure=True)
    for request in (ask(goal_of()), ask(goal_of(*SKILLS), languages=frozenset({"xx"}))):
        assert next_question(VARIED, request, answered, on) == next_question(VARIED, request, answered)


def test_information_is_all_of_it_for_the_skill_that_decides_and_none_for_one_that_does_not() -> None:
    decides = np.array([True, True, False, False] * 4)
    idle = np.array([True, False] * 8)
    told = information(np.stack([decides, idle], axis=1), decides.astype(np.int64))
    assert told == pytest.approx([np.log(2), 0.0])
