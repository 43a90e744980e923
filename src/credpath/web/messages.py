"""Everything that a page can say, gathered for translators: `make messages`.

Reads every template and every marked text in Python, and brings each `locales/*.po` up to date: new texts come in
empty, texts that nothing says any more go, translations stay. Says what lacks; the tests refuse what lacks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from credpath import __version__
from credpath.web.catalogues import LOCALES, forms_of, ids_of, read_catalog
from credpath.web.i18n import OFFERED, SOURCE

SOURCES = Path(__file__).parent.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {
    "_": None, "gettext": None, "message": None, "ngettext": (1, 2), "plural": (1, 2), "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "Saying": (1,),
}  # fmt: skip
# What the file says of itself changes only with its texts.
STARTED = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = "# Written by `make messages`; translations go between the quotes of each msgstr. See web/i18n.py."
# In a translation these may take each other's place: whether a share wants an article is the language's affair.
ALIKE = {"definite": "percent"}
PLACE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


def extract(sources: Path = SOURCES) -> Catalog:
    """Every text with the files that say it, in the order of the files."""
    found = Catalog()
    rows = extract_from_dir(sources, METHODS, options_map={"**.html": {"silent": "false"}}, keywords=KEYWORDS)
    for file, line, text, _, context in sorted(rows, key=lambda row: (row[0], row[1])):
        found.add(text, locations=[(file, line)], context=context)
    return found


def updated(code: str, texts: Catalog, folder: Path = LOCALES) -> Catalog:
    """The language's catalogue with exactly these texts and the translations that it has of them."""
    locale, path = Locale.parse(code), folder / f"{code}.po"
    known = {(one.context, one.id): one for one in read_catalog(path, locale)} if path.exists() else {}
    made = Catalog(
        locale,
        header_comment=HEADER,
        project="credpath",
        version=__version__,
        creation_date=STARTED,
        revision_date=STARTED,
        last_translator="credpath",
        language_team=code,
        msgid_bugs_address="the issues of the repository",
        charset="utf-8",
        fuzzy=False,
    )
    for text in texts:
        if text.id:
            old = known.get((text.context, text.id))
            made.add(
                text.id,
                old.string if old else None,
                text.locations,
                context=text.context,
                flags=() if old is None else old.flags,
                user_comments=() if old is None else old.user_comments,
            )
    return made


def problems(catalog: Catalog) -> Iterator[str]:
    """What is missing, unsure, or has other places than the English."""
    for entry in catalog:
        if entry.id:
            what = _problem(entry, catalog.num_plurals)
            if what:
                yield f"{catalog.locale}: {what}: {ids_of(entry)[0]!r}"


def _problem(entry: Message, plural_forms: int) -> str:
    forms = forms_of(entry)
    if entry.fuzzy:
        return "not sure"
    if not all(forms) or len(forms) != (1 if isinstance(entry.id, str) else plural_forms):
        return "not translated"
    # The form for one may leave the number out: "one award".
    least, most = min(map(places_of, ids_of(entry)), key=len), max(map(places_of, ids_of(entry)), key=len)
    strange = [form for form in forms if not least <= places_of(form) <= most]
    return f"other places in {strange[0]!r}" if strange else ""


def places_of(text: str) -> frozenset[tuple[str, str]]:
    """(name, kind) of each place."""
    return frozenset((name, ALIKE.get(kind, kind)) for name, kind in PLACE.findall(text))


def main() -> None:
    """Entry point of `make messages`."""
    texts = extract()
    lacking: list[str] = []
    for code in OFFERED:
        if code != SOURCE:
            catalog = updated(code, texts)
            with (LOCALES / f"{code}.po").open("wb") as file:
                write_po(file, catalog, width=110, include_lineno=False)
            lacking += problems(catalog)
    sys.stdout.write("".join(f"{line}\n" for line in lacking) + f"{len(texts)} texts, {len(lacking)} to be mended\n")


if __name__ == "__main__":
    main()
