"""Codes, names and guesses of languages."""

from __future__ import annotations

import pytest

from credpath.errors import InvalidInput
from credpath.interop.languages import CODES, detect_language, language_code, language_codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("en", "en"), ("EN", "en"), ("en-US", "en"), ("pt_BR", "pt"), (" fr ", "fr"),
        ("English", "en"), ("Español", "es"), ("Français", "fr"), ("Italiano", "it"), ("中文", "zh"), ("日本語", "ja"),
        ("اَلْعَرَبِيَّةُ", "ar"), ("Русский", "ru"), ("Chinese (Simplified)", "zh"), ("Português", "pt"),
        ("", ""), ("xx", ""), ("Klingon", ""), ("eng", ""),
    ],
)  # fmt: skip
def test_a_language_is_known_by_code_and_by_name(text: str, code: str) -> None:
    assert language_code(text) == code


def test_a_list_of_languages_keeps_each_once_and_names_what_it_does_not_know() -> None:
    assert language_codes(["en", "EN-GB", "fr"]) == ("en", "fr")
    with pytest.raises(InvalidInput, match="'klingon', which is no language code"):
        language_codes(["en", "klingon"])


def test_the_codes_are_two_small_letters_each() -> None:
    assert all(len(code) == 2 and code.isascii() and code.islower() for code in CODES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Introduction to Statistics for everybody who works with data", "en"),
        ("Este curso on-demand se puede cursar en español", "es"),
        ("Ce cours vous donne accès aux outils pratiques de la négociation", "fr"),
        ("Este curso introduz um tipo de estudo que não é conhecido por uma só pessoa", "pt"),
        ("Dieser Kurs ist eine Einführung und richtet sich an die, die nicht programmieren", "de"),
        ("Машинное обучение и анализ данных", "ru"),
        ("Architecting with Google Cloud Platform 日本語版 この専門講座では、提供する", "ja"),
        ("中级汉语语法", "zh"),
        ("Russian for beginners А1. Русский язык: A1. This course is for those of you who begin", "en"),
        ("Excel", "en"),
        ("", "en"),
    ],
)
def test_a_text_tells_its_language_by_script_and_by_function_words(text: str, code: str) -> None:
    assert detect_language(text) == code
