from __future__ import annotations

from credpath.recommender.recommend import recommend
from tests.recommender.worlds import ask, goal_of, ids, index_of, offer, teaches


def test_the_same_title_from_two_bodies_does_not_fill_the_slate() -> None:
    same = {offer(f"sql{n}", title="SQL for Data", awarding_body=f"B{n}"): teaches("sql") for n in range(5)}
    index = index_of({**same, offer("other", workload_hours=60.0): teaches("statistics", strength=0.3)})
    slate = ids(recommend(index, ask(goal_of("sql", "statistics"), limit=3)).items)
    assert slate[1] == "other"
    assert len(slate) == 3


def test_alternatives_that_close_another_part_of_the_gap_come_before_more_of_the_same() -> None:
    index = index_of(
        {
            offer("a", title="Queries one"): teaches("sql"),
            offer("b", title="Queries two"): teaches("sql", strength=0.98),
            offer("c", title="Numbers"): teaches("statistics", strength=0.9),
        },
        vectors={"a": [1.0], "b": [0.99, 0.14], "c": [0.0, 1.0]},
    )
    assert ids(recommend(index, ask(goal_of("sql", "statistics"))).items) == ["a", "c", "b"]


def test_the_first_place_is_never_changed_for_the_sake_of_variety() -> None:
    index = index_of({offer("best"): teaches("sql", "excel"), offer("next"): teaches("sql")})
    answer = recommend(index, ask(goal_of("sql", "excel")))
    best = max(zip(answer.scores, answer.candidates, strict=True))[1]
    assert answer.items[0].credential_id == best == "best"


def test_no_credential_stands_twice_and_ranks_count_up() -> None:
    index = index_of({offer(f"c{n}", title="One title"): teaches("sql") for n in range(7)})
    items = recommend(index, ask(goal_of("sql"), limit=7)).items
    assert sorted(ids(items)) == [f"c{n}" for n in range(7)]
    assert [item.rank for item in items] == [1, 2, 3, 4, 5, 6, 7]
