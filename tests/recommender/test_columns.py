from __future__ import annotations

import math

import pytest

from credpath.domain.catalogue import Credential
from credpath.recommender.columns import (
    ASSUMED,
    CONVERTED,
    STATED,
    level_of,
    popularity_of,
    quality_of,
    workload,
)
from tests.recommender.worlds import offer


@pytest.mark.parametrize(
    ("facts", "hours", "source"),
    [
        ({"workload_hours": 16.0, "ects": 3.0}, 16.0, STATED),
        ({"ects": 3.0, "duration_weeks": 4.0}, 75.0, CONVERTED),
        ({"duration_weeks": 4.0}, 20.0, CONVERTED),
        ({"kind": "degree"}, 1500.0, ASSUMED),
        ({}, 25.0, ASSUMED),
    ],
)
def test_hours_are_stated_or_converted_or_assumed_and_say_which(
    facts: dict[str, object], hours: float, source: int
) -> None:
    assert workload(Credential("a", "A", **facts)) == (hours, source)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"level": "Advanced", "title": "Introduction to X"}, 1.0),
        ({"level": "", "eqf_level": 7}, 0.9),
        ({"level": "", "title": "Advanced statistics"}, 1.0),
        ({"level": "", "title": "Intro to statistics"}, 0.0),
        ({"level": "", "title": "Statistics"}, math.nan),
    ],
)
def test_a_level_is_the_stated_one_then_eqf_then_what_the_title_says(facts: dict[str, object], level: float) -> None:
    assert level_of(offer("a", **facts)) == pytest.approx(level, nan_ok=True)


def test_few_high_ratings_weigh_less_than_many_good_ones() -> None:
    few = offer("a", rating=5.0, rating_count=2)
    many = offer("b", rating=4.7, rating_count=20_000)
    assert quality_of(few, 4.2) < quality_of(many, 4.2)


def test_an_unrated_credential_is_neither_better_nor_worse_than_the_average() -> None:
    assert quality_of(offer("a"), 4.2) == pytest.approx(quality_of(offer("b", rating=4.2, rating_count=1000), 4.2))


def test_quality_assurance_and_a_complete_record_are_worth_something() -> None:
    assert quality_of(offer("a", quality_assurance="accredited", country="DE"), 4.0) > quality_of(offer("b"), 4.0)


def test_popularity_is_the_most_that_any_source_says_from_zero_to_one() -> None:
    offers = [offer("a", learner_count=1_000_000), offer("b", rating_count=10), offer("c"), offer("d")]
    popular = popularity_of(offers, {"d": 7.0})
    assert popular.tolist() == pytest.approx([1.0, 0.8, 0.0, 1.0])


def test_an_empty_catalogue_has_no_popularity() -> None:
    assert popularity_of([], {}).shape == (0,)
