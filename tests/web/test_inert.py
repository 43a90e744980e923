from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from credpath.web.inert import inert, shown_inert


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain", "plain"),
        ("\u202eevil\u202c", "evil"),
        ("\u2067right\u2069", "right"),
        ("a\u200bb\ufeffc\u2060d", "abcd"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("bell\x07\x00 delete\x7f", "bell delete"),
        ("one\u2028two\x85three", "one two three"),
        ("line\none\ttwo", "line\none\ttwo"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_what_acts_on_its_neighbours_is_left_out(text: str, left: str) -> None:
    assert inert(text) == left


@pytest.mark.parametrize(
    "text", ["می\u200cخواهم", "👩\u200d👩\u200d👧", "Việt Nam", "हिन्दी", "ครูผู้", "e\u0301\u0323\u0302", "مُحَمَّد", "漢字"]
)
def test_what_a_script_needs_stays(text: str) -> None:
    assert inert(text) == text


def test_marks_do_not_pile_up() -> None:
    assert inert("Z" + "\u0351" * 40 + "A") == "Z" + "\u0351" * 6 + "A"


def test_markup_is_left_alone_and_so_is_what_is_no_text() -> None:
    markup = Markup("<b>é</b>\n")
    assert shown_inert(markup) is markup
    assert shown_inert(7) == 7
    assert shown_inert("a\u202e") == "a"


@given(text=st.text())
def test_nothing_left_acts_and_doing_it_twice_does_no_more(text: str) -> None:
    once = inert(text)
    assert inert(once) == once
    left = {unicodedata.category(letter) for letter in once if letter not in "\n\t\r\u200c\u200d"}
    assert not left & {"Cc", "Zl", "Zp"}
