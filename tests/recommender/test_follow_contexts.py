from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from credpath.recommender.follow_contexts import CONTEXT_MEANING, Contexts, context_lines

NAMES = list(CONTEXT_MEANING)
SIZE = 5
# After 0 and then 1 half of them went on to 2 and a quarter to 3; after 2 and then 1 all to 4.
KNOWN = Contexts(
    np.array([0 * SIZE + 1, 2 * SIZE + 1]),
    np.array([0, 2, 3]),
    np.array([2, 3, 4], np.int32),
    np.array([0.5, 0.25, 1.0], np.float32),
)


def said(histories: list[list[int]], contexts: Contexts = KNOWN) -> np.ndarray:
    """(learners, columns, rows) of every row of the catalogue; histories newest first."""
    last = np.full((len(histories), 10), SIZE, dtype=np.int64)
    for at, history in enumerate(histories):
        last[at, : len(history)] = history
    rows = np.tile(np.arange(SIZE), len(histories))
    found = context_lines(contexts, last, SIZE, np.arange(len(histories)).repeat(SIZE), rows, SIZE)
    return found.reshape(len(NAMES), len(histories), SIZE).transpose(1, 0, 2)


def column(found: np.ndarray, name: str) -> list[float]:
    return found[NAMES.index(f"follow_both_{name}")].tolist()


def test_what_follows_two_steps_together_is_told_in_their_order() -> None:
    forward, backward = said([[1, 0], [0, 1]])
    assert column(forward, "last") == [0, 0, 0.5, 0.25, 0]
    assert not backward.any()


def test_two_of_the_last_steps_count_also_with_others_between() -> None:
    [found] = said([[3, 1, 0, 2]])
    assert column(found, "last") == [0, 0, 0, 0, 0]
    assert column(found, "most") == [0, 0, 0.5, 0.25, 1.0]
    assert column(found, "mean") == [0, 0, 0.25, 0.125, 0.5]
    assert column(found, "known") == [2] * SIZE


@pytest.mark.parametrize("history", [[], [1], [1, SIZE], [1, 3, 3, 3, 0]])
def test_a_short_an_unknown_and_a_distant_history_say_nothing(history: list[int]) -> None:
    assert not said([history])[0].any()


def test_without_contexts_nothing_is_said() -> None:
    assert not said([[1, 0]], Contexts.none())[0].any()


def test_targets_follow_the_rows_of_a_catalogue_and_what_it_lacks_is_dropped() -> None:
    turned = KNOWN.turned(np.array([4, 3, 2, SIZE, 0], np.int32))
    [found] = said([[1, 0]], turned)
    assert column(found, "last") == [0, 0, 0.5, 0, 0]


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    KNOWN.save(tmp_path)
    loaded = Contexts.load(tmp_path, SIZE)
    assert all(np.array_equal(getattr(loaded, n), getattr(KNOWN, n)) for n in ("keys", "starts", "targets", "shares"))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("keys", np.array([11, 1])),
        ("starts", np.array([0, 2])),
        ("starts", np.array([0, 4, 3])),
        ("targets", np.array([2, 3, SIZE], np.int32)),
        ("shares", np.array([0.5, np.nan, 1.0], np.float32)),
    ],
)
def test_contexts_that_do_not_fit_are_refused(tmp_path: Path, name: str, values: np.ndarray) -> None:
    KNOWN.save(tmp_path)
    np.save(tmp_path / f"{name}.npy", values)
    with pytest.raises(ValueError, match=r"context|share"):
        Contexts.load(tmp_path, SIZE)
