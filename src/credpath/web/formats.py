"""Numbers, money, dates and lists as a language writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from credpath.domain.money import Money

SKELETONS = {"month": "yMMMM", "day": "MMMd"}


def number_text(value: float, locale: Locale) -> str:
    """Whole, with one decimal where it matters: below 10 and not whole."""
    pattern = "#,##0" if value >= 10 or value == round(value) else "#,##0.0"
    return str(format_decimal(value, pattern, locale=locale))


def decimal_text(value: float, digits: int, locale: Locale) -> str:
    """With so many decimals, always."""
    return str(format_decimal(value, "#,##0." + "0" * digits, locale=locale))


def percent_text(share: float, locale: Locale) -> str:
    """0.184 as "18%", "18 %"."""
    return str(format_percent(share, locale=locale))


def money_text(money: Money, locale: Locale) -> str:
    """With the symbol that is plain in the language, and no decimals where there are none to show."""
    pattern = str(locale.currency_formats["standard"].pattern)
    if money.amount == round(money.amount):
        pattern = re.sub(r"\.0+", "", pattern)
    elif not get_currency_precision(money.currency):
        pattern = re.sub(r"\.0+", ".##", pattern)
    return str(format_currency(money.amount, money.currency, pattern, locale=locale, currency_digits=False))


def date_text(moment: date, style: str, locale: Locale) -> str:
    """`style`: short, medium, long, full, "month" (May 2026) or "day" (5 May). A time of day is left out."""
    if style in SKELETONS:
        return str(format_skeleton(SKELETONS[style], datetime(moment.year, moment.month, moment.day), locale=locale))
    return str(format_date(moment, style, locale=locale))


def moment_text(moment: datetime, style: str, locale: Locale) -> str:
    """Date and time of day, in UTC."""
    return str(format_datetime(moment, style, locale=locale))


def joined(words: Sequence[str], conjunction: str) -> str:
    """ "a", "a and b", "a, b and c"; "" for none."""
    if len(words) < 2:
        return "".join(words)
    if conjunction == "y" and re.match(r"h?[ií](?![aeo])", words[-1], re.IGNORECASE):
        conjunction = "e"  # español e inglés
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
