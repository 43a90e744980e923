from __future__ import annotations

import numpy as np
import pytest

from tests.training.toy_logs import sequences_from
from training.item_contexts import LEAST_LEARNERS, SHRINK, fit_contexts
from training.sequences import Sequences


def log(*ways: str) -> Sequences:
    """One learner a word, one credential a letter."""
    rows = [(f"learner{at}", letter, float(step)) for at, way in enumerate(ways) for step, letter in enumerate(way)]
    return sequences_from(rows)


def after(sequences: Sequences, earlier: str, later: str) -> dict[str, float]:
    found, ids = fit_contexts(sequences), sequences.ids
    [at] = np.flatnonzero(found.keys == ids.index(earlier) * len(ids) + ids.index(later))
    entries = slice(found.starts[at], found.starts[at + 1])
    names = [ids[target] for target in found.targets[entries].tolist()]
    return dict(zip(names, found.shares[entries].tolist(), strict=True))


def test_a_share_is_of_the_learners_with_both_steps_and_shrunk() -> None:
    found = after(log("abc", "abc", "abc", "abd", "abd", "xbc"), "a", "b")
    assert found == pytest.approx({"c": 3 / (5 + SHRINK), "d": 2 / (5 + SHRINK)})


def test_steps_between_count_and_the_order_matters() -> None:
    sequences = log("axbc", "aybc", "bac", "bac")
    assert after(sequences, "a", "b") == pytest.approx({"c": 2 / (2 + SHRINK)})
    assert after(sequences, "b", "a") == pytest.approx({"c": 2 / (2 + SHRINK)})


def test_what_one_learner_did_is_not_kept() -> None:
    assert LEAST_LEARNERS == 2
    assert len(fit_contexts(log("abc", "abd", "bcd")).targets) == 0


def test_the_order_of_the_rows_has_no_effect() -> None:
    ways = ["abcd", "abdc", "abce", "cabd", "abcd"]
    rows = [(f"l{at}", letter, float(step)) for at, way in enumerate(ways) for step, letter in enumerate(way)]
    one, other = fit_contexts(sequences_from(rows)), fit_contexts(sequences_from(rows[::-1]))
    assert all(np.array_equal(getattr(one, n), getattr(other, n)) for n in ("keys", "starts", "targets", "shares"))


@pytest.mark.parametrize("ways", [("a",), ("ab", "ab")])
def test_logs_without_three_steps_have_no_contexts(ways: tuple[str, ...]) -> None:
    found = fit_contexts(log(*ways))
    assert (len(found.keys), found.starts.tolist()) == (0, [0])


def test_an_empty_log_has_no_contexts() -> None:
    empty = Sequences((), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), ())
    assert len(fit_contexts(empty).keys) == 0
