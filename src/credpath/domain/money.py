"""Money with its currency, and conversion by dated reference rates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from credpath.domain.rules import check_number
from credpath.errors import InvalidInput

RATES_AS_OF = "2025-01-02"
# Units of each currency for one US dollar, rounded reference rates of that day. An operator replaces
# them with CREDPATH_EXCHANGE_RATES; a budget only needs the right order of magnitude.
REFERENCE_RATES: Mapping[str, float] = {
    "USD": 1.0, "EUR": 0.97, "GBP": 0.80, "CHF": 0.91, "CAD": 1.44, "AUD": 1.61, "NZD": 1.78,
    "JPY": 157.0, "CNY": 7.30, "INR": 85.8, "BRL": 6.18, "MXN": 20.6, "ZAR": 18.8, "SEK": 11.1,
    "NOK": 11.4, "DKK": 7.25, "PLN": 4.15, "CZK": 24.4, "SGD": 1.37, "AED": 3.67, "KES": 129.0, "NGN": 1545.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` >= 0 in units of `currency` (ISO 4217, three capitals)."""

    amount: float
    currency: str

    def __post_init__(self) -> None:
        check_number(self.amount, "cost_amount")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise InvalidInput(
                f"currency {self.currency!r} is not an ISO 4217 code", where="cost_currency", fix="for example EUR"
            )


def not_comparable(budget: Money | None, rates: Mapping[str, float] = REFERENCE_RATES) -> tuple[str, ...]:
    """A sentence where a budget is in a currency without a rate: it would leave out nearly everything unexplained."""
    if budget is None or budget.currency in rates:
        return ()
    what = f"there is no rate for {budget.currency}: of what costs anything, the budget only fits prices in it"
    return (f"{what}; known are {', '.join(sorted(rates))}",)


def convert(money: Money, currency: str, rates: Mapping[str, float] = REFERENCE_RATES) -> float | None:
    """The amount in `currency`, or None when either currency has no rate (never a guess)."""
    if money.currency == currency or money.amount == 0:
        return money.amount
    if money.currency not in rates or currency not in rates:
        return None
    return money.amount / rates[money.currency] * rates[currency]
