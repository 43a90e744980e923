from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.mastery import Mastery
from credpath.recommender.next_beliefs import Asking, Belief
from credpath.recommender.next_worlds import common_factor, draw
from credpath.recommender.skill_space import NOTHING_KNOWN, facts_of
from tests.recommender.test_next_beliefs import after, item, scored

SQL, EXCEL = "urn:sql", "urn:excel"
MANY = Asking(worlds=4_000)


def believed(uri: str, answers: int, odds: float = 1.0, until_sure: bool = False) -> Belief:
    return Belief(uri, uri, Mastery(uri), NOTHING_KNOWN, 0.5, odds, answers, until_sure)


def test_what_is_shown_moves_the_chance_of_skills_never_asked_about() -> None:
    low, none, high = (common_factor([odds] * 3, Asking()).mean() for odds in (0.05, 1.0, 20.0))
    assert low < -0.5 < none < 0.5 < high
    assert abs(none) < 0.05


def test_answers_are_right_as_often_as_holding_guessing_and_slipping_make_them() -> None:
    drawn = draw((believed(SQL, 4),), (), item, MANY, 3)
    assert drawn.chances == pytest.approx([0.2 + 0.6 * 0.5], abs=0.01)
    assert drawn.shows.mean() == pytest.approx(drawn.chances[0], abs=0.02)
    sure = draw((believed(SQL, 4, odds=1e9),), (), item, MANY, 3)
    assert sure.chances == pytest.approx([0.8], abs=0.01)


def test_four_items_end_as_four_answers_of_somebody_who_holds_the_skill_or_does_not() -> None:
    ends = draw((believed(SQL, 4),), (), item, MANY, 3).ends[:, 0, 0]
    possible = [facts_of(after(*[True] * r, *[False] * (4 - r)))[0] for r in range(5)]
    assert set(ends.tolist()) == set(possible)
    binomial = lambda p: np.array([1, 4, 6, 4, 1]) * p ** np.arange(5) * (1 - p) ** np.arange(4, -1, -1)  # noqa: E731
    shares = [(ends == one).mean() for one in possible]
    assert shares == pytest.approx((binomial(0.2) + binomial(0.8)) / 2, abs=0.02)


def test_assessments_are_asked_until_the_skill_is_certain_and_items_until_none_is_left() -> None:
    once = draw((believed(SQL, 12, until_sure=True),), (), scored, Asking(), 3)
    either = {facts_of(scored(Mastery(SQL), right)) for right in (True, False)}
    assert set(map(tuple, once.ends[:, 0].tolist())) == either
    assert (once.shows[:, 0] == (once.ends[:, 0, 0] > 0.5)).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 6))
def test_a_skills_draws_are_its_own_whatever_else_is_open_and_the_same_for_the_same_seed(seed: int, left: int) -> None:
    alone = draw((believed(SQL, left),), (), item, Asking(), seed)
    both = draw((believed(EXCEL, 2), believed(SQL, left)), (), item, Asking(), seed)
    assert (both.shows[:, 1] == alone.shows[:, 0]).all()
    assert (both.ends[:, 1] == alone.ends[:, 0]).all()
    assert np.isfinite(both.ends).all()
