"""Whether the service can answer and write, and that it says so again once it can."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from credpath.errors import NotReady
from credpath.service.context import Context
from credpath.service.doctor import diagnose
from credpath.service.health import LEAST_ROOM, little_room, readiness
from credpath.service.opening import open_context
from credpath.store.outcomes import save_outcomes
from tests.store.full_disk import no_room
from tests.store.samples import an_outcome

PROBLEM = "nothing can be written to the database"


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    opened = open_context(f"sqlite:///{tmp_path / 'credpath.db'}", tmp_path / "models")
    yield opened
    opened.close()


def test_a_disk_that_takes_no_more_is_a_reason_until_it_does_again(context: Context) -> None:
    with no_room(context.database):
        with pytest.raises(NotReady):
            context.writer.submit(lambda c: save_outcomes(c, "acme", [an_outcome()])).result(10)
        found = readiness(context)
        assert not found.ready
        assert found.reasons[0] == PROBLEM
        written = [f for f in diagnose(context, "acme").findings if "nothing can be written" in f.problem]
        assert "disk" in written[0].problem
    assert PROBLEM not in readiness(context).reasons, "nobody wrote in between, so it has to try by itself"
    assert not [f for f in diagnose(context, "acme").findings if "written" in f.problem]


def test_the_room_that_is_left_is_a_reason_only_while_there_is_little(context: Context) -> None:
    room = context.database.room()
    assert room is not None
    assert bool(little_room(context)) == (room < LEAST_ROOM)


def test_without_a_bundle_the_way_to_one_is_said_once(context: Context) -> None:
    (found,) = [f for f in diagnose(context, "acme").findings if "bundle" in f.problem]
    assert (found.problem, found.fix) == ("no bundle yet", "run `python -m training.bundle`")
