from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from credpath.domain.experiments import Arm, Experiment
from credpath.domain.learner import AssessmentResult, Award, Learner, Profile
from credpath.domain.money import Money
from credpath.domain.outcomes import Impression, Outcome
from credpath.domain.paths import Constraints
from credpath.errors import Conflict, NotFound
from credpath.recommender.exploration import Policy
from credpath.recommender.features import FEATURES
from credpath.recommender.learned import RANKER, save_learned
from credpath.service import learners
from credpath.service.asking import Ask
from credpath.service.catalogue import put_credential
from credpath.service.context import Context, Preferences
from credpath.service.opening import open_context
from credpath.service.outcomes import record_outcomes
from credpath.service.promotion import rollback
from credpath.service.recommending import recommend
from credpath.service.replaying import Replayer, replay
from credpath.service.serving import Serving
from credpath.store.credentials import load_catalogue
from credpath.store.impressions import get_impression, save_impression
from credpath.store.taxonomies import load_taxonomy
from tests.recommender.learned_worlds import follows, ranker_that_likes
from training.publishing import Decision, publish_learned

TENANT = "default"


def exploring(context: Context, epsilon: float = 0.2) -> Context:
    policy = Policy(name="epsilon-greedy", epsilon=epsilon)
    return replace(context, preferences=Preferences(policy=policy, exchange_rates={"USD": 1.0, "EUR": 0.9}))


def goals_of(context: Context) -> list[str]:
    with context.database.read() as connection:
        taxonomy = load_taxonomy(connection, "public")
    assert taxonomy is not None
    return sorted(o.label for o in taxonomy.occupations)


def ids_of(context: Context) -> list[str]:
    with context.database.read() as connection:
        return [c.credential_id for c in load_catalogue(connection, TENANT)]


def live(context: Context, dice: random.Random, learner_id: str, world: Sequence[list[str]]) -> None:
    """A learner with a profile, awards, assessments and outcomes of every kind. `world`: goals, credentials, skills."""
    goals, ids, skills = world
    profile = Profile(
        goal=dice.choice(goals),
        declared_skills=tuple(dice.sample(skills, dice.randint(0, 3))),
        languages=dice.choice([(), ("en",), ("en", "fr")]),
        hours_per_week=dice.choice([None, 3.0, 12.5]),
        budget=dice.choice([None, Money(200, "EUR"), Money(45.5, "USD")]),
    )
    now = context.clock()
    learners.put_learner(context, TENANT, Learner(learner_id, profile))
    for credential_id in dice.sample(ids, dice.randint(0, 3)):
        learners.add_award(context, TENANT, Award(learner_id, credential_id, now - timedelta(days=dice.randint(1, 99))))
    results = [
        AssessmentResult(learner_id, skill, round(dice.random(), 3), now - timedelta(days=dice.randint(1, 900)))
        for skill in dice.sample(skills, dice.randint(0, 4))
    ]
    if results:
        learners.add_assessments(context, TENANT, learner_id, results)
    record_outcomes(context, TENANT, [
        Outcome(f"{learner_id}-{at}", learner_id, credential_id, kind, now - timedelta(days=dice.randint(1, 50)))
        for at, (credential_id, kind) in enumerate(zip(
            dice.sample(ids, 4), ("clicked", "enrolled", "completed", "dismissed"), strict=True
        ))
    ])  # fmt: skip


def an_ask(dice: random.Random, people: Sequence[str], goals: Sequence[str], ids: Sequence[str]) -> Ask:
    """A stored learner, a profile sent along, or nobody; any goal, any limits."""
    limits = Constraints(
        languages=dice.choice([frozenset(), frozenset({"en"})]),
        budget=dice.choice([None, None, Money(99.9, "EUR")]),
        hours_per_week=dice.choice([None, 4.0]),
        excluded=frozenset(dice.sample(ids, dice.choice([0, 2]))),
    )
    goal = dice.choice([*goals, "", "zxqv wubble frotz", "something with people"])
    if dice.random() < 0.6:
        return Ask(learner_id=dice.choice(people), goal_text=goal, constraints=limits, limit=dice.randint(1, 12))
    profile = dice.choice([None, Profile(goal=goal, hours_per_week=7.0, country="DE")])
    held = tuple(dice.sample(ids, dice.randint(0, 4)))
    return Ask(profile=profile, awards=held, goal_text=goal, constraints=limits, limit=dice.randint(1, 12))


