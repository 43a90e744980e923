from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from credpath.domain.experiments import Arm, Experiment
from credpath.domain.learner import Learner, Profile
from credpath.recommender.exploration import Policy
from credpath.recommender.learned import RANKER, save_learned
from credpath.service.asking import Ask, understand
from credpath.service.context import Context
from credpath.service.explaining import explain
from credpath.service.health import readiness
from credpath.service.learners import put_learner
from credpath.service.opening import open_context
from credpath.service.planning_paths import plan_paths
from credpath.service.promotion import rollback
from credpath.service.recommending import recommend
from credpath.store.impressions import get_impression
from tests.recommender.learned_worlds import ranker_that_likes
from training.publishing import Decision, publish_beside, publish_learned

TENANT = "default"
ANALYST = Ask(goal_text="data analyst")
PROMOTED = Decision(True, "test", "promote")


def learned_folder(folder: Path, *, names: str = "") -> Path:
    """A model that likes what few like; `names`: a feature that it claims to read."""
    save_learned(folder, {"tenant": TENANT, "verdict": "promote"})
    ranker_that_likes(folder / RANKER, popularity=-3.0, gap_share=0.2)
    if names:
        facts = json.loads((folder / RANKER / "forest.json").read_text())
        facts["names"][0] = names
        (folder / RANKER / "forest.json").write_text(json.dumps(facts))
    return folder


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample installation that serves a learned ranker to its tenant."""
    made = tmp_path_factory.mktemp("learned") / "home"
    shutil.copytree(sample_home, made)
    context = open_context(f"sqlite:///{made / 'credpath.db'}", made / "models")
    publish_learned(context, TENANT, learned_folder(made.parent / "model"), PROMOTED)
    context.close()
    return made


@pytest.fixture
def serving(home: Path, tmp_path: Path) -> Iterator[Context]:
    shutil.copy(home / "credpath.db", tmp_path / "credpath.db")
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", home / "models")
    yield context
    context.close()


def preferring(context: Context, **more: object) -> Context:
    return replace(context, preferences=replace(context.preferences, **more))  # type: ignore[arg-type]


def test_the_learned_ranker_serves_its_tenant_and_is_logged_with_the_answer(serving: Context, reading: Context) -> None:
    answer = recommend(serving, TENANT, ANALYST)
    assert answer.policy == "greedy/lambdarank"
    assert not answer.degraded
    assert answer.items != recommend(reading, TENANT, ANALYST).items
    with serving.database.read() as connection:
        logged = get_impression(connection, TENANT, answer.impression_id)
    assert logged is not None
    assert (logged.policy, logged.experiment, logged.state["learned"]) == ("greedy/lambdarank", "", True)


def test_no_other_tenant_is_served_by_it(serving: Context) -> None:
    assert serving.serving.bundle.learned.keys() == {TENANT}
    assert understand(serving, TENANT, ANALYST).learned is not None
    assert serving.serving.bundle.learned.get("other") is None


def test_an_explanation_replays_the_learned_scores(serving: Context) -> None:
    answer = recommend(serving, TENANT, ANALYST)
    explanation = explain(serving, TENANT, answer.impression_id)
    assert explanation.replayed
    base = serving.serving.bundle.learned[TENANT].ranker.base  # type: ignore[union-attr]
    for item in answer.items:
        parts = explanation.contributions[item.credential_id]
        assert sum(part.contribution for part in parts) + base == pytest.approx(item.score, abs=1e-4)


def test_an_earlier_bundle_is_still_explained_after_a_rollback(home: Path, tmp_path: Path) -> None:
    shutil.copy(home / "credpath.db", tmp_path / "credpath.db")
    models = shutil.copytree(home / "models", tmp_path / "models", copy_function=os.link)
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", models)
    answer = recommend(context, TENANT, ANALYST)
    before = explain(context, TENANT, answer.impression_id)
    rollback(context, "ada")
    assert TENANT not in context.serving.bundle.learned
    assert explain(context, TENANT, answer.impression_id) == before
    shutil.rmtree(models / answer.bundle_version)
    gone = explain(context, TENANT, answer.impression_id)
    assert (gone.replayed, gone.contributions) == (False, {})
    context.close()


def test_a_path_begins_where_the_recommendation_does(serving: Context) -> None:
    path = plan_paths(serving, TENANT, ANALYST).paths[0]
    assert path.steps[0].credential_id == recommend(serving, TENANT, ANALYST).items[0].credential_id


def test_a_learner_in_the_arm_of_the_rules_is_served_by_the_rules_and_told_so(
    serving: Context, reading: Context
) -> None:
    put_learner(serving, TENANT, Learner("ada", Profile(goal="data analyst")))
    by_rules = preferring(serving, experiments=(Experiment("t1", (Arm("plain", 1.0, "rules"),)),))
    ask = Ask(learner_id="ada")
    answer = recommend(by_rules, TENANT, ask)
    assert (answer.policy, answer.experiment) == ("greedy", "t1/plain")
    assert [i.credential_id for i in answer.items] == [
        i.credential_id for i in recommend(reading, TENANT, ANALYST).items
    ]
    again = recommend(by_rules, TENANT, replace(ask, idempotency_key="k"))
    assert recommend(by_rules, TENANT, replace(ask, idempotency_key="k")).experiment == again.experiment == "t1/plain"
    with serving.database.read() as connection:
        logged = get_impression(connection, TENANT, answer.impression_id)
    assert logged is not None
    assert (logged.experiment, logged.state["learned"]) == ("t1/plain", False)
    elsewhere = preferring(serving, experiments=(Experiment("t1", (Arm("plain", 1.0, "rules"),), frozenset({"x"})),))
    assert recommend(elsewhere, TENANT, ask).experiment == ""


def test_exploration_is_off_but_for_the_tenant_that_turned_it_on(serving: Context) -> None:
    exploring = preferring(serving, policies={TENANT: Policy("epsilon-greedy", epsilon=0.2, floor=0.0)})
    drawn = [recommend(exploring, TENANT, replace(ANALYST, seed=seed)) for seed in range(40)]
    assert len({answer.items[0].credential_id for answer in drawn}) > 1
    assert {answer.policy for answer in drawn} == {"epsilon-greedy/lambdarank"}
    assert all(0 < answer.propensity < 1 for answer in drawn)
    first = drawn[0]
    again = recommend(exploring, TENANT, replace(ANALYST, seed=0))
    assert (again.items, again.propensity) == (first.items, first.propensity)
    off = preferring(serving, policies={"other": Policy("epsilon-greedy", epsilon=0.2)})
    assert recommend(off, TENANT, replace(ANALYST, seed=3)).propensity == 1.0


def test_a_ranker_that_cannot_serve_here_leaves_the_rules_and_says_so(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "home")
    context = open_context(f"sqlite:///{tmp_path / 'home' / 'credpath.db'}", tmp_path / "home" / "models")
    # As if another release had published it: this one's publishing would refuse.
    foreign = learned_folder(tmp_path / "model", names="of_the_future")
    publish_beside(context.serving.models, TENANT, foreign, PROMOTED, at=context.clock(), golden=lambda _: ())
    context.serving.check()
    found = readiness(context)
    assert found.ready
    assert any("of_the_future" in reason for reason in found.reasons)
    answer = recommend(context, TENANT, ANALYST)
    assert (answer.policy, answer.degraded) == ("greedy", True)
    assert answer.items
    context.close()


def test_a_stateless_profile_brings_its_awards_as_a_history_in_the_order_given(reading: Context) -> None:
    held = [c.credential_id for c in understand(reading, TENANT, ANALYST).catalogue.index.credentials[:3]]
    ask = Ask(profile=Profile(), awards=(held[2], held[0], held[1], held[0]), goal_text="data analyst")
    snapshot = understand(reading, TENANT, ask).snapshot
    assert snapshot.history == (held[2], held[0], held[1])
    assert snapshot.held == frozenset(held)
