"""From a learned folder to a bundle that serves or waits, on small bundles; the whole way is in tests/behaviour."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from credpath.errors import BundleRefused, NotReady
from credpath.recommender.bundle import current_version, list_bundles, read_history, staging, verify
from credpath.recommender.manifest import BundleManifest, GoldenQuery, read_manifest
from credpath.service.asking import Ask
from credpath.service.context import Context
from credpath.service.health import readiness
from credpath.service.opening import open_context
from credpath.service.promotion import list_models
from credpath.service.recommending import recommend
from tests.behaviour.switching import SIZES, START, first_bundle, learned_folder
from tests.training.learned_mastery import fitted
from tests.training.learned_sample import learned_ranker
from tests.training.mastery_tenants import sample_mastery
from training.publishing import (
    Decision,
    carry_learned,
    carry_mastery,
    publish_beside,
    publish_learned,
    publish_mastery,
)

PROMOTE = Decision(True, "retrain", "gains .02")
HOLD = Decision(False, "retrain", "too little data")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    first_bundle(tmp_path / "models")
    return tmp_path / "models"


def put(models: Path, number: int, decision: Decision = PROMOTE, tenant: str = "campus") -> str:
    learned = learned_folder(models.parent / "learned", number)
    at = START + timedelta(minutes=number)
    return publish_beside(models, tenant, learned, decision, at=at, golden=lambda f: read_manifest(f).golden)


def number_of(models: Path, version: str, tenant: str = "campus") -> int:
    return int(json.loads((models / version / "learned" / tenant / "card.json").read_text())["number"])


def test_a_promoted_model_serves_with_everything_else_as_it_was(models: Path) -> None:
    version = put(models, 1)
    assert current_version(models) == version
    assert number_of(models, version) == 1
    before, after = ({f.path: f for f in verify(models / b.version).files} for b in reversed(list_bundles(models)))
    assert before.items() <= after.items()
    assert len(before) == len(SIZES)
    switch = read_history(models)[-1]
    assert (switch.version, switch.by, switch.reason, switch.tenant) == (version, "retrain", "gains .02", "campus")


def test_a_held_model_waits_on_disk_and_changes_nothing(models: Path) -> None:
    before = current_version(models)
    version = put(models, 1, HOLD)
    assert current_version(models) == before
    assert verify(models / version).version == version
    assert len(read_history(models)) == 1


def test_a_model_replaces_its_tenants_and_leaves_anothers(models: Path) -> None:
    put(models, 1)
    put(models, 2, tenant="other")
    version = put(models, 3)
    assert (number_of(models, version), number_of(models, version, "other")) == (3, 2)


def test_a_held_model_is_not_what_the_next_one_builds_on(models: Path) -> None:
    put(models, 1, HOLD, tenant="other")
    version = put(models, 2)
    assert not (models / version / "learned" / "other").exists()


def test_no_model_takes_the_tenants_away(models: Path) -> None:
    put(models, 1)
    version = publish_beside(models, "campus", None, PROMOTE, at=START + timedelta(hours=1), golden=lambda _: ())
    assert not [f.path for f in verify(models / version).files if f.path.startswith("learned/")]


def test_damage_to_the_serving_bundle_is_refused_not_blessed_by_a_new_manifest(models: Path) -> None:
    serving = current_version(models)
    assert serving is not None
    path = models / serving / "encoder" / "model.onnx"
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(BundleRefused, match=r"model\.onnx was altered"):
        put(models, 1)
    assert [b.version for b in list_bundles(models)] == [serving]
    assert not list(models.glob(".staging-*"))


def test_what_a_killed_publish_staged_is_removed_by_the_next_and_a_build_under_way_is_not(models: Path) -> None:
    left = models / ".staging-learned-killed"
    left.mkdir()
    with staging(models) as building:
        put(models, 1)
        assert building.is_dir()
    assert not left.exists()


def test_a_bundle_that_does_not_answer_is_not_published(models: Path) -> None:
    def fails(_: Path) -> tuple[GoldenQuery, ...]:
        raise BundleRefused("does not load", where="learned", fix="")

    learned = learned_folder(models.parent / "learned", 1)
    with pytest.raises(BundleRefused, match="does not load"):
        publish_beside(models, "campus", learned, PROMOTE, at=START, golden=fails)
    assert len(list_bundles(models)) == 1


def test_what_another_model_answered_is_forgotten_and_the_rest_kept(models: Path) -> None:
    asked = (GoldenQuery("learned/campus", "x", ("a",), (1.0,)), GoldenQuery("goals/public", "x", ("b",), (1.0,)))
    learned = learned_folder(models.parent / "learned", 1)
    publish_beside(models, "campus", learned, PROMOTE, at=START + timedelta(minutes=1), golden=lambda _: asked)
    version = put(models, 2)
    assert [g.owner for g in read_manifest(models / version).golden] == ["goals/public"]


def test_without_a_serving_bundle_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"no bundle serves"):
        put(tmp_path / "models", 1)


def test_many_at_once_lose_no_tenants_model(models: Path) -> None:
    tenants = [f"tenant-{n}" for n in range(6)]

    def publish_one(at: int) -> None:
        learned = learned_folder(models.parent / f"learned-{at}", at)
        when = START + timedelta(minutes=1 + at)
        publish_beside(models, tenants[at], learned, PROMOTE, at=when, golden=lambda _: ())

    threads = [threading.Thread(target=publish_one, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    serving = current_version(models)
    assert serving is not None
    assert sorted(p.name for p in (models / serving / "learned").iterdir()) == tenants


def test_a_rebuilt_bundle_leaves_a_model_behind_that_does_not_serve(models: Path, tmp_path: Path) -> None:
    put(models, 1)
    broken = models / (current_version(models) or "") / "learned" / "campus"
    assert carry_learned(models, tmp_path / "new", ["campus", "other"]) == ("campus",), "its ranker has no trees"
    assert not (tmp_path / "new").exists()
    assert broken.is_dir()


TENANT, ANALYST = "default", Ask(goal_text="data analyst")


@pytest.fixture(scope="module")
def installed(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A sample installation of its own; the tests below go on from one another."""
    home = tmp_path_factory.mktemp("mastery") / "home"
    shutil.copytree(sample_home, home)
    context = open_context(f"sqlite:///{home / 'credpath.db'}", home / "models")
    yield context
    context.close()


