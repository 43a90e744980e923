from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.evidence import Evidence
from credpath.domain.kept_mastery import RECENT_KEPT, KeptMastery, keep, place_of
from credpath.domain.mastery import in_order, replay

logs = st.lists(
    st.builds(
        lambda number, skill, right, day: Evidence(
            f"e{number}", f"s{skill}", "item", right, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        ),
        st.integers(0, 30), st.integers(0, 2), st.sampled_from([0.0, 1.0]), st.integers(0, 800),
    ),
    unique_by=lambda e: e.evidence_id,
)  # fmt: skip


@given(logs, st.integers(0, 30))
def test_what_is_kept_is_the_replay_whether_taken_in_at_once_or_piece_by_piece(log: list[Evidence], cut: int) -> None:
    ordered = in_order(log)
    first, rest = keep(ordered[:cut]), ordered[cut:]
    assert first.continues(rest)
    assert first.after(rest) == keep(log)
    assert keep(log).state == replay(log)
    assert keep(log).pieces == len(log)


@given(logs)
def test_only_what_is_later_than_everything_continues_a_log(log: list[Evidence]) -> None:
    kept = keep(log)
    assert all(not kept.continues([piece]) for piece in log)
    assert kept.last == max(map(place_of, log), default=None)
    assert all(len(pieces) <= RECENT_KEPT for pieces in kept.recent.values())


def test_of_nothing_nothing_is_kept() -> None:
    assert keep([]) == KeptMastery()
