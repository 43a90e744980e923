"""One language: its translations, and how it writes numbers, dates, money, lists and counted things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from babel import Locale
from markupsafe import Markup, escape

from credpath.domain.money import Money
from credpath.domain.sayings import Sayable, Saying
from credpath.recommender.wording import LIST_LIMITS, UNITS, places, sentence
from credpath.web.formats import date_text, decimal_text, joined, moment_text, money_text, number_text, percent_text
from credpath.web.inert import inert


class Translations(Protocol):
    """What a `Language` looks its words up in."""

    def find(self, text: str, context: str = "") -> str:
        """The translation, or the text itself."""

    def find_plural(self, one: str, many: str, n: float, context: str = "") -> str:
        """The form for `n`."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """What a page says and how it writes. `code`: for `lang=` in HTML. Equal only to itself."""

    code: str
    locale: Locale
    translations: Translations

    @property
    def name(self) -> str:
        """As its speakers call it."""
        return str(self.locale.languages.get(self.locale.language, self.code)).capitalize()

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl", for `dir=` in HTML."""
        return str(self.locale.text_direction)

    def gettext(self, text: str, /, **values: object) -> str:
        """The translation with its places filled."""
        return self._fill(self.translations.find(text), values)

    def pgettext(self, context: str, text: str, /, **values: object) -> str:
        """Where one English word means two things: `context` says which."""
        return self._fill(self.translations.find(text, context), values)

    def ngettext(self, one: str, many: str, n: float, /, **values: object) -> str:
        """The form for `n`, which is "{n}" in it."""
        return self.npgettext("", one, many, n, **values)

    def npgettext(self, context: str, one: str, many: str, n: float, /, **values: object) -> str:
        """`ngettext` with a context."""
        shown = round(n, 1) if n < 10 else round(n)
        return self._fill(self.translations.find_plural(one, many, shown, context), {"n": self.number(n), **values})

    def say(self, what: Sayable | Saying | str) -> str:
        """A reason, concession or change as one sentence; in English where only its sentence was kept."""
        if isinstance(what, str):
            return inert(what)
        if not isinstance(what, Saying) and not what.template:
            return inert(what.sentence)
        return sentence(self.gettext(what.template, **what.values))

    def part(self, what: Saying | str) -> str:
        """A part of a sentence."""
        return inert(what) if isinstance(what, str) else self.gettext(what.template, **what.values)

    def word(self, text: str) -> str:
        """A word of `vocabulary.py`, however it is written, or the words as they stand."""
        plain = text.replace("_", " ").casefold()
        known = (self.translations.find(words) for words in (text, plain))
        return next((found for found in known if found not in (text, plain)), inert(text))

    def number(self, value: float) -> str:
        """ "12,304", "2.5"."""
        return number_text(value, self.locale)

    def decimal(self, value: float, digits: int = 2) -> str:
        """ "0.10"."""
        return decimal_text(value, digits, self.locale)

    def percent(self, share: float) -> str:
        """ "18%"; "under 1%" and "over 99%" rather than a rounded nothing or everything."""
        if 0 < share < 0.01:
            return self.gettext("under {percent}", percent=percent_text(0.01, self.locale))
        if 0.99 < share < 0.9995:
            return self.gettext("over {percent}", percent=percent_text(0.99, self.locale))
        return percent_text(share, self.locale)

    def definite(self, share: float) -> str:
        """The same, with its article in a language that wants one there: "el 18 %"."""
        if 0 < share < 0.01 or 0.99 < share < 0.9995:
            return self.percent(share)
        return self.pgettext("definite", "{percent}", percent=percent_text(share, self.locale))

    def money(self, value: Money | None) -> str:
        """ "US$49", "1.299,50 €"; "" for none."""
        return money_text(value, self.locale) if value else ""

    def date(self, moment: date, style: str = "long") -> str:
        """ "5 May 2026"; styles: short, medium, long, full, month, day."""
        return date_text(moment, style, self.locale)

    def moment(self, moment: datetime, style: str = "medium") -> str:
        """Date and time of day in UTC."""
        return moment_text(moment, style, self.locale)

    def weeks(self, value: float) -> str:
        """ "under a week", "about 3 weeks"."""
        if value < 0.95:
            return self.gettext("under a week")
        return self.ngettext("about {n} week", "about {n} weeks", max(1.0, round(value)))

    def counted(self, n: float, unit: str) -> str:
        """ "1 hour", "16 hours"; `unit`: a name in `UNITS`."""
        return self.ngettext(*UNITS[unit], n)

    def listed(self, words: Sequence[Saying | str], limit: int = 0) -> str:
        """ "a, b and c", "a, b, c and 4 more"; without `limit` all of them."""
        shown = [self.part(word) for word in (words[:limit] if limit else words)]
        if limit and len(words) > limit:
            shown.append(self.ngettext("{n} more", "{n} more", len(words) - limit))
        return joined(shown, self.pgettext("list", "and"))

    def quoted(self, words: str) -> str:
        """ "“SQL”", "« SQL »"."""
        return self.pgettext("quotation", "“{words}”", words=words)

    def language_name(self, code: str) -> str:
        """es as "Spanish"; a code that is not known stays as it is."""
        return str(self.locale.languages.get(code.replace("-", "_"), code))

    def country_name(self, code: str) -> str:
        """ES as "Spain"; a code that is not known stays as it is."""
        return str(self.locale.territories.get(code.upper(), code))

    def _fill(self, template: str, values: Mapping[str, object]) -> str:
        """Plain text to be escaped like any other; markup, with all else escaped, where a value is markup."""
        pieces = places(template)
        shown = [(literal, self._shown(values[name], kind) if name else "") for literal, name, kind in pieces]
        if any(isinstance(value, Markup) for _, value in shown):
            return Markup("").join(escape(part) for pair in shown for part in pair)
        return "".join(part for pair in shown for part in pair)

    def _shown(self, value: object, kind: str) -> str:
        if not kind:
            return self._plain(value)
        if kind in LIST_LIMITS:
            return self.listed(value, LIST_LIMITS[kind])  # type: ignore[arg-type]
        if kind in UNITS:
            return self.counted(value, kind)  # type: ignore[arg-type]
        return KINDS[kind](self, value)

    def _plain(self, value: object) -> str:
        if isinstance(value, Saying):
            return self.part(value)
        if isinstance(value, int | float):
            return self.number(value)
        return value if isinstance(value, Markup) else inert(str(value))


KINDS: Mapping[str, Callable[..., str]] = {
    "percent": Language.percent,
    "definite": Language.definite,
    "number": Language.number,
    "decimal": Language.decimal,
    "rating": lambda language, value: language.decimal(value, 1),
    "money": Language.money,
    "weeks": Language.weeks,
    "date": Language.date,
    "word": Language.word,
    "quoted": Language.quoted,
}
