from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.recommender.goal_lexicon import Postings, WordLists, trigrams_of, words_of

TEXTS = [["a", "b", "b"], ["b", "c"], ["d"]]


def test_words_are_folded_without_punctuation_possessive_and_plural() -> None:
    assert words_of("Data-Analysts' & C++ / driver's MATE") == ["data", "analyst", "c++", "driver", "mate"]


def test_words_that_only_look_plural_stay() -> None:
    assert words_of("business bus physics analysis gas") == ["business", "bus", "physic", "analysis", "gas"]


def test_trigrams_are_framed_by_spaces() -> None:
    assert list(trigrams_of(["ict"])) == [" ic", "ict", "ct "]


def test_a_text_scores_one_against_itself() -> None:
    postings = Postings.build(TEXTS)
    for row, text in enumerate(TEXTS):
        assert postings.scores(text, 3)[row] == pytest.approx(1.0, abs=1e-5)


@given(st.lists(st.sampled_from("abcdefg"), max_size=6))
def test_scores_are_cosines(query: list[str]) -> None:
    scores = Postings.build(TEXTS).scores(query, 3)
    assert np.all(scores >= 0)
    assert np.all(scores <= 1 + 1e-5)


def test_a_term_that_no_text_has_makes_every_score_smaller() -> None:
    postings = Postings.build(TEXTS)
    assert postings.scores(["b", "zzz"], 3)[1] < postings.scores(["b"], 3)[1]


def test_saved_postings_score_the_same(tmp_path: Path) -> None:
    postings = Postings.build(TEXTS)
    postings.save(tmp_path)
    assert Postings.load(tmp_path).scores(["b", "d"], 3).tolist() == postings.scores(["b", "d"], 3).tolist()


def test_word_lists_keep_known_words_once_and_in_order(tmp_path: Path) -> None:
    lists = WordLists.build([["b", "a", "b"], [], ["z", "a"]], {"a": 0, "b": 1})
    lists.save(tmp_path, "x")
    loaded = WordLists.load(tmp_path, "x")
    assert loaded.starts.tolist() == [0, 2, 2, 3]
    assert loaded.ids.tolist() == [0, 1, 0]
