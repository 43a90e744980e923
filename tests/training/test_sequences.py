"""Sequences: what learners took up, in order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.outcomes import Outcome
from tests.training.toy_logs import sequences_from
from training.sequences import Sequences, pack_sequences, sequences_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def outcome(learner: str, credential: str, kind: str, day: int) -> Outcome:
    name = f"{learner}-{credential}-{kind}-{day}"
    return Outcome(name, learner, credential, kind, START + timedelta(days=day))  # type: ignore[arg-type]


def named(sequences: Sequences) -> dict[str, list[str]]:
    return {name: [sequences.ids[i] for i in sequences.of(at)] for at, name in enumerate(sequences.learners)}


def test_the_first_take_up_of_a_credential_counts_and_clicks_dismissals_and_drops_do_not() -> None:
    log = [
        outcome("l", "a", "clicked", 0), outcome("l", "b", "enrolled", 1), outcome("l", "a", "completed", 2),
        outcome("l", "b", "completed", 3), outcome("l", "c", "dismissed", 4), outcome("m", "c", "dropped", 4),
    ]  # fmt: skip
    assert named(sequences_of(log)) == {"l": ["b", "a"]}


def test_the_order_of_arrival_has_no_effect() -> None:
    log = [outcome(f"l{i % 7}", f"c{i % 5}", "enrolled", i % 3) for i in range(60)]
    shuffled = log.copy()
    random.Random(1).shuffle(shuffled)
    one, other = sequences_of(log), sequences_of(shuffled)
    assert (one.ids, one.learners, one.items.tolist()) == (other.ids, other.learners, other.items.tolist())


def test_the_last_step_is_held_back_where_something_remains() -> None:
    sequences = sequences_from([("l", "a", 0), ("l", "b", 1), ("m", "b", 0)])
    inner, held = sequences.split_last()
    assert named(inner) == {"l": ["a"], "m": ["b"]}
    assert held.tolist() == [1, -1]


def test_steps_before_a_cut_are_those_with_an_earlier_time() -> None:
    sequences = sequences_from([("l", "a", 0), ("l", "b", 5), ("m", "c", 5), ("m", "a", 6)])
    assert named(sequences.before(5)) == {"l": ["a"], "m": []}
    without_times = Sequences(sequences.ids, sequences.indptr, sequences.items, sequences.learners)
    assert len(without_times.before(5).items) == 0


def test_some_learners_can_be_taken_alone() -> None:
    sequences = sequences_from([("l", "a", 0), ("m", "b", 5), ("m", "c", 6), ("n", "a", 6)])
    assert named(sequences.of_learners(np.array([2, 1]))) == {"n": ["a"], "m": ["b", "c"]}


@given(st.lists(st.tuples(st.sampled_from("lmn"), st.sampled_from("abcd"), st.integers(0, 3)), max_size=30))
def test_packing_keeps_each_pair_once_at_its_earliest_time(rows: list[tuple[str, str, int]]) -> None:
    if not rows:
        return
    sequences = sequences_from([(learner, credential, float(time)) for learner, credential, time in rows])
    assert sequences.times is not None
    first: dict[tuple[str, str], int] = {}
    for learner, credential, time in sorted(rows, key=lambda row: row[2]):
        first.setdefault((learner, credential), time)
    found = {
        (sequences.learners[who], sequences.ids[what]): int(time)
        for who, what, time in zip(sequences.owner, sequences.items, sequences.times, strict=True)
    }
    assert found == first
    assert all((np.diff(sequences.times[a:b]) >= 0).all() for a, b in pairwise(sequences.indptr))


def test_the_order_of_equal_times_follows_no_alphabet_and_differs_by_learner() -> None:
    rows = [(f"l{at:04d}", name, 0.0) for at in range(1000) for name in "abcd"]
    sequences = sequences_from(rows)
    last = [sequences.ids[sequences.of(at)[-1]] for at in range(1000)]
    assert all(200 < last.count(name) < 300 for name in "abcd")


def test_the_order_of_equal_times_depends_on_the_two_ids_alone() -> None:
    one = named(sequences_from([("l", name, 0.0) for name in "abcdefgh"]))["l"]
    other = named(sequences_from([(who, name, 0.0) for who in "klm" for name in "zhgfedcbaA"]))["l"]
    assert one == [name for name in other if name in one]
    assert one == ["c", "g", "a", "e", "f", "b", "h", "d"]  # in every process alike


@given(st.permutations([(who, what, time) for who in "lm" for what in "abc" for time in (0.0, 1.0)]))
def test_the_order_of_rows_has_no_effect_on_equal_times(rows: list[tuple[str, str, float]]) -> None:
    found, usual = sequences_from(rows), sequences_from(sorted(rows))
    assert named(found) == named(usual)


def test_nothing_at_all_is_a_sequence_of_nobody() -> None:
    empty = pack_sequences([], [], np.zeros(0))
    assert len(empty) == 0 == len(empty.items)
