from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.training.ladders import START, catalogue, climbers, happened, rung
from training.as_of import catalogue_as_of, popularity_before, take_up_counts
from training.pasts import gather_pasts

CUT = START + timedelta(days=100)


def test_popularity_counts_the_strongest_outcome_of_each_learner_before_the_cut() -> None:
    first, second = rung(0, 0), rung(0, 1)
    outcomes = [
        happened("a", first, "enrolled", 10),
        happened("a", first, "completed", 20),
        happened("b", first, "clicked", 30),
        happened("b", second, "completed", 120),
        replace(happened("c", first, "completed", 40), score=0.2),
    ]
    assert popularity_before(gather_pasts([], outcomes), CUT) == pytest.approx({first: 1.3})


def test_the_catalogue_as_of_a_moment_does_not_know_what_was_popular_later() -> None:
    known, everyone = catalogue(), climbers(60)
    late = [p.before(CUT).learner_id and p for p in everyone]
    only_late = tuple(p for p in late if p.outcomes[0].occurred_at >= CUT)
    then = catalogue_as_of(known, everyone, CUT)
    without = catalogue_as_of(known, [p.until(CUT) for p in everyone], CUT)
    assert only_late
    assert np.array_equal(then.index.columns.popularity, without.index.columns.popularity)
    later = catalogue_as_of(known, everyone, CUT + timedelta(days=1000))
    assert not np.array_equal(then.index.columns.popularity, later.index.columns.popularity)
    assert then.index.vectors is known.index.vectors


def test_take_ups_are_counted_once_a_learner_and_only_before_the_cut() -> None:
    position = {rung(0, 0): 0, rung(0, 1): 1}
    outcomes = [
        happened("a", rung(0, 0), "enrolled", 10),
        happened("a", rung(0, 0), "completed", 110),
        happened("b", rung(0, 0), "enrolled", 110),
        happened("b", "gone", "enrolled", 20),
    ]
    everyone = gather_pasts([], outcomes)
    assert take_up_counts(everyone, position, CUT).tolist() == [1, 0]
    assert take_up_counts(everyone, position).tolist() == [2, 0]
