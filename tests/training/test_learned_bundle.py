"""A learned model on the sample installation: published, served, carried into a rebuilt bundle, rolled back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from credpath.errors import BundleRefused
from credpath.recommender.bundle import current_version, list_bundles
from credpath.service import promotion
from credpath.service.asking import Ask
from credpath.service.context import Context
from credpath.service.opening import open_context
from credpath.service.recommending import recommend
from tests.training.learned_sample import learned_ranker
from training.bundle import build_bundle
from training.publishing import Decision, publish_learned

TENANT = "default"
PROMOTE = Decision(True, "test", "it gains")
ANALYST = Ask(goal_text="data analyst")


@pytest.fixture(scope="module")
def installed(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A sample installation of its own; the tests go on from one another."""
    home = tmp_path_factory.mktemp("learned") / "home"
    shutil.copytree(sample_home, home)
    context = open_context(f"sqlite:///{home / 'credpath.db'}", home / "models")
    yield context
    context.close()


def test_a_promoted_model_serves_and_a_rollback_brings_the_rules_back(installed: Context, tmp_path: Path) -> None:
    first = installed.serving.bundle.version
    rules = recommend(installed, TENANT, ANALYST)
    version = publish_learned(installed, TENANT, learned_ranker(tmp_path, TENANT), PROMOTE)
    assert installed.serving.check()
    assert installed.serving.bundle.learned[TENANT].ranker is not None
    learned = recommend(installed, TENANT, ANALYST)
    assert learned.bundle_version == version
    assert [i.score for i in learned.items] != [i.score for i in rules.items]
    assert promotion.rollback(installed, "test") == first
    assert [i.credential_id for i in recommend(installed, TENANT, ANALYST).items] == [
        i.credential_id for i in rules.items
    ]
    promotion.promote(installed, version, "test")


def test_a_rebuilt_bundle_carries_the_model_on(installed: Context) -> None:
    serving = current_version(installed.serving.models)
    rebuilt = build_bundle(installed, note="after an import")
    assert rebuilt != serving
    installed.serving.check()
    assert installed.serving.bundle.version == rebuilt
    assert installed.serving.bundle.learned[TENANT].ranker is not None
    listed = {m.version: m for m in promotion.list_models(installed, TENANT)}
    assert (listed[rebuilt].verdict, listed[rebuilt].note) == ("promote", "after an import")


def test_a_model_that_no_server_could_load_is_not_published(installed: Context, tmp_path: Path) -> None:
    before = list_bundles(installed.serving.models)
    learned = learned_ranker(tmp_path, TENANT)
    (learned / "card.json").write_text("not json")
    with pytest.raises(BundleRefused):
        publish_learned(installed, TENANT, learned, PROMOTE)
    assert list_bundles(installed.serving.models) == before


def test_a_ranker_that_reads_a_feature_nobody_computes_is_not_published(installed: Context, tmp_path: Path) -> None:
    before = list_bundles(installed.serving.models)
    facts = learned_ranker(tmp_path, TENANT) / "ranker" / "forest.json"
    facts.write_text(facts.read_text().replace('"gap_closed"', '"gap_gone"'))
    with pytest.raises(BundleRefused, match="gap_gone"):
        publish_learned(installed, TENANT, tmp_path, PROMOTE)
    assert list_bundles(installed.serving.models) == before