def logged(context: Context, impression_id: str) -> Impression:
    with context.database.read() as connection:
        found = get_impression(connection, TENANT, impression_id)
    assert found is not None
    return found


@pytest.mark.parametrize("decisions", [100, pytest.param(1_000, marks=pytest.mark.slow)])
def test_logged_decisions_replay_byte_for_byte(sample: Context, decisions: int) -> None:
    dice, ids, goals = random.Random(7), ids_of(sample), goals_of(sample)
    skills = list(sample.serving.taxonomy(TENANT).skills.labels[:40])
    people = [f"learner-{number}" for number in range(12)]
    for learner_id in people:
        live(sample, dice, learner_id, (goals, ids, skills))
    serving = exploring(sample)
    shown = [recommend(serving, TENANT, an_ask(dice, people, goals, ids)) for _ in range(decisions)]
    replayer = Replayer(sample, TENANT)  # without the preferences that were in force: they are in the log
    differing = [(a.impression_id, r.differences) for a in shown if not (r := replayer.replay(a.impression_id)).same]
    assert differing == []
    assert {answer.propensity for answer in shown} > {1.0}, "some decisions explored"
    assert any(logged(sample, a.impression_id).state["mastery"] for a in shown)
    assert any(logged(sample, a.impression_id).history for a in shown)


def test_what_is_learnt_of_the_learner_afterwards_has_no_part_in_a_replay(sample: Context) -> None:
    learners.put_learner(sample, TENANT, Learner("ada", Profile(goal="data analyst")))
    answer = recommend(sample, TENANT, Ask(learner_id="ada"))
    first = answer.items[0].credential_id
    record_outcomes(sample, TENANT, [Outcome("o1", "ada", first, "completed", sample.clock(), 1.0)])
    learners.put_learner(sample, TENANT, Learner("ada", Profile(goal="nurse", budget=Money(1, "USD"))))
    assert replay(sample, TENANT, answer.impression_id).same


def test_decisions_made_between_edits_of_the_catalogue_replay_while_it_stays_as_it_was(sample: Context) -> None:
    with sample.database.read() as connection:
        one, other, *_ = load_catalogue(connection, TENANT)
    put_credential(sample, TENANT, replace(one, title=f"{one.title} for data analysts"))
    recommend(sample, TENANT, Ask(goal_text="data analyst"))
    put_credential(sample, TENANT, replace(other, title=f"{other.title} with SQL"))
    answer = recommend(sample, TENANT, Ask(goal_text="data analyst", limit=20))
    record_outcomes(sample, TENANT, [Outcome("o1", "ada", one.credential_id, "completed", sample.clock())])
    assert Replayer(sample, TENANT).replay(answer.impression_id).same, "indexed anew, in one go, popularity unmoved"
    put_credential(sample, TENANT, one)
    with pytest.raises(Conflict, match="catalogue"):
        replay(sample, TENANT, answer.impression_id)
    put_credential(sample, TENANT, other)
    back = recommend(sample, TENANT, Ask(goal_text="data analyst", limit=20))
    assert replay(sample, TENANT, back.impression_id).same, "back at the bundle's own catalogue"


def test_without_its_bundle_a_decision_cannot_be_replayed(sample: Context) -> None:
    answer = recommend(sample, TENANT, Ask(goal_text="data analyst"))
    gone = replace(logged(sample, answer.impression_id), impression_id="other", bundle_version="20200101T000000Z-none")
    with sample.database.write() as connection:
        save_impression(connection, TENANT, gone)
    with pytest.raises(NotFound, match="not here any more"):
        replay(sample, TENANT, "other")