def serving_files(context: Context) -> dict[str, str]:
    """path -> SHA-256 of what serves; raises where a file is not what the manifest says."""
    manifest: BundleManifest = verify(context.serving.models / context.serving.bundle.version)
    return {f.path: f.sha256 for f in manifest.files}


def test_mastery_is_published_where_nothing_was_learned_before_and_the_rules_rank_on(installed: Context) -> None:
    rules, before = recommend(installed, TENANT, ANALYST), serving_files(installed)
    asked = read_manifest(installed.serving.models / installed.serving.bundle.version).golden
    version = publish_mastery(installed, TENANT, sample_mastery(), PROMOTE)
    assert installed.serving.check()
    assert installed.serving.bundle.version == version
    after = serving_files(installed)
    assert before.items() <= after.items()
    parts = {path.split("/")[2] for path in after.keys() - before.keys()}
    assert parts == {"card.json", "mastery"}
    again = recommend(installed, TENANT, ANALYST)
    assert (again.policy, again.degraded, again.items) == (rules.policy, False, rules.items)
    found = readiness(installed)
    assert (found.ready, found.reasons) == (True, ())
    listed = {model.version: model for model in list_models(installed, TENANT)}
    assert (listed[version].verdict, listed[version].note) == ("", "mastery is learned from responses")
    assert "mastery" not in list_models(installed, "other")[0].note
    assert set(asked) <= set(read_manifest(installed.serving.models / version).golden)


def test_mastery_replaces_nothing_else_of_the_tenant_and_nothing_of_another(installed: Context, tmp_path: Path) -> None:
    for tenant, seed in ((TENANT, 1), ("other", 2)):
        learned = learned_ranker(tmp_path / tenant, tenant, seed)
        sample_mastery().save(learned / "mastery")
        publish_learned(installed, tenant, learned, PROMOTE)
    installed.serving.check()
    before = serving_files(installed)
    publish_mastery(installed, TENANT, fitted(), PROMOTE)
    assert installed.serving.check()
    after = serving_files(installed)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert changed
    assert all(path.startswith(f"learned/{TENANT}/mastery/") for path in changed)
    learned = installed.serving.bundle.learned[TENANT]
    assert learned.ranker is not None
    assert learned.mastery is not None
    assert learned.mastery.version == fitted().model.version
    assert recommend(installed, TENANT, ANALYST).policy == "greedy/lambdarank"


def test_a_ranker_that_comes_without_mastery_brings_the_one_that_serves(installed: Context, tmp_path: Path) -> None:
    learned = learned_ranker(tmp_path, TENANT, 3)
    carry_mastery(installed.serving.models, TENANT, learned)
    publish_learned(installed, TENANT, learned, PROMOTE)
    installed.serving.check()
    known = installed.serving.bundle.learned[TENANT].mastery
    assert known is not None
    assert known.version == fitted().model.version


def test_where_no_mastery_serves_none_is_carried_on(models: Path, tmp_path: Path) -> None:
    for folder in (models, tmp_path / "no models"):
        carry_mastery(folder, "campus", tmp_path)
    assert not (tmp_path / "mastery").exists()


def test_without_a_serving_bundle_mastery_is_not_published(tmp_path: Path) -> None:
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", tmp_path / "models")
    with pytest.raises(NotReady, match="no bundle serves"):
        publish_mastery(context, TENANT, sample_mastery(), PROMOTE)
    context.close()


def test_what_is_published_may_be_read_by_whoever_serves_it(tmp_path: Path) -> None:
    sample_mastery().save(tmp_path / "mastery")
    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / "mastery").rglob("*") if path.is_dir()]
    assert modes
    assert set(modes) == {(tmp_path / "mastery").stat().st_mode & 0o077}
