from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from credpath.domain.rules import check_happened
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
