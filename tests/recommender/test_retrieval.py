from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from credpath.domain.goals import CareerGoal
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.recommend import Considered, consider
from credpath.recommender.retrieval import MAX_WITHOUT_LEARNED, RETRIEVERS
from credpath.recommender.standing import stand
from tests.recommender.worlds import ask, goal_of, index_of, learner, needs, offer, teaches
from training.synthetic_catalogue import make_catalogue, make_goal, make_skills, make_snapshot


def look(index: CatalogueIndex, goal: CareerGoal, **more: Any) -> Considered:
    request = ask(goal, **more)
    return consider(index, request, stand(index, request.snapshot), request.constraints, request.today)


def found(index: CatalogueIndex, goal: CareerGoal, **more: Any) -> dict[str, set[str]]:
    """credential -> the retrievers that found it."""
    candidates = look(index, goal, **more).situation.candidates
    return {
        index.ids[row]: {name for name, rank in zip(RETRIEVERS, ranks, strict=True) if rank > 0}
        for row, ranks in zip(candidates.rows.tolist(), candidates.ranks.tolist(), strict=True)
    }


def test_each_retriever_finds_its_own() -> None:
    index = index_of(
        {
            offer("closes", learner_count=10): teaches("sql"),
            offer("opens"): (),
            offer("locked", prerequisites=needs("opens")): teaches("statistics"),
            offer("alike"): (),
            offer("neither"): (),
        },
        vectors={"alike": [1.0], "neither": [0.0, 1.0]},
    )
    assert found(index, goal_of("sql", "statistics"), vector=[1.0]) == {
        "closes": {"gap", "pace", "popular"},
        "opens": {"unlock"},
        "alike": {"goal_text"},
    }


def test_a_goal_of_words_alone_is_found_by_its_text() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b"): ()}, vectors={"a": [0.6, 0.8], "b": [1.0]})
    assert found(index, goal_of(), vector=[1.0]) == {"a": {"goal_text"}, "b": {"goal_text"}}


def test_the_filters_hold_inside_the_search_for_text() -> None:
    many = {offer(f"x{n:03d}"): () for n in range(100)}
    vectors = {c.credential_id: [1.0] for c in many} | {"fits": [0.1, 0.99]}
    index = index_of({**many, offer("fits"): ()}, vectors=vectors)
    others = frozenset(c.credential_id for c in many)
    assert found(index, goal_of(), vector=[1.0], excluded=others) == {"fits": {"goal_text"}}


def test_when_no_retriever_finds_anything_the_popular_ones_that_fit_are_taken_and_marked() -> None:
    index = index_of({offer("a", languages=("de",), learner_count=10**6): (), offer("b", learner_count=5): ()})
    considered = look(index, goal_of(), languages=frozenset({"en"}))
    assert considered.situation.candidates.degraded
    assert considered.situation.candidates.rows.tolist() == [1]


def test_what_the_logs_say_follows_is_a_retriever_of_its_own() -> None:
    index = index_of({offer("a"): (), offer("b"): (), offer("c"): teaches("sql")})
    request = ask(goal_of("sql"))
    follows = np.array([0.0, 0.7, 0.0], dtype=np.float32)
    with_logs = replace(request, co_completion=follows)
    considered = consider(index, with_logs, stand(index, learner()), with_logs.constraints, with_logs.today)
    assert considered.situation.candidates.rows.tolist() == [1, 2]


def test_of_many_the_best_by_every_retriever_stay_within_the_limit() -> None:
    skills = make_skills(300, seed=1)
    made = make_catalogue(3_000, skills, seed=1, dimensions=8)
    index = CatalogueIndex.build(made.credentials, made.links, made.vectors, skills, "v")
    follows = np.random.default_rng(5).random(3_000, dtype=np.float32)
    request = ask(make_goal(skills, 3), make_snapshot(made), vector=made.centres[3].tolist())
    request = replace(request, co_completion=follows)
    considered = consider(index, request, stand(index, request.snapshot), request.constraints, request.today)
    s, candidates = considered.situation, considered.situation.candidates
    assert len(candidates.rows) == MAX_WITHOUT_LEARNED
    assert np.all(np.diff(candidates.rows) > 0)
    assert s.eligibility.eligible[candidates.rows].all()
    best = np.where(s.eligibility.eligible, s.closed.of_row, -1.0).argmax()
    assert best in candidates.rows
    assert ((candidates.ranks == 1.0).sum(axis=0) <= 1).all()
