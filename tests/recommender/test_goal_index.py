from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.skills import Occupation, Taxonomy
from credpath.errors import NotFound
from credpath.recommender.encoding import HashEncoder
from credpath.recommender.goal_index import GoalIndex
from tests.recommender.goal_world import goal_taxonomy

ENCODER = HashEncoder(384)
TAXONOMY = goal_taxonomy()


@pytest.fixture(scope="module")
def index() -> GoalIndex:
    return GoalIndex.build(TAXONOMY, ENCODER)


def labels(index: GoalIndex, text: str, limit: int = 3) -> list[str]:
    return [match.label for match in index.match(text, ENCODER, limit).matches]


def test_a_short_name_inside_a_goal_is_read_in_full_unless_the_taxonomy_uses_it(index: GoalIndex) -> None:
    assert index.read("vr designer") == index.read("virtual reality designer")


@pytest.mark.parametrize("occupation", TAXONOMY.occupations, ids=lambda o: o.label)
def test_every_label_finds_its_occupation_first(index: GoalIndex, occupation: Occupation) -> None:
    for label in (occupation.label, *occupation.alt_labels):
        assert labels(index, label)[0] == occupation.label


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("dta anlyst", "data analyst"),
        ("Cloud Enginer", "cloud engineer"),
        ("analista de datos", "data analyst"),
        ("ingeniero de la nube", "cloud engineer"),
        ("Krankenschwester", "nurse"),
        ("développeuse web", "web developer"),
        ("become a cloud engineer without a degree", "cloud engineer"),
        ("I'm a bus driver and want to become a train driver", "train driver"),
    ],
)
def test_words_misspelt_foreign_or_wrapped_still_land(index: GoalIndex, text: str, first: str) -> None:
    assert labels(index, text)[0] == first


def test_a_move_into_data_ranks_data_above_marketing(index: GoalIndex) -> None:
    answer = index.match("I want to move from marketing into data", ENCODER, 3)
    assert (answer.target, answer.origin) == ("data", "marketing")
    assert {m.label for m in answer.matches[:2]} <= {"data analyst", "data scientist", "data steward"}


def test_a_match_names_the_label_that_came_closest(index: GoalIndex) -> None:
    match = index.match("staff nurse", ENCODER, 1).matches[0]
    assert (match.label, match.matched_label) == ("nurse", "staff nurse")


@pytest.mark.parametrize("text", ["xqzvw kkjhh", "🙂", "...", "asdkjh", "数据分析师", "محلل بيانات"])
def test_words_near_nothing_are_answered_with_the_nearest_and_said_so(index: GoalIndex, text: str) -> None:
    answer = index.match(text, ENCODER, 3)
    assert not answer.close_enough
    assert len(answer.matches) == 3


@pytest.mark.parametrize("text", ["crowd", "water", "poker", "drama"])  # two edits from cloud, baker, baker, data
def test_a_guess_at_another_word_is_offered_and_leaves_the_goal_in_doubt(index: GoalIndex, text: str) -> None:
    assert [reading.sure for reading in index.read(text)] == [True, False]
    assert not index.match(text, ENCODER).close_enough


@pytest.mark.parametrize("text", ["dta anlyst", "nures", "enginer of clouds"])
def test_a_slip_of_the_pen_leaves_no_doubt(index: GoalIndex, text: str) -> None:
    assert index.match(text, ENCODER).close_enough


@pytest.mark.parametrize("text", ["not a nurse", "anything but nurse", "work from home", "I want to"])
def test_words_that_name_no_wanted_work_leave_the_goal_in_doubt(index: GoalIndex, text: str) -> None:
    assert not index.match(text, ENCODER).close_enough


@pytest.mark.parametrize(("text", "first"), [("clown", "circus artist"), ("DJ", "D.J.")])
def test_a_label_of_one_word_typed_as_it_is_stands_first_dots_aside(text: str, first: str) -> None:
    clowns = (
        Occupation("o:a", "circus artist", ("clown",)),
        Occupation("o:b", "clown teacher", ("clowns", "clowning")),
    )
    taxonomy = replace(TAXONOMY, occupations=(*TAXONOMY.occupations, *clowns, Occupation("o:c", "D.J.")))
    assert labels(GoalIndex.build(taxonomy, ENCODER), text)[0] == first


