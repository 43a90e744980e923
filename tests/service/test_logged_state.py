from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from credpath.domain.goals import CareerGoal
from credpath.domain.learner import LearnerSnapshot, Profile
from credpath.domain.mastery import Evidence, estimates_of
from credpath.domain.money import Money
from credpath.domain.outcomes import Impression
from credpath.domain.paths import Constraints
from credpath.recommender.exploration import Policy
from credpath.recommender.recommend import RecommendRequest
from credpath.service.logged_state import request_of, state_of, used_learned

SEEN = datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)
GOAL = CareerGoal("data analyst", "job:analyst", "Data analyst", 0.83)
EVIDENCE = (
    Evidence("e1", "skill:sql", "assessment", 1 / 3, SEEN, "exam", 0.7),
    Evidence("e2", "skill:sql", "self_declared", 1.0, SEEN, "my own words"),
    Evidence("e3", "skill:r", "award", 0.1 + 0.2, SEEN, "c1"),
)
ASKED = RecommendRequest(
    snapshot=LearnerSnapshot(
        "ada",
        Profile("secret goal", ("secret skill",), ("en", "fr"), "FR", 6.5, Money(300, "EUR")),
        held=frozenset({"c1"}),
        in_progress=frozenset({"c2"}),
        dismissed=frozenset({"c3"}),
        mastery=estimates_of(EVIDENCE),
        history=("c1", "c2"),
    ),
    goal=GOAL,
    goal_vector=None,
    constraints=Constraints(
        frozenset({"en"}),
        "FR",
        Money(99.9, "USD"),
        4.0,
        12.0,
        frozenset({"c9"}),
        frozenset({"online"}),
        accredited=True,
        awarding_bodies=frozenset({"College"}),
        starts_on=date(2026, 6, 1),
        deadline=date(2027, 1, 1),
    ),
    limit=7,
    seed=2**63 - 1,
    today=date(2026, 5, 2),
    policy=Policy("epsilon-greedy", 0.1),
    rates={"USD": 1.0, "EUR": 0.93},
    planned="c4",
)


def logged(asked: RecommendRequest, *, learned: bool = True) -> Impression:
    state = json.loads(json.dumps(state_of(asked, learned=learned)))
    return Impression(
        "i1", SEEN, asked.snapshot.learner_id, "", "", (), (), (), b"", (), "p", 1.0, asked.seed, "b", "v",
        history=asked.snapshot.history, state=state,
    )  # fmt: skip


def test_the_request_comes_back_but_for_the_learners_own_words() -> None:
    found = request_of(logged(ASKED), GOAL, None)
    assert replace(found, snapshot=ASKED.snapshot) == ASKED
    kept, given = found.snapshot, ASKED.snapshot
    assert kept.profile == replace(given.profile, goal="", declared_skills=())
    assert replace(kept, profile=given.profile, mastery=given.mastery) == given


def test_mastery_comes_back_to_the_last_bit_with_the_weight_and_date_of_each_piece_of_evidence() -> None:
    found = request_of(logged(ASKED), GOAL, None).snapshot.mastery
    for uri, known in ASKED.snapshot.mastery.items():
        assert (found[uri].held, found[uri].missing, found[uri].updated_at) == (
            known.held, known.missing, known.updated_at
        )  # fmt: skip
        pieces = [(e.kind, e.score, e.at, e.share) for e in known.evidence]
        assert [(e.kind, e.score, e.at, e.share) for e in found[uri].evidence] == pieces


def test_nothing_said_stays_nothing_said() -> None:
    bare = RecommendRequest(LearnerSnapshot(), CareerGoal(""), None, Constraints(), 5, 0, date(2026, 1, 1))
    assert request_of(logged(bare), CareerGoal(""), None) == bare


def test_the_words_of_the_learner_are_not_kept() -> None:
    text = json.dumps(state_of(ASKED, learned=False))
    assert "secret" not in text
    assert "my own words" not in text


def test_who_is_in_the_arm_of_the_rules_is_replayed_by_the_rules() -> None:
    assert used_learned(logged(ASKED))
    assert not used_learned(logged(ASKED, learned=False))
    assert not used_learned(replace(logged(ASKED), state={}))
