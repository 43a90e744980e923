from __future__ import annotations

import pytest

from credpath.domain.money import Money
from credpath.recommender.wording import counted, listed, money, number, percent, sentence, shortened, weeks


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_lists_read_as_one_says_them(words: list[str], text: str) -> None:
    assert listed(words) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (0.004, "under 1%"), (0.184, "18%"), (0.995, "over 99%"), (1.0, "100%")],
)
def test_percentages_never_round_to_nothing_or_everything(share: float, text: str) -> None:
    assert percent(share) == text


def test_numbers_units_and_money_agree_in_number() -> None:
    assert (counted(1, "hour"), counted(16, "hour"), counted(2.5, "ECTS", "ECTS")) == ("1 hour", "16 hours", "2.5 ECTS")
    assert (number(12304), number(2.0), number(2.25)) == ("12,304", "2", "2.2")
    assert (weeks(0.3), weeks(1.2), weeks(2.7)) == ("under a week", "about 1 week", "about 3 weeks")
    assert (money(Money(1299.5, "EUR")), money(Money(49, "USD"))) == ("1,299.50 EUR", "49 USD")


def test_a_sentence_begins_with_a_capital_and_ends_once() -> None:
    assert sentence("counts toward X.") == "Counts toward X."


def test_long_texts_are_cut_at_a_word() -> None:
    assert shortened("one  two\nthree", 100) == "one two three"
    assert shortened("one two three four", 12) == "one two ..."
