"""Evidence from before items and kept states: it keeps its meaning, and its state is made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from pysqlite3 import dbapi2
from sqlalchemy import Engine, create_engine, text

from credpath.domain.kept_mastery import keep
from credpath.domain.mastery import Evidence
from credpath.store.evidence import add_evidence, evidence_of
from credpath.store.learners import snapshot
from credpath.store.mastery_states import kept_mastery, refresh_mastery
from credpath.store.session import Database, database_url
from tests.store.samples import LATER, NOW
from tests.store.test_migrations import move

BEFORE = (
    Evidence("e1", "skill:sql", "assessment", 0.75, NOW, "exam-1", 0.5),
    Evidence("e2", "skill:sql", "self_declared", 1.0, LATER),
)
COLUMNS = "tenant, learner_id, evidence_id, skill_uri, kind, score, at, reference, share"
EARLIER = f"INSERT INTO evidence ({COLUMNS}) VALUES (:{COLUMNS.replace(', ', ', :')})"


def rows(times: Callable[[Evidence], object]) -> list[dict[str, object]]:
    return [
        {
            "tenant": "acme", "learner_id": "ada", "evidence_id": e.evidence_id, "skill_uri": e.skill_uri,
            "kind": e.kind, "score": e.score, "at": times(e), "reference": e.reference, "share": e.share,
        }
        for e in BEFORE
    ]  # fmt: skip


def kept_there_and_back(
    engine: Engine, database: Database, times: Callable[[Evidence], object]
) -> tuple[Evidence, ...]:
    """Asserts what holds on the way there, back and there again; returns what is left of ada's evidence."""
    with engine.begin() as connection:
        move(connection, command.upgrade, "0002")
        learner = {"tenant": "acme", "profile": "{}", "updated_at": times(BEFORE[0])}
        for who in ("ada", "bob"):
            connection.execute(
                text("INSERT INTO learner VALUES (:tenant, :learner_id, :profile, :updated_at)"),
                {**learner, "learner_id": who},
            )
        connection.execute(text(EARLIER), rows(times))
    database.migrate()
    with database.write() as connection:
        assert evidence_of(connection, "acme", "ada") == BEFORE
        found, other = (snapshot(connection, "acme", who) for who in ("ada", "bob"))
        assert found is not None
        assert other is not None
        assert (found.kept, found.kept.stale, other.kept.stale) == (keep(BEFORE), True, False)
        assert refresh_mastery(connection, "acme", "ada")
        assert not kept_mastery(connection, "acme", "ada").stale
        add_evidence(connection, "acme", "bob", [Evidence("e3", "skill:sql", "item", 1.0, NOW, "", 1.0, "q1", 0.25)])
    with engine.begin() as connection:
        move(connection, command.downgrade, "0002")
        kept = connection.execute(text(f"SELECT {COLUMNS} FROM evidence WHERE learner_id = 'ada' ORDER BY evidence_id"))
        assert tuple(kept.all()[0])[2:6] == ("e1", "skill:sql", "assessment", 0.75)
    database.migrate()
    with database.read() as connection:
        assert kept_mastery(connection, "acme", "ada").stale
        return tuple(evidence_of(connection, "acme", "ada"))


def test_earlier_evidence_keeps_its_meaning_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/earlier.db")
    engine = create_engine(database.url, module=dbapi2)
    assert kept_there_and_back(engine, database, lambda e: e.at.strftime("%Y-%m-%d %H:%M:%S.%f")) == tuple(BEFORE)
    engine.dispose()
    database.dispose()


def test_earlier_evidence_keeps_its_meaning_on_postgresql(fresh_postgres: Callable[[str], str]) -> None:
    url = fresh_postgres("earlier_evidence")
    database, engine = Database(url), create_engine(database_url(url))
    assert kept_there_and_back(engine, database, lambda e: e.at) == tuple(BEFORE)
    engine.dispose()
    database.dispose()
