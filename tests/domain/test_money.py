from __future__ import annotations

import math

import pytest

from credpath.domain.money import Money, convert, not_comparable
from credpath.errors import InvalidInput


def test_money_in_its_own_currency_is_itself_even_without_a_rate() -> None:
    assert convert(Money(5, "XYZ"), "XYZ") == 5


def test_money_is_converted_through_the_dollar() -> None:
    assert convert(Money(97, "EUR"), "GBP", {"USD": 1, "EUR": 0.97, "GBP": 0.8}) == pytest.approx(80)


def test_an_unknown_currency_is_never_guessed_unless_it_is_free() -> None:
    assert convert(Money(5, "XYZ"), "EUR") is None
    assert convert(Money(0, "XYZ"), "EUR") == 0


def test_a_budget_in_a_currency_without_a_rate_is_said_with_those_that_have_one() -> None:
    (told,) = not_comparable(Money(5, "XYZ"), {"USD": 1, "EUR": 0.97})
    assert "XYZ" in told
    assert told.endswith("EUR, USD")
    assert not_comparable(Money(5, "EUR")) == not_comparable(None) == ()


@pytest.mark.parametrize("amount", [-1, math.nan, math.inf, 2**63 * 1.0])
def test_an_amount_that_is_negative_not_finite_or_absurd_is_refused(amount: float) -> None:
    with pytest.raises(InvalidInput, match="cost_amount"):
        Money(amount, "EUR")


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "E1R"])
def test_a_currency_that_is_no_iso_code_is_refused(currency: str) -> None:
    with pytest.raises(InvalidInput, match="ISO 4217"):
        Money(1, currency)
