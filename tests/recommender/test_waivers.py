from __future__ import annotations

import pytest

from credpath.domain.learner import LearnerSnapshot
from credpath.domain.mastery import Mastery
from credpath.domain.paths import Waiver
from credpath.recommender.catalogue_index import CatalogueIndex
from credpath.recommender.planning import plan
from credpath.recommender.recommend import recommend
from credpath.recommender.waivers import WAIVED_FROM
from tests.recommender.worlds import ask, goal_of, ids, index_of, learner, needs, offer, teaches

GOAL = goal_of("statistics")


def two() -> CatalogueIndex:
    return index_of(
        {
            offer("basics", title="Basics"): teaches("sql", "excel"),
            offer("later", prerequisites=needs("basics")): teaches("statistics"),
        }
    )


def showing(evidence: float, **levels: float) -> LearnerSnapshot:
    state = {
        f"urn:{skill}": Mastery(f"urn:{skill}", evidence * level, evidence * (1 - level))
        for skill, level in levels.items()
    }
    return LearnerSnapshot("l1", learner().profile, mastery=state)


def test_a_prerequisite_is_waived_when_all_that_it_teaches_is_surely_mastered() -> None:
    who = showing(60.0, sql=0.95, excel=0.9)
    (step,) = plan(two(), ask(GOAL, who)).steps
    low = who.mastery["urn:excel"].interval[0]
    assert low >= WAIVED_FROM
    assert step.credential_id == "later"
    assert step.waivers == (Waiver("basics", "urn:excel", low),)
    said = f"Basics is not needed first: what it teaches is shown, at least {low:.2f} of each skill."
    assert said in [reason.sentence for reason in step.reasons]


def test_a_recommendation_knows_of_the_waiver_too() -> None:
    answer = recommend(two(), ask(GOAL, showing(60.0, sql=0.95, excel=0.9)))
    assert ids(answer.items)[0] == "later"
    assert any("is not needed first" in reason.sentence for reason in answer.items[0].reasons)


@pytest.mark.parametrize(
    "who", [showing(60.0, sql=0.95), showing(3.0, sql=0.95, excel=0.95), learner(sql=0.6, excel=0.6)]
)
def test_one_skill_short_or_too_little_evidence_waives_nothing(who: LearnerSnapshot) -> None:
    done = plan(two(), ask(GOAL, who))
    assert ids(done.steps) == ["basics", "later"]
    assert all(step.waivers == () for step in done.steps)


def test_a_prerequisite_that_teaches_nothing_known_is_never_waived() -> None:
    index = index_of({offer("key"): (), offer("later", prerequisites=needs("key")): teaches("statistics")})
    assert ids(plan(index, ask(GOAL, showing(60.0, sql=0.95))).steps) == ["key", "later"]


def test_what_is_held_needs_no_waiver() -> None:
    who = LearnerSnapshot(
        "l1", learner().profile, frozenset({"basics"}), mastery=showing(60.0, sql=0.95, excel=0.95).mastery
    )
    (step,) = plan(two(), ask(GOAL, who)).steps
    assert step.waivers == ()
