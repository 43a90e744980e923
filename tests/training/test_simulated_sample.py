from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from credpath.errors import Conflict
from credpath.service.context import Context
from credpath.service.opening import open_context
from credpath.service.replaying import Replayer
from credpath.store.impressions import load_impressions
from credpath.store.learners import list_learners
from credpath.store.outcomes import load_outcomes
from training.simulate import is_simulated
from training.simulated_sample import write_sample_log


@pytest.fixture
def context(sample_home: Path, tmp_path: Path) -> Iterator[Context]:
    shutil.copy(sample_home / "credpath.db", tmp_path / "credpath.db")
    found = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", sample_home / "models")
    yield found
    found.close()


def test_the_demo_s_log_is_stored_whole_and_can_be_replayed(context: Context) -> None:
    told: list[int] = []
    stored = write_sample_log(context, "default", 30, 1, told.append)
    with context.database.read() as connection:
        shown = [i for i in load_impressions(connection, "default") if is_simulated(i.learner_id)]
        happened = [o for o in load_outcomes(connection, "default") if is_simulated(o.learner_id)]
        learners = [one.learner_id for one in list_learners(connection, "default", limit=1_000)]
    assert len(shown) == 30 == told[-1]
    assert len(happened) == stored > 30
    assert {i.learner_id for i in shown} <= set(learners)
    replayer = Replayer(context, "default")
    assert [replayer.replay_logged(impression).differences for impression in shown] == [()] * 30


def test_a_second_time_it_is_refused(context: Context) -> None:
    write_sample_log(context, "default", 2, 1, lambda _: None)
    with pytest.raises(Conflict):
        write_sample_log(context, "default", 2, 1, lambda _: None)
