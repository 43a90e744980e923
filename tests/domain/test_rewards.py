from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from credpath.domain.outcomes import OUTCOME_KINDS, OutcomeKind
from credpath.domain.rewards import LABEL, MATURITY, REWARD, SPEAKS, WINDOW, is_mature, reward_of

SHOWN = datetime(2026, 3, 1, tzinfo=UTC)


def test_every_kind_has_a_reward_a_label_and_a_window() -> None:
    kinds = set(OUTCOME_KINDS)
    assert kinds == set(SPEAKS) == set(REWARD) == set(LABEL) == set(WINDOW)
    assert all(0.0 <= reward <= 1.0 for reward in REWARD.values())
    assert all(0 <= label <= 4 for label in LABEL.values())


def test_finishing_counts_more_than_beginning_and_that_more_than_clicking() -> None:
    ladder: tuple[OutcomeKind, ...] = ("awarded", "completed", "started", "enrolled", "clicked", "dismissed")
    assert sorted(ladder, key=lambda kind: -REWARD[kind]) == list(ladder)
    assert sorted(ladder, key=lambda kind: -LABEL[kind]) == list(ladder)


def test_labels_never_rise_where_rewards_fall() -> None:
    by_reward = sorted(OUTCOME_KINDS, key=lambda kind: REWARD[kind])
    assert [LABEL[kind] for kind in by_reward] == sorted(LABEL.values())


@pytest.mark.parametrize(
    ("kinds", "decisive"),
    [
        (["clicked", "enrolled", "started", "completed"], "completed"),
        (["clicked", "enrolled", "started", "dropped"], "dropped"),
        (["dropped", "completed"], "completed"),
        (["clicked", "dismissed"], "dismissed"),
        (["dismissed", "enrolled"], "enrolled"),
    ],
)
def test_the_furthest_that_was_reached_speaks_whatever_came_first(
    kinds: list[OutcomeKind], decisive: OutcomeKind
) -> None:
    for order in permutations(kinds):
        assert reward_of(order) == (REWARD[decisive], LABEL[decisive])


def test_nothing_and_a_dismissal_are_worth_nothing() -> None:
    assert reward_of([]) == reward_of(["dismissed"]) == (0.0, 0)


def test_an_impression_is_mature_when_no_window_is_open_any_more() -> None:
    assert max(WINDOW.values()) == MATURITY
    assert is_mature(SHOWN, SHOWN + MATURITY)
    assert not is_mature(SHOWN, SHOWN + MATURITY - timedelta(microseconds=1))
