"""kill -9 at any moment of a retraining's publish step or of a promotion: the old bundle or the new one serves."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from credpath.recommender.bundle import (
    current_version,
    flip,
    list_bundles,
    previous_version,
    read_history,
    verify,
)
from tests.behaviour.switching import START, first_bundle, learned_folder, promote, retrain
from training.publishing import Decision, publish_beside

PROCESSES = multiprocessing.get_context("forkserver")  # real processes, whose imports are done once


def kill_after(work: Callable[..., None], models: Path, seconds: float, seed: int) -> None:
    """Starts the work in a process, lets it go on for so long, and kills it as the system would."""
    begun = PROCESSES.Event()
    process = PROCESSES.Process(target=work, args=(models, begun, seed), daemon=True)
    process.start()
    assert begun.wait(120)
    time.sleep(seconds)
    assert process.is_alive(), "it ended by itself"
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def assert_whole(models: Path) -> None:
    """What serves verifies to the last byte, is where the history ends, and can be rolled back from."""
    serving = current_version(models)
    assert serving is not None
    assert verify(models / serving).version == serving
    assert read_history(models)[-1].version == serving
    for bundle in list_bundles(models):
        assert verify(models / bundle.version), "what is published is whole, whether or not it serves"
    earlier = previous_version(models)
    assert earlier is None or verify(models / earlier).version == earlier


def kill_again_and_again(models: Path, kills: int) -> set[str]:
    """Asserts after each kill that all is whole; returns every version that served meanwhile."""
    dice = random.Random(42)
    PROCESSES.set_forkserver_preload(["tests.behaviour.switching"])
    first = first_bundle(models)
    publish_beside(
        models, "campus", learned_folder(models.parent / "learned", 1), Decision(True, "test", "one"),
        at=START, golden=lambda _: (),
    )  # fmt: skip
    assert current_version(models) != first
    served, longest = set(), 0.12
    for number in range(kills):
        kill_after(promote if number % 2 else retrain, models, dice.uniform(0.0, longest), number + 1)
        assert_whole(models)
        served.add(current_version(models))
        if len(served) == 1:  # on a busy machine nothing gets as far as its switch so soon
            longest *= 1.5
    before = len(read_history(models))
    flip(models, first, at=START, reason="roll back") if (models / first).is_dir() else None
    assert len(read_history(models)) >= before, "a switch after kills loses none that happened"
    assert_whole(models)
    return served


def test_a_killed_retraining_or_promotion_leaves_the_old_bundle_or_the_new_one(tmp_path: Path) -> None:
    assert len(kill_again_and_again(tmp_path / "models", 10)) > 1, "some switches came through"


@pytest.mark.slow
def test_two_hundred_kills_leave_a_whole_bundle_every_time(tmp_path: Path) -> None:
    assert len(kill_again_and_again(tmp_path / "models", 200)) > 1
