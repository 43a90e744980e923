from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.recommender.feature_names import FEATURES
from training.distributed import DaskConfig
from training.ranker import LAMBDARANK, REWARD, RankerConfig, RankerTable
from training.retrain_config import RetrainConfig, Tried
from training.steps import Retrieval
from training.teaching import Rows, Settings, Timed, can_teach, choose_settings, fit_final, held_back, pick_groups, thin

QUICK = RetrainConfig(
    threads=1,
    ranker=RankerConfig(trees=3, min_rows_in_leaf=2),
    reward=RankerConfig(REWARD, trees=3, min_rows_in_leaf=2),
)


def a_table(sizes: list[int]) -> RankerTable:
    rows = sum(sizes)
    labels = np.zeros(rows, dtype=np.int64)
    labels[np.cumsum(sizes) - 1] = 4  # the last row of each group was taken up
    features = np.arange(rows, dtype=np.float32)[:, None]
    return RankerTable(features, ("row",), np.array(sizes), labels)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(1, 40), st.integers(0, 5))
def test_thinning_keeps_what_was_taken_up_and_no_more_than_asked(sizes: list[int], most: int, seed: int) -> None:
    table = a_table(sizes)
    thinned = thin(table, most, seed)
    assert thinned.groups.tolist() == [min(size, most) for size in sizes]
    assert int((thinned.labels == 4).sum()) == len(sizes)
    assert np.array_equal(thinned.features[:, 0], np.sort(thinned.features[:, 0]))


def test_thinning_twice_with_one_seed_draws_the_same_rows() -> None:
    table = a_table([20, 30])
    assert np.array_equal(thin(table, 7, 3).features, thin(table, 7, 3).features)
    assert not np.array_equal(thin(table, 7, 3).features, thin(table, 7, 4).features)


def test_picked_groups_come_whole_and_in_order() -> None:
    picked = pick_groups(a_table([2, 3, 1]), np.array([0, 2]))
    assert picked.groups.tolist() == [2, 1]
    assert picked.features[:, 0].tolist() == [0, 1, 5]


def test_a_span_takes_the_groups_within_it() -> None:
    timed = Timed(a_table([2, 3, 1]), np.array([10.0, 20.0, 30.0]))
    assert timed.only((timed.times >= 15) & (timed.times < 30)).features[:, 0].tolist() == [2, 3, 4]


def timed(times: list[float], rewarded: float = -np.inf) -> Timed:
    """Two rows a group with the columns of serving; the second was taken up from the time `rewarded` on."""
    features = np.random.default_rng(1).random((2 * len(times), len(FEATURES))).astype(np.float32)
    labels = np.zeros(len(features), dtype=np.int64)
    labels[1::2] = np.where(np.array(times) >= rewarded, 4, 0)
    return Timed(RankerTable(features, FEATURES, np.full(len(times), 2), labels), np.array(times, dtype=np.float64))


def rows(slates: Timed, steps: Timed) -> Rows:
    return Rows(slates, steps, Retrieval(), ())


@pytest.mark.parametrize(("times", "can"), [([], False), ([5.0] * 20, False), ([5.0] * 19 + [6.0], True)])
def test_settings_are_chosen_only_where_something_came_before_something_else(times: list[float], can: bool) -> None:
    taught = rows(timed([]), timed(times))
    assert can_teach(taught, QUICK) is can
    if can:
        cut, held = held_back(taught, QUICK)
        assert (cut, len(held.groups)) == (6.0, 1), "never the whole"
        assert choose_settings(taught, QUICK, lambda _: None).ranker.objective == LAMBDARANK


def test_slates_without_a_reward_before_the_tuning_part_leave_what_steps_teach() -> None:
    slates, steps = timed(list(range(40)), rewarded=35), timed(list(range(40)))
    assert not can_teach(rows(slates, timed([])), QUICK)
    chosen = choose_settings(rows(slates, steps), QUICK, lambda _: None)
    assert chosen.ranker.objective == LAMBDARANK
    assert all(name.startswith(LAMBDARANK) for name in chosen.tried)
    alone = replace(QUICK, tried=Tried(step_shares=(0.0,)))
    assert not can_teach(rows(slates, steps), alone)


def test_a_forest_that_is_not_spread_although_that_was_asked_for_is_told() -> None:
    asked, told = replace(QUICK, distributed=DaskConfig(workers=2)), list[str]()
    settings = Settings(QUICK.reward, 0.0, {})
    fit_final(rows(timed(list(range(40))), timed([])), settings, asked, told.append)
    assert told == ["the reward forest is fitted here: [distributed] is for LambdaRank"]
    fit_final(rows(timed(list(range(40))), timed([])), settings, QUICK, told.append)
    assert len(told) == 1
