"""How numbers and lists read in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from credpath.domain.money import Money


def listed(words: Sequence[str], limit: int = 3) -> str:
    """ "a", "a and b", "a, b and c", "a, b, c and 4 more"."""
    shown = list(words[:limit])
    if len(words) > limit:
        shown.append(f"{len(words) - limit} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def percent(share: float) -> str:
    """ "18%"; "under 1%" and "over 99%" rather than a rounded nothing or everything."""
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 0.9995 else f"{100 * share:.0f}%"


def number(value: float) -> str:
    """Whole numbers with thousands separators, others with one decimal where it matters."""
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"


def counted(value: float, one: str, many: str = "") -> str:
    """ "1 hour", "16 hours"."""
    text = number(value)
    return f"{text} {one if text == '1' else many or one + 's'}"


def weeks(value: float) -> str:
    """ "under a week", "about 1 week", "about 3 weeks"."""
    return "under a week" if value < 0.95 else f"about {counted(max(1.0, round(value)), 'week')}"


def money(value: Money) -> str:
    """ "49 USD", "1,299.50 EUR"."""
    amount = f"{value.amount:,.0f}" if value.amount == round(value.amount) else f"{value.amount:,.2f}"
    return f"{amount} {value.currency}"


def shortened(text: str, limit: int = 140) -> str:
    """At most `limit` characters on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:.") + " ..."


def sentence(text: str) -> str:
    """Begins with a capital, ends with one full stop."""
    return text[:1].upper() + text[1:].rstrip(".") + "."
