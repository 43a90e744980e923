"""What the process does that is killed: one switch after another, until it is killed. `begun` is set at the first."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from credpath.recommender.bundle import (
    flip,
    list_bundles,
    publish,
    publishing,
    read_manifest,
    staging,
    verify,
    write_manifest,
)
from training.publishing import Decision, publish_beside

START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SIZES = {
    "encoder/model.onnx": 300_000,
    "taxonomies/public/goals/trees.json": 60_000,
    "catalogues/campus/ids.json": 9_000,
}


def first_bundle(models: Path) -> str:
    """A bundle without anything learned, made to serve."""
    with staging(models) as folder:
        for path, size in SIZES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(random.Random(path).randbytes(size))
        write_manifest(folder, created_at=START, encoder={"name": "x"}, taxonomies={}, catalogues={})
        version = publish(folder, models)
    flip(models, version, at=START, by="test", reason="build")
    return version


def learned_folder(folder: Path, number: int) -> Path:
    """What a retraining would hand over: every one different."""
    (folder / "ranker").mkdir(parents=True, exist_ok=True)
    (folder / "card.json").write_text(f'{{"number": {number}}}')
    (folder / "ranker" / "forest.npz").write_bytes(random.Random(number).randbytes(80_000))
    return folder


def retrain(models: Path, begun: Event, seed: int) -> None:
    """The publish step of one retraining after another; two of three are promoted."""
    begun.set()
    for number in itertools.count(1_000 * seed):
        learned = learned_folder(models.parent / "learned", number)
        decision = Decision(number % 3 > 0, "retrain", f"number {number}")
        at = START + timedelta(seconds=number)
        publish_beside(models, "campus", learned, decision, at=at, golden=lambda folder: read_manifest(folder).golden)


def promote(models: Path, begun: Event, _: int) -> None:
    """Promotes whatever is on disk, one after the other."""
    begun.set()
    for bundle in itertools.cycle(list_bundles(models)):
        with publishing(models):
            verify(models / bundle.version)
            flip(models, bundle.version, at=datetime.now(UTC), by="test", reason="promote")
