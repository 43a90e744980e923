from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.mastery import Mastery
from credpath.errors import InvalidInput
from credpath.recommender.next_beliefs import Asking
from credpath.recommender.next_item import Item, chance_of, next_item

ITEMS = (
    Item("easy", "urn:sql", 0.1),
    Item("hard", "urn:sql", 0.9),
    Item("middling", "urn:sql", 0.5),
    Item("other", "urn:python", 0.5),
)


def of(level: float) -> Mastery:
    return Mastery("urn:sql", 10 * level, 10 * (1 - level))


def test_a_strong_learner_gets_the_hard_item_and_a_weak_one_the_easy_one() -> None:
    chosen = [next_item(ITEMS, of(level)) for level in (0.1, 0.5, 0.9)]
    assert [one.item_id for one in chosen if one] == ["easy", "middling", "hard"]


def test_an_answered_item_is_not_put_again_and_another_skills_never() -> None:
    assert next_item(ITEMS, of(0.5), {"middling", "easy"}) == ITEMS[1]
    assert next_item(ITEMS, of(0.5), {"middling", "easy", "hard"}) is None


def test_ties_go_by_id_whatever_the_order() -> None:
    twins = (Item("b", "urn:sql"), Item("a", "urn:sql"))
    assert next_item(twins, of(0.5)) == next_item(twins[::-1], of(0.5)) == twins[1]


def test_a_difficulty_outside_0_to_1_is_refused() -> None:
    with pytest.raises(InvalidInput, match="difficulty"):
        Item("a", "urn:sql", 1.5)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.99))
def test_harder_items_are_never_likelier_right_and_guess_and_slip_bound_it(
    one: float, two: float, level: float
) -> None:
    easy, hard = sorted((one, two))
    asking = Asking()
    chances = [chance_of(Item("a", "urn:sql", d), of(level), asking) for d in (easy, hard)]
    assert chances[0] >= chances[1]
    assert all(asking.guess <= chance <= 1.0 - asking.slip for chance in chances)
