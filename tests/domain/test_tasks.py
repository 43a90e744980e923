from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from credpath.domain.tasks import SILENT_AFTER
from tests.store.samples import LATER, NOW, a_task


def test_a_task_that_is_silent_for_long_has_stopped() -> None:
    assert a_task().state_at(LATER + SILENT_AFTER) == "running"
    assert a_task().state_at(LATER + SILENT_AFTER + timedelta(seconds=1)) == "stopped"
    assert replace(a_task(), state="failed").state_at(LATER + timedelta(days=9)) == "failed"


def test_a_task_takes_until_its_end_or_its_last_sign_of_life() -> None:
    assert a_task(updated_at=NOW).seconds_at(NOW + timedelta(seconds=30)) == 30
    assert a_task(updated_at=NOW + timedelta(seconds=5)).seconds_at(LATER) == 5
    assert a_task(ended_at=NOW + timedelta(seconds=7)).seconds_at(LATER) == 7


def test_a_share_is_known_where_the_whole_is() -> None:
    assert a_task().share == 0.25
    assert a_task(done=90).share == 1.0
    assert a_task(total=None).share is None
