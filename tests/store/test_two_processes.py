"""What a second process, or the sudden end of one, must not break: real processes, real files, a real server."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from credpath.store.credentials import catalogue_version, load_catalogue, save_credentials
from credpath.store.outcomes import outcomes_of
from credpath.store.session import Database
from credpath.store.taxonomies import load_taxonomy
from tests.store import processes

ROOT = Path(__file__).parent.parent.parent


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


@contextmanager
def running(command: str, url: str, writer: str = "a") -> Iterator[subprocess.Popen[str]]:
    """A process of `processes.py`; killed at the end if it still runs."""
    script = [sys.executable, processes.__file__, command, url, writer]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_at_a_bad_moment(command: str, url: str, dice: random.Random) -> int:
    """Lets the process acknowledge something, kills it -9 somewhere in the next transaction; the last number said."""
    with running(command, url) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(dice.randint(1, 3))]
        time.sleep(dice.uniform(0, 0.05))
        process.kill()
        said += process.stdout.readlines()
    return max(int(line) for line in said if line.endswith("\n"))


@pytest.mark.parametrize("seed", range(2))
def test_a_kill_while_a_taxonomy_is_saved_leaves_one_release_whole(database: Database, seed: int) -> None:
    acknowledged = killed_at_a_bad_moment("save_taxonomies", url_of(database), random.Random(seed))
    with database.read() as connection:
        found = load_taxonomy(connection, "public")
    assert found is not None
    assert int(found.release) in (acknowledged, acknowledged + 1)
    assert found == processes.taxonomy(int(found.release))


@pytest.mark.parametrize("seed", range(2))
def test_a_kill_while_a_catalogue_is_saved_leaves_one_release_whole(database: Database, seed: int) -> None:
    acknowledged = killed_at_a_bad_moment("save_catalogues", url_of(database), random.Random(seed))
    with database.write() as connection:
        found = load_catalogue(connection, "acme")
        release = len(found) - 400
        expected = save_credentials(connection, "same-rows", processes.catalogue(release), processes.NOW)
        assert catalogue_version(connection, "acme") == expected.version
    assert release in (acknowledged, acknowledged + 1)
    assert found == tuple(processes.catalogue(release))


def test_a_kill_takes_nothing_back_that_the_group_commit_acknowledged(database: Database) -> None:
    acknowledged = killed_at_a_bad_moment("group_commit", url_of(database), random.Random(7))
    with database.read() as connection:
        kept = {outcome.outcome_id for outcome in outcomes_of(connection, "acme", "ada")}
    assert kept >= {f"a-{number}" for number in range(processes.SHARED_OUTCOMES, acknowledged + 1)}


def test_two_processes_that_write_at_once_lose_nothing_and_store_nothing_twice(database: Database) -> None:
    with running("save_singly", url_of(database), "a") as one, running("save_singly", url_of(database), "b") as other:
        assert [process.communicate(timeout=60)[0] for process in (one, other)] == ["60\n", "60\n"]
    with database.write() as connection:
        ids = [outcome.outcome_id for outcome in outcomes_of(connection, "acme", "ada")]
        found = load_catalogue(connection, "acme")
        expected = save_credentials(connection, "same-rows", found, processes.NOW)
        assert catalogue_version(connection, "acme") == expected.version
    assert len(ids) == len(set(ids)) == 2 * 60 - processes.SHARED_OUTCOMES
    assert len(found) == 60


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_at_once_migrate_once(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path}/fresh/credpath.db"
    else:
        url = request.getfixturevalue("fresh_postgres")("fresh")
    with running("migrate", url) as one, running("migrate", url) as other:
        for process in (one, other):
            assert process.stdout is not None
            assert "none" in process.stdout.readline()
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [process.communicate(timeout=60)[0] for process in (one, other)] == ["1\n", "1\n"]
