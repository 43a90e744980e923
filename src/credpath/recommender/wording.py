"""How numbers and lists read in a sentence, and sentences made of a template and its values.

`said` is English; the pages say the same templates in other languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from string import Formatter
from typing import Any

from credpath.domain.money import Money
from credpath.domain.paths import Reason, ReasonKind
from credpath.domain.sayings import Saying, plural

# What can be counted in a template: {hours:hour}.
UNITS: Mapping[str, tuple[str, str]] = {
    "hour": plural("{n} hour", "{n} hours"),
    "week": plural("{n} week", "{n} weeks"),
    "ECTS": plural("{n} ECTS", "{n} ECTS"),
    "learner": plural("{n} learner", "{n} learners"),
    "skill": plural("{n} skill", "{n} skills"),
    "more_skill": plural("{n} more skill", "{n} more skills"),
    "step": plural("{n} step", "{n} steps"),
    "credential": plural("{n} credential", "{n} credentials"),
}
# How many of a list a template names: {titles:list}.
LIST_LIMITS: Mapping[str, int] = {"list": 3, "list1": 1, "list4": 4}


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


def day(moment: date) -> str:
    """ "5 May 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def shortened(text: str, limit: int = 140) -> str:
    """At most `limit` characters on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:.") + " ..."


def sentence(text: str) -> str:
    """Begins with a capital, ends with one full stop."""
    return text[:1].upper() + text[1:].rstrip(".") + "."


def said(template: str, values: Mapping[str, object]) -> str:
    """The English words of a `Saying`."""
    if not values:
        return template
    words, shows = _ready(template)
    return words % tuple([show(values[name]) for name, show in shows])


def part(what: Saying | str) -> str:
    """The same of a part of a sentence that may be plain words."""
    return what if type(what) is str else said(*what)


def reason(kind: ReasonKind, template: str, amount: float, skill_uri: str = "", /, **values: object) -> Reason:
    """A reason with its sentence in English. Fifty of them are made for every answer."""
    text = said(template, values)
    if not text[0].isupper() or text[-2:] == "..":
        text = sentence(text)
    return Reason(kind, text, amount, skill_uri, template, values)


@lru_cache(4_096)
def places(template: str) -> tuple[tuple[str, str, str], ...]:
    """(the words before it, its name, its kind) of each place; a last one without a name for the words after them."""
    return tuple((literal, name or "", kind or "") for literal, name, kind, _ in Formatter().parse(template))


Show = Callable[[Any], str]


@lru_cache(4_096)
def _ready(template: str) -> tuple[str, tuple[tuple[str, Show], ...]]:
    """The template with %s at each place, and what to put there."""
    found = places(template)
    words = "".join(literal.replace("%", "%%") + ("%s" if name else "") for literal, name, _ in found)
    return words, tuple((name, _show(kind)) for _, name, kind in found if name)


def _show(kind: str) -> Show:
    if kind in UNITS:
        one, many = (text.removeprefix("{n} ") for text in UNITS[kind])
        return partial(counted, one=one, many=many)
    if kind in LIST_LIMITS:
        limit = LIST_LIMITS[kind]
        return lambda words: listed([part(word) for word in words], limit)
    return _KINDS[kind]


_KINDS: Mapping[str, Show] = {
    "": part,
    "percent": percent,
    "number": number,
    "decimal": "{:.2f}".format,
    "rating": "{:.1f}".format,
    "money": money,
    "weeks": weeks,
    "date": day,
    "word": str,
    "quoted": repr,
}
