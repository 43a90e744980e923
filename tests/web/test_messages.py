from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from jinja2 import Environment

from credpath.recommender.wording import LIST_LIMITS, UNITS
from credpath.web import pages
from credpath.web.catalogues import LOCALES, forms_of, ids_of, read_catalog
from credpath.web.i18n import OFFERED, SOURCE, Languages
from credpath.web.messages import extract, places_of, problems, updated
from credpath.web.speaking import KINDS

TEMPLATES = sorted((pages.FOLDER / "templates").rglob("*.html"))
TRANSLATED = [code for code in OFFERED if code != SOURCE]
# Names, signs and units that read the same everywhere; addresses, and attributes that only some elements have.
ANYWHERE = re.compile(
    r'credpath|LinkedIn|API|ECTS|EQF|SQL|NDCG|HR|MRR|cp_|\bmin\b|\bh\b|\bms\b|\bUTC\b|&\w+;|\S*[/="]\S*'
)


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return extract()


def test_the_texts_of_templates_reasons_and_services_are_found(texts: Catalog) -> None:
    found = {(entry.context, entry.id) for entry in texts if entry.id}
    assert (None, "Closes {share:percent} of the gap to {goal}: {skills:list4}.") in found
    assert (None, ("{n} hour", "{n} hours")) in found
    assert ("list", "and") in found
    assert (None, "Skip to the content") in found
    assert len(found) > 400


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_wholly_with_the_same_places(code: str, texts: Catalog) -> None:
    """Where this fails: `make messages`, then fill in what it lists."""
    assert list(problems(updated(code, texts))) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_holds_nothing_that_is_said_no_more(code: str, texts: Catalog) -> None:
    said = {(entry.context, entry.id) for entry in texts if entry.id}
    catalog = read_catalog(LOCALES / f"{code}.po", Locale.parse(code))
    assert {(entry.context, entry.id) for entry in catalog if entry.id} - said == set()
    assert catalog.obsolete == {}


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_the_stop_of_a_sentence_and_add_no_space(code: str) -> None:
    for entry in read_catalog(LOCALES / f"{code}.po", Locale.parse(code)):
        if entry.id:
            text, form = ids_of(entry)[0], forms_of(entry)[0]
            assert text.endswith(".") == form.endswith(".") or not form, text
            assert text.strip() == text, text
            assert form.strip() == form, form


def test_every_kind_of_place_is_one_that_a_language_can_fill(texts: Catalog) -> None:
    kinds = {kind for entry in texts if entry.id for text in ids_of(entry) for _, kind in places_of(text)}
    assert kinds - {""} <= {*KINDS, *UNITS, *LIST_LIMITS}


def test_what_lacks_is_named(texts: Catalog) -> None:
    catalog = Catalog("es")
    catalog.add("a", "b")
    catalog.add("{x} and {y:money}", "{x} y {y:number}")
    catalog.add("missing")
    catalog.add("unsure", "inseguro", flags={"fuzzy"})
    catalog.add(("{n} hour", "{n} hours"), ("una hora", "{n} horas"))
    catalog.add(("one", "{n} many"), ("uno", "{n} muchos"))
    found = list(problems(catalog))
    assert [line.split(": ")[1] for line in found] == [
        "other places in '{x} y {y:number}'", "not translated", "not sure", "other places in 'una hora'",
    ]  # fmt: skip


def test_gathering_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text('msgid "a"\nmsgstr "b"\n\nmsgid "gone"\nmsgstr "ido"\n', encoding="utf-8")
    texts = Catalog()
    texts.add("a")
    texts.add("new")
    made = updated("es", texts, tmp_path)
    assert {entry.id: entry.string for entry in made if entry.id} == {"a": "b", "new": None}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_words_outside_of_its_texts(path: Path) -> None:
    bare = re.sub(r"<(script|style|code|kbd|pre)\b.*?</\1>", " ", "".join(texts_of(path)), flags=re.DOTALL)
    named = re.findall(r'\b(?:aria-label|title|placeholder|alt|label)="([^"]+)"', bare)
    seen = [*re.sub(r"<[^>]*>", " ", bare).split(), *" ".join(named).split()]
    assert [word for word in seen if re.search(r"[A-Za-z]{2}", ANYWHERE.sub("", word))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_whole_literals_alone(path: Path) -> None:
    """`_(a ~ b)` and %(name)s would reach no translator."""
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"\{%-?\s*trans\b|%\(\w+\)s", source) == []
    assert re.findall(r"\b(?:_|gettext|ngettext)\(\s*(?:'[^']*'|\"[^\"]*\")\s*[~%+]", source) == []


def texts_of(path: Path) -> list[str]:
    """What stands between the tags of Jinja; a space for each of them."""
    tokens = Environment().lex(path.read_text(encoding="utf-8"))
    kept = {"data": lambda words: words, "variable_begin": lambda _: " "}
    return [kept[kind](words) for _, kind, words in tokens if kind in kept]


def test_each_language_says_every_text_without_a_place_left(texts: Catalog) -> None:
    for language in Languages().offered:
        for entry in texts:
            for text in ids_of(entry) if entry.id else ():
                shown = language.translations.find(text, entry.context or "")
                assert places_of(shown) <= {*places_of(text), ("n", "")}
