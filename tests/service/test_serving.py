from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from credpath.errors import BundleRefused, Conflict, NotFound, NotReady
from credpath.recommender.bundle import flip
from credpath.service.asking import Ask
from credpath.service.catalogue import get_credential, put_credential
from credpath.service.context import Context
from credpath.service.health import readiness, version
from credpath.service.opening import open_context
from credpath.service.promotion import list_models, promote, rollback
from credpath.service.recommending import recommend
from training.bundle import build_bundle

TENANT = "default"
ANALYST = Ask(goal_text="data analyst")


@pytest.fixture
def own(sample_home: Path, tmp_path: Path) -> Iterator[Context]:
    """A sample installation whose bundles a test may damage."""
    shutil.copytree(sample_home, tmp_path / "home")
    context = open_context(f"sqlite:///{tmp_path / 'home' / 'credpath.db'}", tmp_path / "home" / "models")
    yield context
    context.close()


@pytest.fixture(scope="module")
def rebuilt(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second bundle of the sample, built once."""
    home = tmp_path_factory.mktemp("rebuilt") / "home"
    shutil.copytree(sample_home, home)
    context = open_context(f"sqlite:///{home / 'credpath.db'}", home / "models")
    version = build_bundle(context)
    context.close()
    return home / "models" / version


def take(context: Context, rebuilt: Path) -> str:
    """Leaves the installation as building the second bundle there would: CURRENT names it."""
    shutil.copytree(rebuilt, context.serving.models / rebuilt.name)
    flip(context.serving.models, rebuilt.name, at=context.clock(), by="test")
    return rebuilt.name


def damage(context: Context, bundle: str) -> None:
    file = next((context.serving.models / bundle).rglob("index.faiss"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_without_a_bundle_it_is_not_ready_and_says_what_to_run(tmp_path: Path) -> None:
    context = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", tmp_path / "models")
    found = readiness(context)
    assert not found.ready
    assert found.reasons == ("no bundle yet", "run `python -m training.bundle`")
    with pytest.raises(NotReady) as refused:
        recommend(context, TENANT, ANALYST)
    assert str(refused.value).count("training.bundle") == 1
    context.close()


def test_a_ready_installation_names_its_bundle_and_taxonomy(reading: Context) -> None:
    assert readiness(reading).ready
    assert readiness(reading).reasons == ()
    assert version(reading).taxonomies[0].startswith("public: ")


def test_a_new_bundle_is_served_after_a_check_and_a_rollback_brings_the_old_one_back(
    own: Context, rebuilt: Path
) -> None:
    first = own.serving.bundle.version
    second = take(own, rebuilt)
    assert own.serving.bundle.version == first
    assert own.serving.check()
    assert recommend(own, TENANT, ANALYST).bundle_version == second
    assert rollback(own, by="test") == first
    assert recommend(own, TENANT, ANALYST).bundle_version == first
    assert [m.version for m in list_models(own, TENANT) if m.current] == [first]


def test_an_altered_bundle_is_refused_and_the_last_good_one_goes_on_serving(own: Context, rebuilt: Path) -> None:
    first = own.serving.bundle.version
    second = take(own, rebuilt)
    damage(own, second)
    assert not own.serving.check()
    assert not own.serving.check(), "the same bad files are not read twice"
    found = readiness(own)
    assert found.ready
    assert "index.faiss" in found.reasons[0]
    assert recommend(own, TENANT, ANALYST).bundle_version == first


def test_an_altered_bundle_cannot_be_promoted(own: Context, rebuilt: Path) -> None:
    first = own.serving.bundle.version
    second = take(own, rebuilt)
    promote(own, first, by="test")
    damage(own, second)
    with pytest.raises(BundleRefused, match=r"index\.faiss"):
        promote(own, second, by="test")
    with pytest.raises(NotFound):
        promote(own, "20200101T000000Z-nothing", by="test")
    assert own.serving.bundle.version == first


def test_a_rollback_without_an_earlier_bundle_is_a_conflict(own: Context) -> None:
    with pytest.raises(Conflict):
        rollback(own, by="test")


def test_current_naming_nothing_keeps_what_serves(own: Context) -> None:
    (own.serving.models / "CURRENT").write_text("20990101T000000Z-abc\n", encoding="utf-8")
    assert not own.serving.check()
    assert readiness(own).ready
    assert readiness(own).reasons


def test_no_request_fails_while_bundles_are_swapped(own: Context, rebuilt: Path) -> None:
    versions = (own.serving.bundle.version, take(own, rebuilt))
    failures: list[Exception] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                assert recommend(own, TENANT, ANALYST).items
            except Exception as error:
                failures.append(error)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for turn in range(4):
        promote(own, versions[turn % 2], by="test")
    done.set()
    for thread in asking:
        thread.join()
    assert failures == []


def test_a_second_bundle_takes_over_what_did_not_change_and_holds_what_did(own: Context) -> None:
    known = get_credential(own, TENANT, "dp-sql")
    put_credential(own, TENANT, replace(known, title="SQL, told anew"))
    build_bundle(own)
    own.serving.check()
    catalogue = own.serving.bundle.catalogues[TENANT]
    row = catalogue.index.position["dp-sql"]
    assert catalogue.index.credentials[row].title == "SQL, told anew"
    assert float(catalogue.index.vectors[row] @ catalogue.index.vectors[row]) == pytest.approx(1.0, abs=1e-4)
