from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.recommender.learned import Learned
from tests.training.ladders import START, climbers, happened, rung, stage
from training.contenders import Cosine, Popularity, Product, ranks_of, run_contenders, was_completed
from training.pasts import TakeUpChoice, choose_take_ups, gather_pasts, take_ups
from training.steps import Moment


@dataclass(frozen=True)
class Knows:
    """Names the truth first, or last."""

    sign: float
    names: tuple[str, ...] = ("knows",)

    def scores(self, moment: Moment) -> Mapping[str, np.ndarray]:
        line = np.zeros(36)
        line[moment.truth] = self.sign
        return {"knows": line}


def stage_of_all():
    return stage([f"ladder {at}" for at in range(6)])


def test_who_knows_the_truth_is_always_first_and_who_shuns_it_last() -> None:
    grounds, chosen = stage_of_all(), choose_take_ups(climbers(20), TakeUpChoice(latest=1))
    counts = np.arange(36.0)
    best = run_contenders(grounds, chosen, [Knows(1.0)], counts)
    assert (best.ranks["knows"] == 1).all()
    worst = run_contenders(grounds, chosen, [Knows(-1.0)], counts)
    assert worst.ranks["knows"].tolist() == [36 - take_up.earlier for take_up in chosen]


def test_the_history_is_never_named_and_equal_scores_go_by_popularity() -> None:
    grounds = stage_of_all()
    everyone = gather_pasts([], [happened("l", rung(0, step), "completed", step) for step in range(3)])
    [take_up] = choose_take_ups(everyone, TakeUpChoice(latest=1))
    counts = np.zeros(36)
    position = grounds.catalogue.index.position
    counts[[position[rung(0, step)] for step in range(3)]] = [9, 8, 7]
    counts[position[rung(3, 3)]] = 5
    found = run_contenders(grounds, [take_up], [Popularity(counts)], counts)
    assert found.ranks["popularity"].tolist() == [1.0]
    listed = found.lists["popularity"][0].tolist()
    assert listed[:2] == [position[rung(0, 2)], position[rung(3, 3)]]
    assert not {position[rung(0, 0)], position[rung(0, 1)]} & set(listed)
    assert listed[2:] == [row for row in range(36) if counts[row] == 0][:8]


def test_two_credentials_taken_together_do_not_stand_in_each_others_way() -> None:
    grounds = stage_of_all()
    [take_up] = take_ups(gather_pasts([], [happened("l", rung(1, step), "enrolled", 1) for step in range(2)])[0])
    found = run_contenders(grounds, [take_up], [Knows(1.0)], np.zeros(36))
    assert found.ranks["knows"].tolist() == [1.0, 1.0]
    assert found.learners.tolist() == ["l", "l"]


def test_a_credential_that_left_the_catalogue_counts_for_nobody() -> None:
    grounds = stage_of_all()
    [take_up] = take_ups(gather_pasts([], [happened("l", "gone", "enrolled", 1)])[0])
    product = Product("rules", grounds)
    found = run_contenders(grounds, [take_up], [product], np.zeros(36))
    assert len(found.truth) == 0
    assert (product.retrieval.take_ups, product.retrieval.unknown, product.retrieval.recall) == (1, 1, 0.0)


def test_nobody_names_what_the_filters_take_out() -> None:
    grounds = stage_of_all()
    events = [
        happened("l", rung(2, 0), "completed", 1),
        happened("l", rung(2, 1), "dismissed", 2),
        happened("l", rung(2, 1), "enrolled", 3),
    ]
    [_, take_up] = take_ups(gather_pasts([], events)[0])
    product = Product("rules", grounds, Learned())
    found = run_contenders(grounds, [take_up], [product, Knows(1.0)], np.zeros(36))
    assert found.ranks["rules"].tolist() == [np.inf]
    assert found.ranks["knows"].tolist() == [np.inf], "whoever ranks does it behind the same filters"
    assert grounds.catalogue.index.position[rung(2, 1)] not in found.lists["knows"][0].tolist()
    assert (product.retrieval.filtered, product.retrieval.found) == (1, 0)
    assert len(product.seconds) == 1


def test_what_learners_did_later_changes_no_rank() -> None:
    grounds, chosen = stage_of_all(), choose_take_ups(climbers(15), TakeUpChoice(latest=3))
    blind = [replace(t, past=t.past.until(t.at)) for t in chosen]
    contenders = [Product("rules", grounds), Cosine(grounds.catalogue.index.vectors), Popularity(np.zeros(36))]
    one = run_contenders(grounds, chosen, contenders, np.zeros(36))
    other = run_contenders(grounds, blind, contenders, np.zeros(36))
    assert {name: ranks.tolist() for name, ranks in one.ranks.items()} == {
        name: ranks.tolist() for name, ranks in other.ranks.items()
    }


def test_without_a_goal_the_cosine_has_no_opinion() -> None:
    grounds = stage_of_all()
    everyone = climbers(5, goal=False)
    found = run_contenders(grounds, choose_take_ups(everyone, TakeUpChoice(latest=1)), [
        Cosine(grounds.catalogue.index.vectors), Popularity(np.arange(36.0)),
    ], np.arange(36.0))  # fmt: skip
    assert np.array_equal(found.ranks["cosine"], found.ranks["popularity"])


@pytest.mark.parametrize(
    ("kinds", "days", "answer"),
    [
        (["enrolled", "completed"], 1, True),
        (["enrolled", "dropped"], 1, False),
        (["enrolled"], 89, None),
        (["enrolled"], 91, False),
    ],
)
def test_a_completion_is_decided_by_what_happened_or_by_time(kinds: list, days: float, answer: bool | None) -> None:
    events = [happened("l", "a", kind, at / 10) for at, kind in enumerate(kinds)]
    [take_up] = take_ups(gather_pasts([], events)[0])
    assert was_completed(take_up, "a", START + timedelta(days=days)) is answer


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([-np.inf, 0.0, 1.0, 2.0]), min_size=1, max_size=12), st.data())
def test_ranks_are_those_of_counting_by_hand(scores: list[float], data: st.DataObject) -> None:
    truths = sorted(data.draw(st.sets(st.integers(0, len(scores) - 1), min_size=1, max_size=3)))
    line = np.array(scores)
    for truth, rank in zip(truths, ranks_of(line, np.array(truths)), strict=True):
        rivals = [at for at in range(len(scores)) if at not in truths]
        ahead = sum(scores[at] > scores[truth] or (scores[at] == scores[truth] and at < truth) for at in rivals)
        assert rank == (np.inf if scores[truth] == -np.inf else 1 + ahead)
