from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.recommender.recommend import RecommendRequest, recommend
from credpath.recommender.what_if import WhatIf, at_levels, facts_at
from tests.recommender.worlds import after_skill, ask, goal_of, index_of, learner, needs, offer, teaches

SKILLS = ("excel", "python", "sql", "statistics")
URIS = tuple(f"urn:{label}" for label in SKILLS)
INDEX = index_of(
    {
        offer("excel-1"): teaches("excel"),
        offer("python-1"): teaches("python"),
        offer("python-2", prerequisites=needs("python-1"), level="advanced"): teaches("python", "statistics"),
        offer("sql-1"): teaches("sql", strength=0.7),
        offer("stats-1", preparation=after_skill("excel"), level="intermediate"): teaches("statistics"),
        offer("all-in-one", workload_hours=300.0): teaches(*SKILLS),
    }
)
GOAL = goal_of(*SKILLS, "writing")
REQUEST, ENROLLED = ask(GOAL, learner(writing=0.4)), ask(GOAL, learner(writing=0.4, in_progress=["sql-1", "excel-1"]))
EXTREMES = np.array([[0.9] * 4, [0.05] * 4])
LEVEL = st.sampled_from([0.0, 0.05, 0.3, 0.6, 0.83, 1.0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LEVEL, LEVEL, LEVEL, LEVEL), min_size=1, max_size=4), st.sampled_from([REQUEST, ENROLLED]))
def test_each_world_ranks_as_recommend_would(worlds: list[tuple[float, ...]], asked: RecommendRequest) -> None:
    what_if = WhatIf.of(INDEX, asked, URIS, facts_at(EXTREMES))
    scores = what_if.scores(facts_at(np.array(worlds)))
    for levels, row in zip(worlds, scores, strict=True):
        snapshot = at_levels(asked.snapshot, dict(zip(URIS, levels, strict=True)))
        answer = recommend(INDEX, ask(GOAL, snapshot))
        assert what_if.ids[int(row.argmax())] == answer.items[0].credential_id
        assert np.isclose(row.max(), answer.items[0].score)


def test_worlds_that_are_alike_score_alike_wherever_they_stand() -> None:
    what_if = WhatIf.of(INDEX, REQUEST, URIS, facts_at(EXTREMES))
    worlds = np.array([[0.83, 0.0, 0.0, 0.3], [0.0, 0.83, 0.0, 0.3], [0.83, 0.0, 0.0, 0.3]])
    scores = what_if.scores(facts_at(worlds))
    alone = np.concatenate([what_if.scores(facts_at(world[None])) for world in worlds])
    assert np.array_equal(scores, alone)
    assert not np.array_equal(scores[0], scores[1])


def test_a_skill_that_no_credential_touches_counts_in_the_gap_all_the_same() -> None:
    index = index_of({offer("sql-1"): teaches("sql")})
    request = ask(goal_of("sql", "writing"))
    scores = WhatIf.of(index, request, ("urn:writing",), facts_at(np.array([[0.9]]))).scores(
        facts_at(np.array([[0.0], [0.75]]))
    )
    assert scores[1, 0] > scores[0, 0]


def test_without_an_eligible_credential_there_are_no_columns() -> None:
    index = index_of({offer("sql-1", languages=("fr",)): teaches("sql")})
    request = ask(goal_of("sql"), languages=frozenset({"en"}))
    what_if = WhatIf.of(index, request, ("urn:sql",), facts_at(np.array([[0.9]])))
    assert what_if.ids == ()
    assert what_if.scores(facts_at(np.array([[0.1], [0.2]]))).shape == (2, 0)
