from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.recommender.goal_spelling import Speller, edit_distance, is_slip

WORDS = {"data": 50, "date": 3, "analyst": 40, "engineer": 90, "nurse": 20, "cloud": 6, "cold": 9, "software": 30}
words = st.text(alphabet="abcd", max_size=7)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.build(dict(WORDS))


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("data", "data", 0),
        ("dta", "data", 1),
        ("nures", "nurse", 1),
        ("enginer", "engineer", 1),
        ("kitten", "sitting", 3),
    ],
)
def test_the_distance_counts_insertions_deletions_changes_and_swaps(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b, 5) == distance


@given(words, words)
def test_the_distance_is_symmetric_and_zero_only_for_equals(a: str, b: str) -> None:
    assert edit_distance(a, b, 9) == edit_distance(b, a, 9)
    assert (edit_distance(a, b, 9) == 0) == (a == b)


@given(words, words, st.integers(0, 4))
def test_a_distance_over_the_limit_reads_as_one_more(a: str, b: str, limit: int) -> None:
    assert edit_distance(a, b, limit) == min(edit_distance(a, b, 9), limit + 1)


@pytest.mark.parametrize(
    ("wrong", "right"), [("dta", "data"), ("anlyst", "analyst"), ("enginer", "engineer"), ("sofware", "software")]
)
def test_a_misspelt_word_finds_its_known_neighbour(speller: Speller, wrong: str, right: str) -> None:
    assert speller.nearest(wrong)[0] == right


@pytest.mark.parametrize(
    ("word", "meant", "slip"),
    [
        ("anlyst", "analyst", True),
        ("nures", "nurse", True),
        ("recieptionst", "receptionist", True),
        ("webdesigner", "web designer", True),
        ("dev", "de", False),
        ("scrum", "drum", False),
    ],
)
def test_a_slip_is_fewer_edits_than_would_make_another_word(word: str, meant: str, slip: bool) -> None:
    assert is_slip(word, meant) == slip


def test_company_decides_between_equally_near_words(speller: Speller) -> None:
    assert speller.nearest("clod", [{"cloud", "engineer"}])[0] == "cloud"


@pytest.mark.parametrize("strange", ["xqzvw", "zz", "", "quantum"])
def test_a_word_far_from_all_stays_unknown(speller: Speller, strange: str) -> None:
    assert speller.nearest(strange) == []


def test_a_saved_speller_spells_the_same(speller: Speller, tmp_path: Path) -> None:
    speller.save(tmp_path)
    assert Speller.load(tmp_path).nearest("dta", count=1) == ["data"]


def test_a_speller_without_words_answers_nothing() -> None:
    assert Speller.build({}).nearest("data") == []
