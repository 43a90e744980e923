"""Which steps of a log test, and of which of them it is not known that they came first."""

from __future__ import annotations

import numpy as np

from training.interactions_log import TakeUps
from training.interactions_split import cut_at, leave_last_out, with_test

ROWS = [("k", "a", 1), ("k", "b", 2), ("k", "c", 2), ("l", "a", 1), ("l", "b", 2), ("m", "a", 2), ("n", "c", 2)]


def log_of(rows: list[tuple[str, str, int]]) -> TakeUps:
    learners, credentials, times = zip(*rows, strict=True)
    return TakeUps(list(learners), list(credentials), np.array(times, dtype=np.float64), ordinal=True)


def test_a_last_step_beside_another_at_its_time_is_tied() -> None:
    split = leave_last_out(log_of(ROWS))
    assert split.tied.tolist() == [True, False]


def test_a_first_step_after_a_cut_or_of_a_second_file_is_tied_with_the_learners_others_only() -> None:
    for split in (cut_at(log_of(ROWS), 2.0), with_test(log_of(ROWS[:1]), log_of(ROWS[1:]))):
        answered = [len(history) == 1 and bool(tied) for history, tied in zip(split.histories, split.tied, strict=True)]
        assert sum(answered) == sum(split.tied) == 1


def test_a_sample_keeps_what_is_tied_beside_its_learner() -> None:
    rows = [(f"l{at:03d}", f"c{step}", step // 2 if at % 2 else step) for at in range(100) for step in range(4)]
    split = leave_last_out(log_of(rows))
    assert split.tied.tolist() == [bool(at % 2) for at in range(100)]
    some = split.sample(30, 1)
    drawn = [at for at in range(100) if at in np.random.default_rng(1).permutation(100)[:30]]
    assert some.tied.tolist() == [bool(at % 2) for at in drawn]
