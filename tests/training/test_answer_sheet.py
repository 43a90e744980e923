from __future__ import annotations

import numpy as np

from credpath.domain.mastery import Mastery
from credpath.recommender.skill_space import NOTHING_KNOWN, facts_of
from training.answer_sheet import AnswerSheet

URIS = ("urn:a", "urn:b")
ITEMS = AnswerSheet(URIS, np.array([[True, False], [False, False]]))
SCORES = AnswerSheet(URIS, np.array([[True], [False]]))


def test_a_skills_answers_come_in_their_order_whatever_is_asked_between() -> None:
    assert ITEMS.everything == [0, 0, 1, 1]
    straight, mixed = ITEMS.facts([0, 0, 1, 1]), ITEMS.facts([0, 1, 0, 1])
    assert (straight[0] == NOTHING_KNOWN).all()
    assert (straight[-1] == mixed[-1]).all()
    assert (straight[1] == mixed[1]).all()
    once = ITEMS.told(Mastery("urn:a"))
    assert tuple(straight[1, 0]) == facts_of(once)
    assert ITEMS.told(once).probability < once.probability


def test_items_run_out_and_an_assessment_is_enough() -> None:
    assert ITEMS.left({"urn:a": ITEMS.told(Mastery("urn:a"))}) == {"urn:a": 1, "urn:b": 2}
    assert SCORES.left({}) is None
    [sure, told] = (sheet.told(Mastery("urn:a")) for sheet in (SCORES, ITEMS))
    assert sure.probability > told.probability


def test_the_extremes_are_everything_right_and_everything_wrong() -> None:
    right, wrong = ITEMS.extremes()
    ends = ITEMS.facts(ITEMS.everything)[-1]
    assert (right[:, 1] >= ends[:, 1]).all()
    assert (ends[:, 1] >= wrong[:, 1]).all()
