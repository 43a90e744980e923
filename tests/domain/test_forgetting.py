from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.forgetting import DATED_SINCE, LONGEST_HALF_LIFE, dated, days_held, half_lives, retention

START = datetime(2026, 1, 1, tzinfo=UTC)
share = st.floats(0, 1)


def test_half_is_left_after_a_half_life_and_a_quarter_after_two() -> None:
    assert retention(100.0, START, START + timedelta(days=100)) == pytest.approx(0.5)
    assert retention(100.0, START, START + timedelta(days=200)) == pytest.approx(0.25)


def test_nothing_fades_backwards_or_from_a_time_that_is_no_date() -> None:
    assert retention(100.0, START, START - timedelta(days=100)) == 1.0
    assert retention(100.0, datetime(1970, 1, 1, 5, tzinfo=UTC), START) == 1.0
    assert retention(100.0, None, START) == 1.0


@given(st.floats(1, LONGEST_HALF_LIFE), st.floats(0, 80), st.floats(0, 80), share, share)
def test_days_over_which_a_skill_was_held_count_alike_in_one_piece_and_in_parts(
    half_life: float, held: float, against: float, first: float, second: float
) -> None:
    parts = days_held(half_life, held, first, against) + days_held(half_life, held * first, second, against)
    assert parts == pytest.approx(days_held(half_life, held, first * second, against), abs=1e-6)


def test_days_count_by_how_far_a_skill_was_held() -> None:
    year = half_lives(365.0, 365.0)
    assert 0.0 == days_held(365.0, 0.0, year, 0.0) < days_held(365.0, 4.0, year, 8.0) < days_held(365.0, 4.0, year, 0.0)
    assert days_held(365.0, 1e9, year, 0.0) == pytest.approx(365.0)


def test_a_date_never_stands_among_what_has_none() -> None:
    assert dated(datetime(1955, 5, 1, tzinfo=UTC)) == DATED_SINCE
    assert dated(START) == START
