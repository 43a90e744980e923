from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credpath.errors import InvalidInput
from credpath.service.context import Context
from credpath.service.traffic import latest_shown, traffic
from credpath.store.impressions import save_impression
from credpath.store.learners import ensure_learners
from credpath.store.outcomes import save_outcomes
from tests.api.world import open_world
from tests.store.samples import an_impression, an_outcome

TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    made = replace(open_world(tmp_path).context, clock=lambda: TODAY)
    with made.database.write() as connection:
        ensure_learners(connection, "busy", ["ada"], TODAY)
        for key, at, degraded in (("i1", TODAY, False), ("i2", TODAY - DAY, True), ("i3", TODAY - 8 * DAY, False)):
            shown = an_impression(key, shown_at=at, degraded=degraded, policy="rules", learner_id="ada")
            save_impression(connection, "busy", shown)
        save_outcomes(connection, "busy", [
            an_outcome("o1", kind="enrolled", impression_id="i1", occurred_at=TODAY),
            an_outcome("o2", kind="enrolled", impression_id="", occurred_at=TODAY - DAY),
        ])  # fmt: skip
    return made


def test_a_span_has_every_day_and_is_compared_with_the_one_before(context: Context) -> None:
    found = traffic(context, "busy", 7)
    assert [(d.shown, d.degraded, d.outcomes) for d in found.days] == [(0, 0, 0)] * 5 + [(1, 1, 1), (1, 0, 1)]
    assert (found.shown, found.degraded, found.before, found.change) == (2, 1, 1, 1.0)
    assert found.policies == {"rules": 2}
    assert (found.answered, found.happened) == ({"enrolled": 1}, {"enrolled": 2})
    assert found.latest == TODAY


def test_a_span_may_end_earlier(context: Context) -> None:
    found = traffic(context, "busy", 2, last=(TODAY - 7 * DAY).date())
    assert [d.shown for d in found.days] == [1, 0]
    assert found.change is None


def test_a_span_is_bounded(context: Context) -> None:
    for days in (0, 367):
        with pytest.raises(InvalidInput):
            traffic(context, "busy", days)


def test_nothing_shown_is_no_division_by_nothing(context: Context) -> None:
    found = traffic(context, "quiet", 7)
    assert (found.shown, found.change, found.latest) == (0, None, None)


def test_the_latest_come_by_page(context: Context) -> None:
    assert [line.impression_id for line in latest_shown(context, "busy", limit=2)] == ["i1", "i2"]
    assert [line.impression_id for line in latest_shown(context, "busy", before=TODAY - DAY)] == ["i3"]
