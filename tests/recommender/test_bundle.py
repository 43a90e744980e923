"""A damaged bundle is refused by name before anything parses it; a switch is seen whole or not at all."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.errors import BundleRefused
from credpath.recommender.bundle import (
    BundleManifest,
    GoldenQuery,
    check_golden,
    current_version,
    flip,
    list_bundles,
    previous_version,
    prune,
    publish,
    read_history,
    read_manifest,
    record_golden,
    staging,
    verify,
    write_manifest,
)
from credpath.recommender.manifest import FORMAT, MAX_MANIFEST, encode_manifest

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FILES = {
    "encoder/model.onnx": b"weights" * 2_000, "encoder/encoder.json": b'{"name": "x"}', "ranker.json": b"{}",
    "taxonomies/public/skills/vectors.npy": bytes(range(256)) * 64, "catalogues/public/index.faiss": b"\x01" * 9_000,
}  # fmt: skip


def build(models: Path, at: datetime = NOW, files: dict[str, bytes] = FILES, note: str = "") -> str:
    with staging(models) as folder:
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        write_manifest(
            folder, created_at=at, encoder={"name": "x", "dimensions": 3}, taxonomies={"public": "t1"},
            catalogues={"public": "c1"}, golden=[GoldenQuery("public", "nurse", ("a", "b"), (0.9, 0.5))], note=note,
        )  # fmt: skip
        return publish(folder, models)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def bundle(models: Path) -> Path:
    return models / build(models)


def test_a_whole_bundle_verifies_and_tells_what_it_holds(bundle: Path) -> None:
    manifest = verify(bundle)
    assert manifest.version == bundle.name
    assert {f.path: f.size for f in manifest.files} == {path: len(content) for path, content in FILES.items()}
    assert (manifest.created_at, manifest.taxonomies, manifest.catalogues) == (NOW, {"public": "t1"}, {"public": "c1"})
    assert manifest.golden[0].ids == ("a", "b")
    assert "numpy" in manifest.packages


def test_the_version_is_time_and_content(models: Path) -> None:
    one, later = build(models), build(models, NOW + timedelta(seconds=1))
    other = build(models, NOW, {**FILES, "ranker.json": b"[]"})
    assert one.startswith("20261121T093000Z-")
    assert one[-12:] == later[-12:] != other[-12:]
    assert build(models) == one  # publishing the same again is no error
    assert sorted(p.name for p in models.iterdir()) == sorted([one, later, other])


def flip_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def zero_a_page(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 3] + bytes(min(4096, len(content) // 2)) + content[len(content) // 3 :])


def zero_in_place(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


DAMAGES: list[Callable[[Path], None]] = [
    flip_bit,
    zero_a_page,
    zero_in_place,
    lambda path: os.truncate(path, path.stat().st_size - 1),
    lambda path: os.truncate(path, 0),
    lambda path: path.unlink(),
    lambda path: path.write_bytes(path.read_bytes() + b"\n"),
]


@pytest.mark.parametrize("path", [*FILES, "manifest.json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_to_every_file_is_refused_with_its_name(
    bundle: Path, path: str, damage: Callable[[Path], None]
) -> None:
    damage(bundle / path)
    with pytest.raises(BundleRefused) as caught:
        verify(bundle)
    assert caught.value.where == str(bundle / path)
    assert caught.value.fix


def test_an_added_file_is_refused(bundle: Path) -> None:
    (bundle / "encoder" / "more.bin").write_bytes(b"")
    with pytest.raises(BundleRefused, match=r"more\.bin is not in the manifest"):
        verify(bundle)


def test_two_files_that_changed_places_are_refused(models: Path) -> None:
    folder = models / build(models, files={**FILES, "a.bin": b"12345678", "b.bin": b"87654321"})
    (folder / "a.bin").rename(folder / "c.bin")
    (folder / "b.bin").rename(folder / "a.bin")
    (folder / "c.bin").rename(folder / "b.bin")
    with pytest.raises(BundleRefused, match=r"a\.bin was altered"):
        verify(folder)


def test_a_bundle_under_another_name_is_refused(bundle: Path) -> None:
    moved = bundle.rename(bundle.with_name("20260101T000000Z-000000000000"))
    with pytest.raises(BundleRefused, match="belongs to"):
        verify(moved)


def test_links_are_refused_even_to_equal_content(bundle: Path, tmp_path: Path) -> None:
    outside = (bundle / "ranker.json").rename(tmp_path / "ranker.json")
    (bundle / "ranker.json").symlink_to(outside)
    with pytest.raises(BundleRefused, match=r"ranker\.json is a link"):
        verify(bundle)


def test_a_linked_folder_a_linked_manifest_and_a_linked_bundle_are_refused(bundle: Path, tmp_path: Path) -> None:
    linked = bundle.with_name("linked")
    linked.symlink_to(bundle)
    with pytest.raises(BundleRefused):
        verify(linked)
    manifest = (bundle / "manifest.json").rename(tmp_path / "manifest.json")
    (bundle / "manifest.json").symlink_to(manifest)
    with pytest.raises(BundleRefused, match=r"manifest\.json is a link"):
        verify(bundle)
    (bundle / "manifest.json").unlink()
    manifest.rename(bundle / "manifest.json")
    encoder = (bundle / "encoder").rename(tmp_path / "encoder")
    (bundle / "encoder").symlink_to(encoder)
    with pytest.raises(BundleRefused, match="encoder is a link"):
        verify(bundle)


@pytest.mark.parametrize(
    "path", ["../outside", "/etc/passwd", "a/../../b", "a//b", "", "a\\b", ".hidden", "manifest.json"]
)
def test_a_manifest_that_names_a_path_outside_is_refused(bundle: Path, path: str) -> None:
    document = json.loads((bundle / "manifest.json").read_text())
    document["files"][0]["path"] = path
    rewrite(bundle, document)
    with pytest.raises(BundleRefused, match="is damaged"):
        verify(bundle)


def rewrite(bundle: Path, document: dict[str, object]) -> None:
    """As a forger would: without regard to the digest."""
    (bundle / "manifest.json").write_text(json.dumps(document, sort_keys=True, indent=1) + "\n")


def test_a_manifest_without_a_key_or_with_a_wrong_type_is_refused(bundle: Path) -> None:
    intact = json.loads((bundle / "manifest.json").read_text())
    for key in intact:
        for wrong in ({k: v for k, v in intact.items() if k != key}, intact | {key: 7}, intact | {key: [None]}):
            rewrite(bundle, wrong)
            with pytest.raises(BundleRefused, match=r"manifest\.json"):
                verify(bundle)


def test_another_format_a_deep_and_a_huge_manifest_are_refused(bundle: Path) -> None:
    intact = json.loads((bundle / "manifest.json").read_text())
    rewrite(bundle, intact | {"format": FORMAT + 1})
    with pytest.raises(BundleRefused, match="has format 2, this release reads 1"):
        read_manifest(bundle)
    for content, reason in ((b"[" * 100_000, "is not JSON"), (b" " * (MAX_MANIFEST + 1), "is over"), (b"\xff", "JSON")):
        (bundle / "manifest.json").write_bytes(content)
        with pytest.raises(BundleRefused, match=reason):
            read_manifest(bundle)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_changed_byte_anywhere_in_the_manifest_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("m")
    content = bytearray(encode_manifest(BundleManifest("v1", NOW, (), {"name": "x"}, {"public": "1"}, note="first")))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(BundleRefused, match=r"manifest\.json"):
        read_manifest(folder)


def test_a_failed_build_leaves_nothing_behind(models: Path) -> None:
    def fail() -> None:
        with staging(models) as folder:
            (folder / "ranker.json").write_text("{}")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert list(models.iterdir()) == []
    assert list_bundles(models) == ()


def test_a_staged_bundle_that_was_damaged_is_not_published(models: Path) -> None:
    with staging(models) as folder:
        (folder / "ranker.json").write_text("{}")
        write_manifest(folder, created_at=NOW, encoder={}, taxonomies={}, catalogues={})
        (folder / "ranker.json").write_text("[]")
        with pytest.raises(BundleRefused, match=r"ranker\.json"):
            publish(folder, models)
    assert list_bundles(models) == ()


def test_nothing_serves_before_the_first_switch(models: Path) -> None:
    build(models)
    assert current_version(models) is None
    assert previous_version(models) is None
    assert [b.current for b in list_bundles(models)] == [False]


@pytest.mark.parametrize("content", ["", "\n", "2026112", "a/b\n", "../x\n", "two\nlines\n", "x" * 5_000, "\x00\x00\n"])
def test_a_half_written_or_foreign_current_is_refused(models: Path, content: str) -> None:
    build(models)
    (models / "CURRENT").write_text(content)
    with pytest.raises(BundleRefused, match="CURRENT names no version"):
        current_version(models)
    assert [b.current for b in list_bundles(models)] == [False]


def test_a_current_that_names_a_missing_bundle_is_told_by_verify(models: Path) -> None:
    build(models)
    (models / "CURRENT").write_text("20200101T000000Z-aaaaaaaaaaaa\n")
    version = current_version(models)
    assert version is not None
    with pytest.raises(BundleRefused, match="there is no bundle 20200101"):
        verify(models / version)


@pytest.mark.parametrize("version", ["absent", "../elsewhere", ".staging-x", "", "a\nb"])
def test_a_switch_to_what_is_not_there_changes_nothing(models: Path, version: str) -> None:
    flip(models, build(models), at=NOW)
    before = current_version(models)
    with pytest.raises(BundleRefused):
        flip(models, version, at=NOW)
    assert current_version(models) == before
    assert len(read_history(models)) == 1


def test_rolling_back_walks_down_the_promotions(models: Path) -> None:
    a, b, c, d = (build(models, NOW + timedelta(minutes=n)) for n in range(4))
    for version in (a, b, c):
        flip(models, version, at=NOW, by="ada", reason="promote")
    assert (current_version(models), previous_version(models)) == (c, b)
    flip(models, b, at=NOW, by="ada", reason="roll back")
    assert (current_version(models), previous_version(models)) == (b, a)
    flip(models, a, at=NOW, by="ada", reason="roll back: slow")
    assert previous_version(models) is None
    flip(models, d, at=NOW, by="bob", reason="gain of .02")
    assert previous_version(models) == a
    assert [(s.version, s.by) for s in read_history(models)][-2:] == [(a, "ada"), (d, "bob")]


def test_a_history_line_cut_short_by_a_crash_loses_that_line_only(models: Path) -> None:
    a, b, c = (build(models, NOW + timedelta(minutes=n)) for n in range(3))
    flip(models, a, at=NOW)
    flip(models, b, at=NOW)
    history = models / "HISTORY.jsonl"
    os.truncate(history, history.stat().st_size - 30)
    assert (current_version(models), previous_version(models)) == (b, a)
    flip(models, c, at=NOW)
    assert [s.version for s in read_history(models)] == [a, c]


def test_many_switches_at_once_leave_one_whole_current_and_every_line(models: Path) -> None:
    versions = [build(models, NOW + timedelta(minutes=n)) for n in range(4)]
    flip(models, versions[0], at=NOW)
    seen: list[str | None] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(current_version(models))

    reader = threading.Thread(target=read)
    writers = [
        threading.Thread(target=lambda v=v: [flip(models, v, at=NOW) for _ in range(15)])  # type: ignore[misc]
        for v in versions
    ]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert set(seen) <= set(versions)
    assert len(read_history(models)) == 61
    assert read_history(models)[-1].version == current_version(models)
    assert not list(models.glob(".CURRENT*"))


def test_bundles_are_listed_newest_first_and_a_damaged_one_says_so(models: Path) -> None:
    old, new = build(models, NOW, note="first"), build(models, NOW + timedelta(days=1), note="better")
    (models / "broken").mkdir()
    flip(models, old, at=NOW)
    listed = list_bundles(models)
    assert [(b.version, b.current, b.note) for b in listed[:2]] == [(new, False, "better"), (old, True, "first")]
    assert listed[2].created_at is None
    assert "manifest.json" in listed[2].note


def test_pruning_keeps_the_newest_the_current_and_the_previous(models: Path) -> None:
    versions = [build(models, NOW + timedelta(minutes=n)) for n in range(8)]
    flip(models, versions[0], at=NOW)
    flip(models, versions[1], at=NOW)
    assert prune(models, now=NOW + timedelta(days=30), keep=2) == tuple(versions[2:6])
    assert sorted(b.version for b in list_bundles(models)) == [versions[n] for n in (0, 1, 6, 7)]
    assert not list(models.glob(".staging-*"))


def test_pruning_takes_only_old_staging_folders(models: Path) -> None:
    build(models)
    with staging(models) as folder:
        now = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        prune(models, now=now + timedelta(hours=3))
        assert folder.is_dir()
        prune(models, now=now + timedelta(hours=30))
        assert not folder.is_dir()


def answering(*found: tuple[str, float]) -> Callable[[str, str, int], Sequence[tuple[str, float]]]:
    return lambda owner, text, limit: found[:limit]


@pytest.mark.parametrize(
    ("found", "same"),
    [
        ([("a", 0.9), ("b", 0.5), ("c", 0.4)], True),
        ([("b", 0.5003), ("a", 0.5001), ("c", 0.4)], False),
        ([("a", 0.8), ("b", 0.5), ("c", 0.4)], False),
        ([("a", 0.9), ("b", 0.5)], False),
        ([("a", 0.9), ("b", 0.5), ("d", 0.4004)], True),
        ([("a", 0.9), ("d", 0.5), ("c", 0.4)], False),
        ([], False),
    ],
)
def test_golden_answers_may_differ_by_near_ties_only(bundle: Path, found: list[tuple[str, float]], same: bool) -> None:
    golden = record_golden([("public", "nurse")], answering(("a", 0.9), ("b", 0.5), ("c", 0.4)))
    manifest = BundleManifest("v1", NOW, (), golden=golden)
    if same:
        check_golden(manifest, answering(*found))
    else:
        with pytest.raises(BundleRefused, match="'nurse' gives"):
            check_golden(manifest, answering(*found))
