from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from credpath.domain.money import Money
from credpath.web.i18n import Languages, install, preferred
from credpath.web.inert import shown_inert

PO = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Hello {name}"
msgstr "Hola, {name}"

msgid "{n} award"
msgid_plural "{n} awards"
msgstr[0] "{n} título"
msgstr[1] "{n} títulos"

msgctxt "list"
msgid "and"
msgstr "y"

#, fuzzy
msgid "Unsure"
msgstr "Inseguro"

msgid "Empty"
msgstr ""
"""

MACROS = "{% macro m() %}{{ _('Hello {name}', name='M') }}{% endmacro %}"


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    (tmp_path / "es.po").write_text(PO, encoding="utf-8")
    return Languages(tmp_path)


def said(languages: Languages, code: str, template: str, **values: object) -> str:
    environment = Environment(
        loader=DictLoader(
            {"page": template, "macros": "{% macro m() %}{{ _('Hello {name}', name='M') }}{% endmacro %}"}
        ),
        autoescape=True,
        finalize=shown_inert,
    )
    install(environment, languages[code])
    return environment.get_template("page").render(**values)


@pytest.mark.parametrize(
    ("asked", "cookie", "accept", "code"),
    [
        ("", "", "", "en"),
        ("", "", "fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("", "", "de, es;q=0.3, fr;q=0.7", "fr"),
        ("", "", "de-AT, *;q=0.1", "en"),
        ("", "es", "fr", "es"),
        ("fr", "es", "en", "fr"),
        ("es-MX", "", "", "es"),
        ("ES_mx", "", "", "es"),
        ("xx", "nonsense", "es", "es"),
        ("", "", "es;q=0, fr;q=0.001", "fr"),
        ("", "", "es;q=one;;;,,fr;q=2", "fr"),
        ("", "", "\x00,;=,", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_one_chosen_then_the_one_preferred(
    asked: str, cookie: str, accept: str, code: str
) -> None:
    assert Languages().choose(asked, cookie, accept).code == code


def test_a_header_is_read_as_far_as_it_can_be() -> None:
    assert preferred("en;q=0.5, fr, es ; q=0.7, de;q=x") == ["fr", "es", "en"]
    assert len(preferred("fr," * 100_000)) < 400


def test_the_language_for_tests_is_there_only_where_it_is_asked_for() -> None:
    assert Languages().choose("ar-XB").code == "en"
    found = Languages(pseudo=True).choose("ar-xb")
    assert (found.code, found.direction) == ("ar-XB", "rtl")
    assert found.gettext("Hello {name}", name="Ada").endswith("ש" * 4)
    assert "Ada" in found.gettext("Hello {name}", name="Ada")
    with pytest.raises(KeyError):
        Languages()["ar-XB"]


def test_a_catalogue_is_read_when_its_language_is_first_used(tmp_path: Path) -> None:
    made = Languages(tmp_path)
    (tmp_path / "es.po").write_text(PO, encoding="utf-8")
    assert made["es"].gettext("Hello {name}", name="Ada") == "Hola, Ada"
    assert made["es"] is made["es"]


def test_every_language_is_named_as_its_speakers_call_it() -> None:
    assert [(one.code, one.name, one.direction) for one in Languages().offered] == [
        ("en", "English", "ltr"),
        ("es", "Español", "ltr"),
        ("fr", "Français", "ltr"),
    ]


def test_what_is_not_surely_translated_stays_english(languages: Languages) -> None:
    spanish = languages["es"]
    assert [spanish.gettext(text) for text in ("Unsure", "Empty", "Unheard of")] == ["Unsure", "Empty", "Unheard of"]
    assert spanish.ngettext("{n} page", "{n} pages", 1) == "1 page"


def test_a_template_speaks_with_places_plurals_and_filters(languages: Languages) -> None:
    template = "{{ _('Hello {name}', name=name) }}|{{ ngettext('{n} award', '{n} awards', n) }}|{{ price|money }}"
    price = Money(1299.5, "EUR")
    assert said(languages, "es", template, name="Ada", n=1, price=price) == "Hola, Ada|1 título|1.299,50\xa0€"
    assert said(languages, "en", template, name="Ada", n=2, price=price) == "Hello Ada|2 awards|€1,299.50"


def test_imported_macros_speak_the_same_language(languages: Languages) -> None:
    assert said(languages, "es", "{% import 'macros' as macros %}{{ macros.m() }}") == "Hola, M"


def test_values_are_escaped_and_markup_among_them_stays_markup(languages: Languages) -> None:
    template = "{{ _('Hello {name}', name=name) }}"
    assert said(languages, "es", template, name="<b>{n}") == "Hola, &lt;b&gt;{n}"
    assert said(languages, "es", template, name=Markup("<b>Ada</b>")) == "Hola, <b>Ada</b>"
    mixed = "{{ _('<i>{a} {b}', a=a, b=b) }}"
    assert said(languages, "en", mixed, a="<u>", b=Markup("<b>x</b>")) == "&lt;i&gt;&lt;u&gt; <b>x</b>"


def test_what_acts_on_its_neighbours_is_left_out_wherever_a_template_puts_it(languages: Languages) -> None:
    assert said(languages, "en", "{{ x }}{{ _('Hello {name}', name=x) }}", x="a\u202eb\u200b") == "abHello ab"
