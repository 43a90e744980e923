"""What the other process does in the tests with two: `python processes.py COMMAND URL [NUMBER]`.

Prints a number whenever that much is acknowledged, so that the test knows what a kill must not take back.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from credpath.domain.catalogue import Credential
from credpath.domain.outcomes import Outcome
from credpath.domain.skills import Occupation, Requirement, Skill, Taxonomy
from credpath.store.credentials import save_credentials
from credpath.store.outcomes import save_outcomes
from credpath.store.session import Database
from credpath.store.taxonomies import save_taxonomy
from credpath.store.writer import GroupCommitWriter

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SHARED_OUTCOMES = 20


def taxonomy(release: int) -> Taxonomy:
    """Every release changes every label, drops a skill and adds one."""
    uris = [f"skill:{number:04d}" for number in range(release, release + 400)]
    needs = tuple(Requirement(uri, essential=True) for uri in uris[:300])
    return Taxonomy(
        scheme="esco",
        release=str(release),
        attribution="",
        skills=tuple(Skill(uri, f"{uri} of release {release}") for uri in uris),
        occupations=(Occupation("job:1", f"job of release {release}", requirements=needs),),
    )


def catalogue(release: int) -> list[Credential]:
    """Every release changes every title and adds a credential."""
    return [Credential(f"c{number:04d}", f"title in release {release}") for number in range(400 + release)]


def outcome(number: int, writer: str) -> Outcome:
    """The first of each writer are the same for all."""
    name = f"shared-{number}" if number < SHARED_OUTCOMES else f"{writer}-{number}"
    return Outcome(name, "ada", "c1", "clicked", NOW)


def save_taxonomies(database: Database, _: str) -> None:
    """One release after another, until killed."""
    for release in range(1, 10_000):
        with database.write() as connection:
            save_taxonomy(connection, "public", taxonomy(release), NOW)
        print(release, flush=True)


def save_catalogues(database: Database, _: str) -> None:
    """One release after another, until killed."""
    for release in range(1, 10_000):
        with database.write() as connection:
            save_credentials(connection, "acme", catalogue(release), NOW)
        print(release, flush=True)


def group_commit(database: Database, writer: str) -> None:
    """Outcomes through the group commit writer, until killed."""
    group = GroupCommitWriter(database)
    for number in range(SHARED_OUTCOMES, 1_000_000):
        job = group.submit(lambda c, n=number: save_outcomes(c, "acme", [outcome(n, writer)]))
        job.add_done_callback(lambda done, n=number: done.exception() or print(n, flush=True))
        time.sleep(0.0002)


def save_singly(database: Database, writer: str) -> None:
    """Sixty transactions that read before they write, beside another process that does the same."""
    for number in range(60):
        with database.write() as connection:
            save_outcomes(connection, "acme", [outcome(number, writer)])
            save_credentials(connection, "acme", [replace(catalogue(1)[number], title=writer)], NOW)
    print(60, flush=True)


def migrate(database: Database, _: str) -> None:
    """Says that it is ready, waits for a line, then migrates and checks."""
    problem = database.problem()
    print(problem, flush=True)
    sys.stdin.readline()
    database.migrate()
    print(int(database.check()), flush=True)


COMMANDS = {f.__name__: f for f in (save_taxonomies, save_catalogues, group_commit, save_singly, migrate)}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](Database(sys.argv[2]), sys.argv[3])
