from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.evaluation.slices import by_slice, group_gap, learner_counts, shown_slices


def test_each_slice_has_its_own_mean_and_count() -> None:
    names = np.repeat(["cold", "warm"], [30, 50])
    found = by_slice(np.where(names == "cold", 0.2, 0.6), names)
    assert {name: (s.count, s.interval and round(s.interval.value, 6)) for name, s in found.items()} == {
        "cold": (30, 0.2),
        "warm": (50, 0.6),
    }


def test_a_small_cell_is_hidden_and_so_is_the_one_that_would_give_it_away() -> None:
    names = np.repeat(["a", "b", "c"], [5, 40, 60])
    found = by_slice(np.ones(105), names)
    assert [found[name].hidden for name in "abc"] == [True, True, False]
    assert found["a"].as_dict() == {"count": None, "hidden": True}


def test_a_cell_counts_learners_and_not_rows() -> None:
    names, learners = np.repeat(["a", "b"], [100, 100]), np.concatenate([np.arange(100) % 3, np.arange(100)])
    assert learner_counts(names, learners) == {"a": 3, "b": 100}
    assert all(s.hidden for s in by_slice(np.ones(200), names, learners=learners).values())


def test_several_small_cells_that_hide_each_other_hide_no_more() -> None:
    assert shown_slices({"a": 15, "b": 10, "c": 25}, least=20) == {"c": 25}
    assert shown_slices({"a": 2, "b": 3, "c": 25, "d": 90}, least=20) == {"d": 90}


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 60), max_size=8), st.integers(1, 30))
@settings(max_examples=100, deadline=None)
def test_total_less_shown_never_tells_about_a_few(counts: dict[str, int], least: int) -> None:
    shown = shown_slices(counts, least)
    hidden = [count for name, count in counts.items() if name not in shown]
    assert all(count >= least for count in shown.values())
    assert not shown or not hidden or (len(hidden) > 1 and sum(hidden) >= least)


def test_the_order_of_rows_has_no_effect() -> None:
    dice = np.random.default_rng(0)
    values, names, learners = dice.random(400), dice.choice(["x", "y"], 400), dice.integers(0, 90, 400)
    order = dice.permutation(400)
    one = by_slice(values, names, learners=learners)["x"].interval
    other = by_slice(values[order], names[order], learners=learners[order])["x"].interval
    assert one is not None
    assert other is not None
    assert other.low == pytest.approx(one.low, abs=1e-12)


def test_the_gap_between_groups_is_found_and_noise_is_not_taken_for_one() -> None:
    dice = np.random.default_rng(0)
    groups = np.repeat(["a", "b", "c"], 400)
    noise = dice.normal(0.5, 0.3, size=1_200)
    none = group_gap(noise, groups)
    some = group_gap(noise - 0.2 * (groups == "c"), groups)
    assert none is not None
    assert none.low == 0.0
    assert some is not None
    assert 0.1 < some.low < 0.2 < some.high


def test_a_gap_needs_two_groups_that_may_be_shown() -> None:
    assert group_gap(np.ones(50), np.repeat(["a", "b"], [45, 5])) is None
