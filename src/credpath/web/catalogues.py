"""Catalogues of translations: gettext's .po files, read whole by Babel the first time that a language is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locales"
# CLDR's order is that of the forms in a .po file. A file with fewer forms than its language has categories leaves
# the later ones to its last form: Spanish and French count millions apart, gettext does not.
CATEGORIES = ("zero", "one", "two", "few", "many", "other")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Translations by (context, English text); more than one form for what is counted. Empty: everything is English."""

    locale: Locale
    messages: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def find(self, text: str, context: str = "") -> str:
        """The translation, or the text itself."""
        found = self.messages.get((context, text))
        return found[0] if found else text

    def find_plural(self, one: str, many: str, n: float, context: str = "") -> str:
        """The form for `n`, which is as it will be shown: 1.5 hours and 1.5 heure differ."""
        found = self.messages.get((context, one))
        if not found:
            return one if n == 1 else many
        return found[self._form(n, len(found))]

    def _form(self, n: float, forms: int) -> int:
        category = self.locale.plural_form(int(n) if n == int(n) else n)
        known = [name for name in CATEGORIES if name in self.locale.plural_form.tags or name == "other"]
        return min(known.index(category), forms - 1)


def read_catalogue(path: Path, locale: Locale) -> Catalogue:
    """Whole translations alone: what is fuzzy or lacks a form stays English."""
    whole = (entry for entry in read_catalog(path, locale) if entry.id and not entry.fuzzy and all(forms_of(entry)))
    return Catalogue(locale, {(entry.context or "", ids_of(entry)[0]): forms_of(entry) for entry in whole})


def read_catalog(path: Path, locale: Locale) -> Catalog:
    """The file as Babel has it, comments and all."""
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def ids_of(entry: Message) -> tuple[str, ...]:
    """The English text, or both of its forms."""
    return (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)


def forms_of(entry: Message) -> tuple[str, ...]:
    """The translation, or each of its forms; "" for what is missing."""
    found = entry.string or ""
    return (found,) if isinstance(found, str) else tuple(found)
