"""Languages of the pages: which one a visitor gets, and everything that a page says in it.

In a template every string stands in `_("...")` or `ngettext("{n} award", "{n} awards", count)`, as one literal; its
English words are the key of the translation. Places are {name} or {name:kind}, never %(name)s, and are filled by
keyword: `_("closes {share:percent} for {cost:money}", share=0.18, cost=price)`; `{n}` is the number of `ngettext`. The
kinds are those of `credpath.recommender.wording`: percent, number, decimal, rating, money, date, weeks, list, word,
and the units hour, week, learner, skill, ... Values are escaped like any other; a value that is markup stays markup,
for a link within a sentence. What stands alone goes through a filter: `{{ 0.18|percent }}`, `{{ reason|say }}`. In
Python: `language.gettext("...")`, or `message("...")` from `credpath.domain.sayings` where it is said later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from babel import Locale
from jinja2 import Environment
from starlette.requests import Request

from credpath.web.catalogues import LOCALES, Catalogue, read_catalogue
from credpath.web.pseudo import PSEUDO, PseudoCatalogue
from credpath.web.speaking import Language

SOURCE = "en"
OFFERED = ("en", "es", "fr")
COOKIE = "language"
# English of no one country: 5 May 2026, and US$ is not any other dollar.
_LOCALES = {"en": "en_001", PSEUDO: "ar"}


@dataclass(slots=True)
class Languages:
    """All languages that the pages have; the application owns one. A catalogue is read when first asked for.

    `pseudo` adds a language that is written from right to left and means nothing, for tests of the layout.
    """

    folder: Path = LOCALES
    pseudo: bool = False
    _found: dict[str, Language] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def codes(self) -> tuple[str, ...]:
        """What `?lang=` may be."""
        return (*OFFERED, PSEUDO) if self.pseudo else OFFERED

    @property
    def offered(self) -> tuple[Language, ...]:
        """Every language, for a chooser."""
        return tuple(self[code] for code in self.codes)

    def __getitem__(self, code: str) -> Language:
        """Raises KeyError for a code that is not in `codes`."""
        if code not in self.codes:
            raise KeyError(code)
        with self._lock:
            if code not in self._found:
                self._found[code] = self._load(code)
            return self._found[code]

    def _load(self, code: str) -> Language:
        locale = Locale.parse(_LOCALES.get(code, code))
        if code == PSEUDO:
            return Language(code, locale, PseudoCatalogue(locale))
        return Language(code, locale, Catalogue(locale) if code == SOURCE else self._read(code, locale))

    def _read(self, code: str, locale: Locale) -> Catalogue:
        path = self.folder / f"{code}.po"
        return read_catalogue(path, locale) if path.exists() else Catalogue(locale)

    def choose(self, asked: str = "", cookie: str = "", accept: str = "") -> Language:
        """By what was asked for, else what was chosen before, else what the browser prefers, else English."""
        for wanted in (asked, cookie, *preferred(accept)):
            code = self._nearest(wanted)
            if code:
                return self[code]
        return self[SOURCE]

    def _nearest(self, wanted: str) -> str:
        """es for es-MX; "" for what there is none of."""
        wanted = wanted.strip().lower().replace("_", "-")
        exact = [code for code in self.codes if code.lower() == wanted]
        return exact[0] if exact else next((code for code in OFFERED if code == wanted.split("-")[0]), "")


def language_of(request: Request) -> Language:
    """From `?lang=`, the cookie COOKIE and Accept-Language."""
    languages: Languages = request.app.state.site.languages
    asked, cookie = request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")
    return languages.choose(asked, cookie, request.headers.get("accept-language", ""))


def preferred(accept: str) -> list[str]:
    """The tags of an Accept-Language header, most wanted first (RFC 9110); what cannot be read is left out."""
    found = []
    for place, part in enumerate(accept[:1_000].split(",")):
        tag, _, more = part.strip().partition(";")
        weight = _weight(more)
        if tag and weight > 0:
            found.append((-weight, place, tag.strip()))
    return [tag for _, _, tag in sorted(found)]


def _weight(more: str) -> float:
    name, _, value = more.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0


def install(environment: Environment, language: Language) -> None:
    """Makes an environment speak one language. One environment a language, so that imported macros speak it, too.

    Globals: _, gettext, ngettext, pgettext, npgettext, language. Filters: those of `filters_of`.
    """
    environment.globals.update(globals_of(language))
    environment.filters.update(filters_of(language))


def globals_of(language: Language) -> dict[str, Any]:
    """What a template calls."""
    return {
        "_": language.gettext, "gettext": language.gettext, "ngettext": language.ngettext,
        "pgettext": language.pgettext, "npgettext": language.npgettext, "language": language,
    }  # fmt: skip


def filters_of(language: Language) -> dict[str, Callable[..., str]]:
    """What a template pipes into. `say` takes a reason, concession or change; `unit` a number and a unit's name."""
    return {
        "date": language.date, "moment": language.moment, "money": language.money, "number": language.number,
        "decimal": language.decimal, "percent": language.percent, "weeks": language.weeks, "unit": language.counted,
        "listed": language.listed, "say": language.say, "word": language.word, "language_name": language.language_name,
        "country_name": language.country_name,
    }  # fmt: skip
