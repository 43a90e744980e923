from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.recommender.goal_text import MAX_GOAL, GoalText, parse_goal


@pytest.mark.parametrize(
    ("text", "target", "origin"),
    [
        ("I want to move from marketing into data", "data", "marketing"),
        ("nurse to health informatics", "health informatics", "nurse"),
        ("career change: accountant -> web developer", "web developer", "accountant"),
        ("I'm a bus driver and would like to become a train driver", "train driver", "bus driver"),
        ("quiero pasar de marketing a contabilidad", "contabilidad", "marketing"),
        ("switching careers from teaching to software development", "software development", "teaching"),
        ("quero passar de vendas para programador", "programador", "vendas"),
        ("de infirmier à développeur", "développeur", "infirmier"),
        ("de enfermera a analista de datos", "analista de datos", "enfermera"),
    ],
)
def test_a_move_is_split_into_target_and_origin(text: str, target: str, origin: str) -> None:
    assert parse_goal(text) == GoalText(target, origin)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("become a cloud engineer without a degree", "cloud engineer"),
        ("something with solar panels", "solar panels"),
        ("help people with AI", "artificial intelligence"),
        ("How do I get a job as a game designer?", "game designer"),
        ("I would like to become a nurse, please", "nurse"),
        ("My goal is to be a data analyst in 6 months", "data analyst"),
        ("quiero ser desarrolladora de software", "desarrolladora de software"),
        ("je veux devenir infirmière", "infirmière"),
        ("ich möchte Elektriker werden", "elektriker"),
        ("quero ser enfermeiro", "enfermeiro"),
        ("voglio diventare psicologo", "psicologo"),
    ],
)
def test_wishes_and_conditions_are_stripped_in_six_languages(text: str, target: str) -> None:
    assert parse_goal(text).target == target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("I don't want to be a nurse anymore, I want to be a pilot", "pilot"),
        ("I'm tired of being a nurse and want to become a pilot", "pilot"),
        ("I want to be a developer, not a manager", "developer"),
        ("not a manager but a developer", "developer"),
        ("a chef instead of a waiter", "chef"),
        ("teacher, but not of maths", "teacher"),
        ("anything but accounting and finance, I'd like to be a chef", "chef"),
        ("je ne veux plus être infirmière, je veux devenir pilote", "pilote"),
        ("ya no quiero ser enfermera, quiero ser piloto", "piloto"),
        ("work from home as a data analyst", "data analyst"),
    ],
)
def test_what_is_not_wanted_is_no_part_of_the_target(text: str, target: str) -> None:
    assert parse_goal(text) == GoalText(target)


@pytest.mark.parametrize(
    "text",
    [
        "not a teacher",
        "anything but accounting",
        "no longer a nurse",
        "tout sauf comptable",
        "work from home",
        "i want to",
    ],
)
def test_a_text_that_names_no_wanted_work_comes_back_whole_and_says_so(text: str) -> None:
    assert parse_goal(text) == GoalText(text, names_work=False)


@pytest.mark.parametrize(
    "title",
    [
        "data analyst", "learning advisor", "study adviser", "die maker", "assistant to midwife", "un diplomat",
        "production supervisor in the printing industry", "return to work advisor", "hand to hand acrobat",
        "made to measure tailor", "work from home coordinator", "help desk agent", "change manager",
        "not-for-profit manager", "director of a not for profit organisation",
    ],
)  # fmt: skip
def test_a_title_that_looks_like_a_wish_is_left_alone(title: str) -> None:
    assert parse_goal(title) == GoalText(title)


@given(st.text(max_size=400))
def test_any_text_gives_a_target_no_longer_than_what_is_read(text: str) -> None:
    parsed = parse_goal(text)
    assert len(parsed.target) <= MAX_GOAL
    assert bool(parsed.target) == any(part for part in parsed.target.split())


@given(st.text(alphabet="abcdefgh ", max_size=60))
def test_reading_a_target_again_changes_nothing(text: str) -> None:
    once = parse_goal(text).target
    assert parse_goal(once).target == once


def test_a_text_of_filler_only_comes_back_whole() -> None:
    assert parse_goal("I want to").target == "i want to"
