from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credpath.domain.catalogue import Preparation
from credpath.domain.learner import LearnerSnapshot
from credpath.domain.money import Money
from credpath.domain.paths import RecommendedItem
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.recommend import recommend
from tests.recommender.worlds import (
    SKILLS,
    FewSkills,
    after_skill,
    ask,
    goal_of,
    index_of,
    learner,
    needs,
    offer,
    stack,
    teaches,
)

NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.5})


def item(index: CatalogueIndex, credential_id: str, who: LearnerSnapshot | None = None, **more: Any) -> RecommendedItem:
    goal = more.pop("goal", goal_of("sql", "statistics"))
    items = recommend(index, ask(goal, who, limit=20, **more)).items
    return next(one for one in items if one.credential_id == credential_id)


def said(one: RecommendedItem, kind: str) -> list[str]:
    return [reason.sentence for reason in one.reasons if reason.kind == kind]


def test_the_gap_comes_first_with_its_share_its_skills_and_where_the_learner_stands() -> None:
    one = item(index_of({offer("a"): teaches("sql", "statistics")}), "a", learner(sql=0.1))
    assert one.reasons[0].sentence == (
        "Closes 66% of the gap to data analyst: statistics and sql (you show 0.10 of 0.75)."
    )
    assert one.reasons[0].amount == one.features["gap_share"]
    assert one.reasons[0].skill_uri == "urn:statistics"


def test_a_related_skill_is_said_to_be_close_and_an_inferred_one_to_be_inferred() -> None:
    index = index_of({offer("a"): teaches("excel"), offer("b"): teaches("sql", declared=False)}, skills=NEAR)
    assert "sql (by way of excel)" in said(item(index, "a"), "closes_gap")[0]
    assert "sql (inferred from its description)" in said(item(index, "b"), "closes_gap")[0]


def test_more_than_three_skills_are_counted() -> None:
    one = item(index_of({offer("a", workload_hours=90.0): teaches(*SKILLS)}), "a", goal=goal_of(*SKILLS))
    assert said(one, "closes_gap")[0].endswith("and 3 more skills.")


def test_unlocking_is_named_with_the_most_useful_first() -> None:
    index = index_of(
        {
            offer("a", title="Foundations"): (),
            offer("b", title="Capstone", prerequisites=needs("a")): teaches("sql"),
            offer("c", title="Extra", prerequisites=needs("a")): (),
        }
    )
    one = item(index, "a")
    assert one.reasons[0].sentence == "Unlocks Capstone and 1 more."
    assert one.reasons[0].amount == one.features["unlock_share"]
    assert one.unlocks == ("b", "c")


def test_what_unlocks_only_together_with_others_says_so() -> None:
    index = index_of(
        {offer("a"): (), offer("b"): (), offer("end", title="Capstone", prerequisites=needs("a", "b")): teaches("sql")}
    )
    one = item(index, "a")
    assert said(one, "unlocks") == ["Needed, with others, for Capstone."]
    assert one.unlocks == ()


def test_the_last_member_of_a_stack_unlocks_what_requires_the_stack() -> None:
    index = index_of(
        {
            offer("m1", stacks_into=("s",)): (),
            offer("m2", stacks_into=("s",)): (),
            offer("s", title="The whole", stack=stack()): (),
            offer("end", title="Capstone", prerequisites=needs("s")): teaches("sql"),
        }
    )
    one = item(index, "m2", learner(held=["m1"]))
    assert one.unlocks == ("end",)
    assert said(one, "unlocks") == ["Unlocks Capstone."]
    assert said(one, "stack") == ["Counts toward The whole: 2 of 2 after this."]


def test_preparation_is_ready_or_missing_and_never_guessed() -> None:
    pieces = (
        Preparation("excel", skill_uri="urn:excel"),
        Preparation("linear algebra", skill_uri="urn:python"),
        Preparation("Intro", credential_id="intro"),
        Preparation("curiosity"),
    )
    index = index_of({offer("a", preparation=pieces): teaches("sql"), offer("intro", title="First steps"): ()})
    one = item(index, "a", learner(excel=0.9))
    assert said(one, "ready") == ["You meet part of its preparation: excel."]
    assert said(one, "caution")[:3] == [
        "Assumes linear algebra, for which there is no evidence yet.",
        "Recommends First steps first, which you do not hold.",
        "Its record asks for: curiosity.",
    ]
    assert one.missing_prerequisites == ("linear algebra", "intro", "curiosity")


def test_preparation_that_is_all_there_is_said_to_be_met() -> None:
    one = item(index_of({offer("a", preparation=after_skill("excel")): teaches("sql")}), "a", learner(excel=0.9))
    assert said(one, "ready") == ["You already meet its preparation: excel."]
    assert one.missing_prerequisites == ()


def test_what_comes_before_something_better_says_so() -> None:
    soft = (Preparation("Intro", credential_id="intro"),)
    index = index_of(
        {offer("intro"): teaches("excel"), offer("later", title="Deep SQL", preparation=soft): teaches("sql")}
    )
    one = item(index, "intro", goal=goal_of("sql"))
    assert one.reasons[0].sentence == "Recommended before Deep SQL, which closes up to 100% of the gap."
    assert one.reasons[0].amount == one.features["prepares_share"]


