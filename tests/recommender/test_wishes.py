from __future__ import annotations

from typing import Any

import pytest

from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.recommend import recommend
from credpath.recommender.wishes import body_name, participation_form
from tests.recommender.worlds import ask, goal_of, ids, index_of, offer, teaches

GOAL = goal_of("sql")


def offers() -> CatalogueIndex:
    return index_of(
        {
            offer(
                "at-home", participation="Online, self-paced", awarding_body="Aber  University", quality_assurance=""
            ): teaches("sql"),
            offer("in-town", participation="on-site", quality_assurance="external review"): teaches("sql"),
            offer("mixed", participation="hybrid", awarding_body="ABER University", quality_assurance=""): teaches(
                "sql"
            ),
            offer("silent", quality_assurance=" "): teaches("sql"),
        }
    )


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("online", "online"), ("Fully remote", "online"), ("E-learning", "online"), ("onsite", "on site"),
        ("In person", "on site"), ("On-site or online", "blended"), ("blended", "blended"), ("By  Post", "by post"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_usual_ways_to_state_participation_mean_the_same(text: str, form: str) -> None:
    assert participation_form(text) == form


def test_names_of_bodies_are_compared_without_case_and_spaces() -> None:
    assert body_name(" ABER  university ") == body_name("Aber University")


@pytest.mark.parametrize(
    ("wish", "left", "counts"),
    [
        ({"participation": frozenset({"online"})}, {"at-home", "silent"}, {"participation": 2}),
        ({"participation": frozenset({"blended", "on site"})}, {"in-town", "mixed", "silent"}, {"participation": 1}),
        ({"accredited": True}, {"in-town"}, {"accredited": 3}),
        ({"awarding_bodies": frozenset({"aber university"})}, {"at-home", "mixed"}, {"awarding_body": 2}),
        ({"awarding_bodies": frozenset({"nobody"})}, set(), {"awarding_body": 4}),
    ],
)
def test_a_wish_filters_recommendations_and_is_counted(
    wish: dict[str, Any], left: set[str], counts: dict[str, int]
) -> None:
    answer = recommend(offers(), ask(GOAL, **wish))
    assert set(ids(answer.items)) == left
    assert answer.filters == counts