@given(st.text(max_size=80), st.integers(1, 20))
def test_any_words_get_an_answer_with_falling_finite_confidence(index: GoalIndex, text: str, limit: int) -> None:
    answer = index.match(text, ENCODER, limit)
    confidences = [m.confidence for m in answer.matches]
    assert len(confidences) == min(limit, len(TAXONOMY.occupations))
    assert all(0.0 <= c <= 1.0 for c in confidences)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0 + 1e-5


def test_the_order_of_the_input_has_no_effect(index: GoalIndex) -> None:
    dice = random.Random(4)
    occupations = [replace(o, alt_labels=tuple(reversed(o.alt_labels))) for o in TAXONOMY.occupations]
    skills = list(TAXONOMY.skills)
    dice.shuffle(occupations)
    dice.shuffle(skills)
    other = GoalIndex.build(replace(TAXONOMY, occupations=tuple(occupations), skills=tuple(skills)), ENCODER)
    for text in ("data", "driver", "solar panels", "xyz"):
        assert other.match(text, ENCODER) == index.match(text, ENCODER)
    assert other.career_goal("o:nurse") == index.career_goal("o:nurse")


def test_a_saved_index_answers_the_same(index: GoalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "goals")
    loaded = GoalIndex.load(tmp_path / "goals")
    for text in ("data", "train driver", "enfermera"):
        assert loaded.match(text, ENCODER) == index.match(text, ENCODER)
    assert loaded.career_goal("o:baker", "bake", 0.5) == index.career_goal("o:baker", "bake", 0.5)


def test_a_career_goal_carries_the_words_and_weighted_skills(index: GoalIndex) -> None:
    goal = index.career_goal("o:data-scientist", "become a data scientist", 0.9)
    assert (goal.label, goal.text, goal.confidence) == ("data scientist", "become a data scientist", 0.9)
    assert sum(s.weight for s in goal.skills) == pytest.approx(1.0)


def test_different_work_needs_different_skills(index: GoalIndex) -> None:
    one = {s.skill_uri: s.weight for s in index.career_goal("o:data-scientist").skills}
    other = {s.skill_uri: s.weight for s in index.career_goal("o:bus-driver").skills}
    assert sum(min(weight, other.get(uri, 0.0)) for uri, weight in one.items()) < 0.1


def test_an_unknown_occupation_is_refused(index: GoalIndex) -> None:
    with pytest.raises(NotFound, match="no occupation 'o:none'"):
        index.career_goal("o:none")
    with pytest.raises(NotFound):
        index.occupation("o:none")


def test_an_occupation_tells_its_labels(index: GoalIndex) -> None:
    assert index.occupation("o:nurse") == ("nurse", "registered nurse", "staff nurse")


def test_taxonomies_of_one_and_of_no_occupation_work(tmp_path: Path) -> None:
    one = GoalIndex.build(Taxonomy("test", "1", "", (), (Occupation("o:a", "potter"),)), ENCODER)
    assert [m.label for m in one.match("poter", ENCODER).matches] == ["potter"]
    none = GoalIndex.build(Taxonomy("test", "1", "", (), ()), ENCODER)
    none.save(tmp_path)
    answer = GoalIndex.load(tmp_path).match("anything", ENCODER)
    assert (answer.matches, answer.close_enough) == ((), False)


def test_titles_with_a_name_of_a_label_are_not_taken_apart() -> None:
    odd = Occupation("o:odd", "from scratch")
    taxonomy = replace(TAXONOMY, occupations=(*TAXONOMY.occupations, odd))
    answer = GoalIndex.build(taxonomy, ENCODER).match("From Scratch", ENCODER, 1)
    assert (answer.target, answer.matches[0].label) == ("from scratch", "from scratch")
