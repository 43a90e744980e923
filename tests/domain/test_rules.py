from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from credpath.domain.rules import MAX_ID, check_happened, check_id, check_number, check_own_id
from credpath.errors import InvalidInput

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)


def test_what_happened_lies_at_most_a_day_ahead_for_time_zones_and_bare_dates() -> None:
    for moment in (NOW - timedelta(days=9_000), NOW, NOW + timedelta(days=1), datetime(2026, 11, 23, tzinfo=UTC)):
        assert check_happened(moment, "at", NOW) == moment
    kiritimati = timezone(timedelta(hours=14))
    assert check_happened(NOW.astimezone(kiritimati), "at", NOW) == NOW


@pytest.mark.parametrize("ahead", [timedelta(days=1, seconds=1), timedelta(days=13_000)])
def test_what_lies_further_ahead_is_refused_by_its_field_and_day(ahead: timedelta) -> None:
    with pytest.raises(InvalidInput, match=f"occurred_at is {(NOW + ahead).date()}, which lies ahead") as caught:
        check_happened(NOW + ahead, "occurred_at", NOW)
    assert caught.value.where == "occurred_at"
    assert caught.value.fix


@pytest.mark.parametrize("value", ["a\tb", " a", "a ", " ", "a\x00", "x" * (MAX_ID + 1)])
def test_an_id_is_refused_with_what_to_do_about_it(value: str) -> None:
    for check in (check_id, check_own_id):
        with pytest.raises(InvalidInput, match="own id") as caught:
            check(value, "own id")
        assert caught.value.fix


def test_only_an_id_that_may_be_left_out_may_be_empty() -> None:
    assert check_own_id("", "own id") == ""
    with pytest.raises(InvalidInput, match="own id is empty"):
        check_id("", "own id")


@pytest.mark.parametrize("value", [-1.0, 2.0, float("nan"), float("inf"), 10**400, True])
def test_a_number_outside_its_range_is_refused_with_what_to_do_about_it(value: float) -> None:
    with pytest.raises(InvalidInput, match="share") as caught:
        check_number(value, "share", high=1.0)
    assert caught.value.fix
