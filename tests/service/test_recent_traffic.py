from __future__ import annotations

import pytest

from credpath.service.recent_traffic import SLOT_SECONDS, SLOTS, RecentTraffic, Tally, together


def test_times_are_told_within_the_bounds_between_which_they_lie() -> None:
    tally = Tally()
    assert tally.seconds(0.5) is None
    tally.counts[4] = 10  # within 10 to 25 ms
    assert tally.seconds(0.5) == pytest.approx(0.0175)
    tally.counts[-1] = 10
    assert tally.seconds(0.95) == 10.0
    assert tally.calls == 20


def test_calls_are_counted_by_route_and_slot() -> None:
    now = [0.0]
    recent = RecentTraffic(lambda: now[0])
    recent.note("GET /a", 200, 0.004)
    recent.note("GET /a", 503, 0.004)
    now[0] = SLOT_SECONDS
    recent.note("GET /b", 200, 20.0)
    assert {route: (t.calls, t.failed) for route, t in recent.totals.items()} == {"GET /a": (2, 1), "GET /b": (1, 0)}
    assert [(s.at, s.tally.calls) for s in recent.slots()] == [(0, 2), (SLOT_SECONDS, 1)]
    assert [s.tally.calls for s in recent.slots(["GET /b"])] == [0, 1]
    now[0] = 3 * SLOT_SECONDS
    assert [s.tally.calls for s in recent.slots()] == [2, 1, 0, 0]
    assert len(recent.slots(hours=SLOT_SECONDS * 2 / 3600)) == 2


def test_what_is_older_than_a_day_is_let_go() -> None:
    now = [0.0]
    recent = RecentTraffic(lambda: now[0])
    for slot in range(SLOTS + 50):
        now[0] = slot * SLOT_SECONDS
        recent.note("GET /a", 200, 0.001)
    assert len(recent._slots) == SLOTS
    assert recent.totals["GET /a"].calls == SLOTS + 50


def test_tallies_add_up() -> None:
    one, other = Tally(failed=1), Tally(failed=2)
    one.counts[0], other.counts[0] = 3, 4
    assert (together([one, other]).calls, together([one, other]).failed) == (7, 3)
    assert together([]).calls == 0
