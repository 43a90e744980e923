from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import Profile
from credpath.domain.money import Money
from credpath.domain.outcomes import Impression
from credpath.domain.paths import RecommendedItem, StackProgress
from credpath.domain.sayings import Saying
from credpath.recommender.wording import reason
from credpath.service.asking import Ask
from credpath.service.shown import digest_of, items_shown, shown
from tests.store.samples import an_impression

GAP = reason(
    "closes_gap", "Closes {share:percent} of the gap to {goal}: {skills:list4}.", 0.2, "urn:sql",
    share=0.2, goal=Saying("your goal"), skills=("SQL",),
)  # fmt: skip
ITEM = RecommendedItem(
    "a", 1, 0.5, 0.2, (GAP, reason("cost", "Costs {cost:money}.", 49.0, cost=Money(49, "EUR"))), (), ("b",), 16.0,
    Money(49, "EUR"), 7, (StackProgress("s", "The whole", "ECTS", 1.0, 2.0, 3.0),), 0.5, (0.4, 0.6), {"f": 1.0},
)  # fmt: skip


def logged(record: dict[str, object]) -> Impression:
    return replace(
        an_impression(), candidates=("a",), slate=("a",), feature_names=("f",),
        features=np.array([[1.0]], dtype="<f4").tobytes(), answer=record,
    )  # fmt: skip


def test_reasons_are_kept_as_their_english_sentences_alone() -> None:
    record = shown([ITEM], CareerGoal("data analyst"), Ask(goal_text="data analyst"))
    (kept,) = record["items"]
    assert kept["reasons"] == [
        {"kind": "closes_gap", "sentence": "Closes 20% of the gap to your goal: SQL.", "amount": 0.2,
         "skill_uri": "urn:sql"},
        {"kind": "cost", "sentence": "Costs 49 EUR.", "amount": 49.0, "skill_uri": ""},
    ]  # fmt: skip
    assert kept["features"] == {}


def test_what_was_shown_reads_back_as_it_was() -> None:
    record = shown([ITEM], CareerGoal("data analyst"), Ask(goal_text="data analyst"))
    assert items_shown(logged(record)) == (ITEM,)


@dataclass(frozen=True, slots=True)
class AskOfTomorrow(Ask):
    colour: str = ""


def test_a_field_that_an_upgrade_adds_leaves_a_repeated_call_the_same_question() -> None:
    asked = {"goal_text": "data analyst", "profile": Profile(declared_skills=("SQL",), hours_per_week=4.0), "limit": 3}
    assert digest_of(Ask(**asked)) == digest_of(AskOfTomorrow(**asked))
    assert digest_of(Ask(**asked)) != digest_of(AskOfTomorrow(**asked, colour="red"))
    others = (asked | {"limit": 4}, asked | {"profile": Profile(declared_skills=("SQL",))}, asked | {"seed": 1})
    assert len({digest_of(Ask(**one)) for one in (asked, *others)}) == 4