def test_an_impression_without_its_state_says_that_it_is_older(sample: Context) -> None:
    answer = recommend(sample, TENANT, Ask(goal_text="data analyst"))
    with sample.database.write() as connection:
        save_impression(
            connection, TENANT, replace(logged(sample, answer.impression_id), impression_id="old", state={})
        )
    with pytest.raises(Conflict, match="earlier version"):
        replay(sample, TENANT, "old")


def test_a_bundle_that_serves_no_longer_is_loaded_for_the_replay(sample: Context) -> None:
    answer = recommend(sample, TENANT, Ask(goal_text="data analyst"))
    idle = Serving(sample.serving.models, sample.database)
    assert not idle.ready
    assert Replayer(replace(sample, serving=idle), TENANT).replay(answer.impression_id).same


def test_nobody_elses_decisions_are_replayed(sample: Context) -> None:
    answer = recommend(sample, TENANT, Ask(goal_text="data analyst"))
    with pytest.raises(NotFound):
        replay(sample, "another", answer.impression_id)


def test_what_is_logged_of_the_learner_holds_none_of_their_words(sample: Context) -> None:
    said = Profile(goal="data analyst", declared_skills=("SQL", "my private words"))
    state = logged(sample, recommend(sample, TENANT, Ask(profile=said)).impression_id).state
    assert "SQL" not in str(state["profile"])
    assert "my private words" not in str(state)


@pytest.fixture
def learned(sample_home: Path, tmp_path: Path) -> Iterator[Context]:
    """The sample with a ranker and with models of what follows what, in a bundle that nobody else serves."""
    shutil.copytree(sample_home, tmp_path / "home")
    context = open_context(f"sqlite:///{tmp_path / 'home' / 'credpath.db'}", tmp_path / "home" / "models")
    ids = ids_of(context)
    after = {one: {ids[(at * 7 + step) % len(ids)]: 1.0 / step for step in (1, 2, 3)} for at, one in enumerate(ids)}
    save_learned(tmp_path / "model", {"tenant": TENANT, "verdict": "promote"}, follows(after))
    ranker_that_likes(tmp_path / "model" / RANKER, popularity=-2.0, gap_share=1.0, follow_ease=3.0)
    publish_learned(context, TENANT, tmp_path / "model", Decision(True, "test", "promote"))
    context.serving.check()
    yield context
    context.close()


def test_what_a_learned_bundle_answered_replays_after_another_has_taken_its_place(learned: Context) -> None:
    dice, ids, goals = random.Random(3), ids_of(learned), goals_of(learned)
    skills = list(learned.serving.taxonomy(TENANT).skills.labels[:40])
    people = [f"learner-{number}" for number in range(4)]
    for learner_id in people:
        live(learned, dice, learner_id, (goals, ids, skills))
    halves = (Experiment("half", (Arm("plain", 0.5, "rules"), Arm("new", 0.5))),)
    exploring = replace(learned, preferences=Preferences(policy=Policy("softmax", 0.2, floor=0.0), experiments=halves))
    shown = [recommend(exploring, TENANT, an_ask(dice, people, goals, ids)) for _ in range(60)]
    rollback(learned, "test", reason="for the replay")
    learned.serving.check()
    assert learned.serving.bundle.version != shown[0].bundle_version
    replayer = Replayer(learned, TENANT)
    assert [a.impression_id for a in shown if not replayer.replay(a.impression_id).same] == []
    assert {answer.policy for answer in shown} == {"softmax", "softmax/lambdarank"}
    follow = [name for name in FEATURES if name.startswith("follow_ease")]
    features = [logged(learned, answer.impression_id) for answer in shown]
    matrix = np.concatenate([np.frombuffer(i.features, "<f4").reshape(-1, len(FEATURES)) for i in features])
    assert matrix[:, FEATURES.index(follow[0])].any(), "the learned columns are part of what was compared"