def test_what_teaches_a_skill_that_something_better_assumes_says_so() -> None:
    later = offer("later", title="Deep SQL", preparation=after_skill("excel"))
    index = index_of({offer("intro"): teaches("excel"), later: teaches("sql")})
    assert said(item(index, "intro", goal=goal_of("sql")), "prepares") == [
        "Teaches excel, which Deep SQL assumes; that closes up to 100% of the gap."
    ]
    met = recommend(index, ask(goal_of("sql"), learner(excel=0.9)))
    assert [one.credential_id for one in met.items] == ["later"]


@pytest.mark.parametrize(
    ("facts", "kind", "sentence", "hours"),
    [
        ({"workload_hours": 16.0}, "effort", "16 hours, about 3 weeks at 6 h a week.", 16.0),
        ({"ects": 2.0, "workload_hours": None}, "effort",
         "About 50 hours (from 2 ECTS), about 8 weeks at 6 h a week.", 50.0),
        ({"duration_weeks": 4.0, "workload_hours": None}, "effort",
         "About 20 hours (from a duration of 4 weeks), about 3 weeks at 6 h a week.", 20.0),
        ({"workload_hours": None}, "caution",
         "Workload not stated; 25 hours are assumed for a micro credential, about 4 weeks at 6 h a week.", None),
    ],
)  # fmt: skip
def test_effort_says_what_is_stated_and_what_is_assumed(
    facts: dict[str, Any], kind: str, sentence: str, hours: float | None
) -> None:
    one = item(index_of({offer("a", **facts): teaches("sql")}), "a")
    assert sentence in said(one, kind)
    assert one.workload_hours == hours


def test_the_learners_own_hours_set_the_pace() -> None:
    one = item(index_of({offer("a", workload_hours=16.0): teaches("sql")}), "a", hours_per_week=16.0)
    assert said(one, "effort") == ["16 hours, about 1 week at 16 h a week."]


@pytest.mark.parametrize(
    ("cost", "budget", "kind", "sentence"),
    [
        (Money(0, "USD"), None, "cost", "Free."),
        (Money(49, "USD"), None, "cost", "Costs 49 USD."),
        (Money(49, "USD"), Money(100, "EUR"), "cost", "Costs 49 USD, within your budget of 100 EUR."),
        (None, None, "caution", "Price not stated."),
        (Money(300, "XOF"), None, "caution", "Costs 300 XOF, which no exchange rate here can compare."),
    ],
)
def test_cost_is_said_as_it_is_known(cost: Money | None, budget: Money | None, kind: str, sentence: str) -> None:
    one = item(index_of({offer("a", cost=cost): teaches("sql")}), "a", budget=budget)
    assert sentence in said(one, kind)


def test_a_rating_is_told_with_its_count_and_only_when_good_and_not_from_a_handful() -> None:
    index = index_of(
        {
            offer("a", rating=4.8, rating_count=12_304): teaches("sql"),
            offer("b", rating=4.9, rating_count=2): teaches("sql"),
            offer("c", rating=3.1, rating_count=900): teaches("sql"),
        }
    )
    assert said(item(index, "a"), "quality") == ["Rated 4.8 by 12,304 learners."]
    assert said(item(index, "b"), "quality") == said(item(index, "c"), "quality") == []


def test_likeness_to_the_goal_is_a_reason_when_there_is_some() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b"): ()}, vectors={"a": [0.6, 0.8], "b": [0.1, 0.99]})
    assert said(item(index, "a", vector=[1.0]), "goal_text") == [
        "Its description is close to data analyst (likeness 0.60 of 1)."
    ]
    assert item(index, "b", vector=[1.0]).reasons[0].sentence == (
        "Its description is the nearest to data analyst (likeness only 0.10 of 1)."
    )


def test_a_fallback_does_not_pretend_to_know_more() -> None:
    index = index_of({offer("a", learner_count=12_304): (), offer("b"): ()})
    assert item(index, "a", goal=goal_of(text="")).reasons[0].sentence == "Popular: 12,304 learners."
    assert item(index, "b", goal=goal_of(text="")).reasons[0].kind == "popular"


def test_too_hard_and_unstated_language_are_cautions() -> None:
    index = index_of({offer("a", level="advanced"): teaches("sql")})
    assert said(item(index, "a", languages=frozenset({"en"})), "caution")[-3:] == [
        "Its level is advanced, and little of its field is shown yet.",
        "Price not stated.",
        "Language not stated.",
    ]


def test_every_reason_is_one_sentence_with_a_finite_number() -> None:
    index = index_of({offer("a", stacks_into=("s",)): teaches("sql"), offer("s", stack=stack("n_of", 3)): ()})
    for one in recommend(index, ask(goal_of("sql"))).items:
        assert one.reasons
        assert all(not r.sentence[0].islower() and r.sentence.endswith(".") for r in one.reasons)
        assert all(isinstance(r.amount, float) and r.amount == r.amount for r in one.reasons)


def test_what_was_left_before_is_said_and_of_nothing_else() -> None:
    index = index_of({offer("a"): teaches("sql"), offer("b"): teaches("statistics")})
    who = replace(learner(), dropped=frozenset({"a"}))
    assert said(item(index, "a", who), "caution")[0] == "You have begun this before and left it."
    assert "You have begun this before and left it." not in said(item(index, "b", who), "caution")
