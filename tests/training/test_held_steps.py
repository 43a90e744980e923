"""Held-back steps: what is asked is not in what is fitted."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.toy_logs import sequences_from, wanderers
from training.held_steps import HeldSteps, able_learners, draw_after, draw_last, hold_last, late_cut

ROWS = [("l", "a", 0.0), ("l", "b", 1.0), ("l", "c", 2.0), ("m", "b", 5.0), ("n", "a", 6.0), ("n", "c", 7.0)]


def asked(held: HeldSteps) -> list[tuple[list[str], str]]:
    ids = held.inner.ids
    return [
        ([ids[i] for i in history], ids[answer]) for history, answer in zip(held.histories, held.answers, strict=True)
    ]


@pytest.mark.parametrize("drop", [1, 2])
def test_the_last_steps_are_taken_away_and_the_first_of_them_is_asked_for(drop: int) -> None:
    held = hold_last(sequences_from(ROWS), np.array([0]), drop)
    assert asked(held) == [(["a", "b"], "c") if drop == 1 else (["a"], "b")]
    assert held.inner.lengths.tolist() == [3 - drop, 1, 2]


def test_only_learners_of_whom_something_remains_are_asked() -> None:
    sequences = sequences_from(ROWS)
    assert able_learners(sequences).tolist() == [0, 2]
    assert able_learners(sequences, 2).tolist() == [0]


def test_at_most_half_of_the_learners_are_drawn_and_the_same_ones_for_a_seed() -> None:
    sequences = wanderers()
    one, other = draw_last(sequences, 10_000, 3), draw_last(sequences, 10_000, 3)
    assert asked(one) == asked(other)
    assert len(one) == len(able_learners(sequences)) // 2
    assert asked(draw_last(sequences, 20, 4)) != asked(draw_last(sequences, 20, 3))


def test_by_time_everything_from_the_cut_on_is_gone_and_new_learners_are_asked_too() -> None:
    held = draw_after(sequences_from(ROWS), 2.0, 10, 0)
    assert sorted(asked(held)) == [([], "a"), ([], "b"), (["a", "b"], "c")]
    assert held.inner.lengths.tolist() == [2, 0, 0]


def test_the_late_cut_leaves_most_of_the_log_before_it() -> None:
    sequences = wanderers()
    cut = late_cut(sequences, 10_000)
    assert sequences.times is not None
    assert 0.05 < (sequences.times >= cut).mean() <= 0.16


def test_questions_can_be_split() -> None:
    first, rest = draw_last(wanderers(), 10, 0).split(7)
    assert (len(first), len(rest)) == (7, 3)
