"""How far a forest leans on a retriever is decided by questions that it was not grown on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from credpath.recommender.csr import Doubles, Floats
from training.leaning import ALONE, Lean, best_lean, crossed, gains_of
from training.questions import NAMES
from training.ranker import RankerTable

QUESTIONS, CANDIDATES = 60, 20
KNN, KNN_RANK = NAMES.index("follow_item_knn"), NAMES.index("follow_item_knn_rank")


def table(told: float) -> RankerTable:
    """Questions whose answers the retriever `item_knn` finds, the more surely the more is `told`."""
    rng = np.random.default_rng(5)
    labels = np.zeros((QUESTIONS, CANDIDATES), dtype=np.int8)
    labels[np.arange(QUESTIONS), rng.integers(CANDIDATES, size=QUESTIONS)] = 1
    scores = rng.random((QUESTIONS, CANDIDATES)) + told * labels
    features = np.zeros((QUESTIONS * CANDIDATES, len(NAMES)), dtype=np.float32)
    features[:, KNN] = scores.ravel()
    above = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    features[:, KNN_RANK] = np.log1p(above).ravel()
    return RankerTable(features, NAMES, np.full(QUESTIONS, CANDIDATES), labels.ravel())


def noise(seed: int) -> Doubles:
    return np.random.default_rng(seed).standard_normal(QUESTIONS * CANDIDATES)


def gain(judged: RankerTable, scores: Doubles) -> float:
    return float(gains_of(judged, scores).mean())


def test_a_forest_that_knows_nothing_gives_way_to_the_retriever_that_does() -> None:
    judged = table(told=0.9)
    lean = best_lean(judged, noise(1))
    assert lean.retriever == "item_knn"
    alone = gain(judged, judged.features[:, KNN].astype(np.float64))
    assert gain(judged, lean.join(judged.features, noise(1))) >= alone > gain(judged, noise(1))


def test_a_forest_that_knows_every_answer_stands_alone() -> None:
    judged = table(told=0.0)
    assert best_lean(judged, judged.labels + 0.01 * noise(2)) == ALONE


@pytest.mark.parametrize("seed", range(4))
def test_what_is_better_by_chance_alone_is_not_leaned_on(seed: int) -> None:
    judged = table(told=0.0)
    assert best_lean(judged, judged.labels + noise(seed)) == ALONE


def test_without_questions_nothing_is_leaned_on() -> None:
    none = table(told=0.9).take(np.zeros(QUESTIONS, dtype=bool))
    assert best_lean(none, np.zeros(0)) == ALONE


def test_two_that_know_different_things_are_joined() -> None:
    judged = table(told=0.4)
    forest = judged.labels + 0.6 * noise(3)
    lean = best_lean(judged, forest)
    assert lean.retriever == "item_knn"
    assert 0 < lean.weight < np.inf
    assert gain(judged, lean.join(judged.features, forest)) > gain(judged, forest)


def test_equal_scores_earn_what_the_last_of_them_would() -> None:
    judged = table(told=0.0)
    assert gain(judged, np.zeros(QUESTIONS * CANDIDATES)) == 0.0
    assert gain(judged, judged.labels.astype(np.float64)) == pytest.approx(1.0)


def test_without_a_forest_that_tells_anything_apart_only_whole_retrievers_are_weighed() -> None:
    lean = best_lean(table(told=0.9), np.zeros(QUESTIONS * CANDIDATES))
    assert lean == Lean("item_knn", np.inf)


def test_a_question_is_scored_by_a_forest_that_was_grown_without_it() -> None:
    asked = table(told=0.4)
    grown: list[RankerTable] = []

    def grow(part: RankerTable) -> Callable[[Floats], Doubles]:
        grown.append(part)
        return lambda features: np.isin(features[:, KNN], part.features[:, KNN]).astype(np.float64)

    assert not crossed(asked, grow, seed=3).any()
    assert len(grown) == 3
    assert sum(len(part.features) for part in grown) == 2 * len(asked.features)
