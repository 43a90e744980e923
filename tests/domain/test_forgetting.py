from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.forgetting import FIRST_HALF_LIFE, LONGEST_HALF_LIFE, lengthened, retention

START = datetime(2026, 1, 1, tzinfo=UTC)
share = st.floats(0, 1)


def test_half_is_left_after_a_half_life_and_a_quarter_after_two() -> None:
    assert retention(100.0, START, START + timedelta(days=100)) == pytest.approx(0.5)
    assert retention(100.0, START, START + timedelta(days=200)) == pytest.approx(0.25)


def test_nothing_fades_backwards_or_from_a_time_that_is_no_date() -> None:
    assert retention(100.0, START, START - timedelta(days=100)) == 1.0
    assert retention(100.0, datetime(1970, 1, 1, 5, tzinfo=UTC), START) == 1.0
    assert retention(100.0, None, START) == 1.0


@given(st.floats(FIRST_HALF_LIFE, LONGEST_HALF_LIFE), share, share, share)
def test_a_right_observation_never_shortens_the_half_life_and_a_wrong_one_never_lengthens_it(
    half_life: float, forgotten: float, level: float, much: float
) -> None:
    assert half_life <= lengthened(half_life, forgotten, level, much, 0.0) <= LONGEST_HALF_LIFE
    assert FIRST_HALF_LIFE <= lengthened(half_life, forgotten, level, 0.0, much) <= half_life


def test_evidence_after_much_was_forgotten_and_at_a_high_level_prolongs_most() -> None:
    massed, spaced = lengthened(400.0, 0.0, 0.8, 1.0, 0.0), lengthened(400.0, 0.7, 0.8, 1.0, 0.0)
    assert lengthened(400.0, 0.7, 0.2, 1.0, 0.0) < spaced
    assert 400.0 < massed < spaced
