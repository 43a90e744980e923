from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.api.paging import seal, unseal
from credpath.errors import InvalidInput

PLACES = st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable())


@given(PLACES, st.text(max_size=30))
def test_a_cursor_leads_back_to_its_place(after: str, query: str) -> None:
    cursor = seal(after, query)
    assert cursor is not None
    assert unseal(cursor, query) == after


@given(PLACES, st.integers(min_value=0), st.characters(codec="ascii"))
def test_an_altered_cursor_is_refused(after: str, position: int, letter: str) -> None:
    cursor = seal(after, "q") or ""
    position %= len(cursor)
    altered = cursor[:position] + letter + cursor[position + 1 :]
    if altered != cursor:
        with pytest.raises(InvalidInput):
            unseal(altered, "q")


@given(st.text(min_size=1, max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        unseal(text, "q")


def test_a_cursor_belongs_to_its_query() -> None:
    cursor = seal("sql-basics", "sql") or ""
    with pytest.raises(InvalidInput):
        unseal(cursor, "python")


def test_no_place_has_no_cursor_and_no_cursor_is_the_beginning() -> None:
    assert seal("", "q") is None
    assert unseal("", "q") == ""
