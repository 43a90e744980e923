from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from credpath.store import migrations
from credpath.store.codec import dump
from credpath.store.impressions import by_idempotency_key, load_impressions, save_impression
from credpath.store.learners import ensure_learners, forget_learner
from credpath.store.session import Database, database_url
from credpath.store.tables import METADATA
from tests.store.samples import NOW, an_impression


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return found


def move(connection: Connection, direction: Callable[[Config, str], None], to: str) -> None:
    """Up or down to a revision."""
    moving = config()
    moving.attributes["connection"] = connection
    direction(moving, to)


def rows_as_they_were(tenant: str) -> list[dict[str, object]]:
    """Impressions as version 0001 kept them: one with everything, one empty, one of nobody stored."""
    given = [
        an_impression("i1"),
        an_impression("i2", candidates=(), scores=(), slate=(), features=b"", answer={}, filters={}),
        an_impression("i3", learner_id="", goal_text="analyste de données", answer={"words": ["é", "\u2028"]}),
    ]
    return [
        {
            **{
                name: getattr(i, name)
                for name in (
                    "impression_id", "goal_text", "occupation_uri", "features", "policy", "propensity", "seed",
                    "bundle_version", "catalogue_version", "degraded",
                )
            },
            **{
                name: dump(getattr(i, name))
                for name in ("candidates", "scores", "feature_names", "slate", "filters", "answer")
            },
            "tenant": tenant, "shown_at": NOW, "learner_id": i.learner_id or None,
        }
        for i in given
    ]  # fmt: skip


def fill_as_it_was(connection: Connection, tenant: str, moment: object) -> None:
    ensure_learners(connection, tenant, ["ada"], NOW)
    rows = [{**row, "shown_at": moment} for row in rows_as_they_were(tenant)]
    names = ", ".join(rows[0])
    marks = ", ".join(f":{name}" for name in rows[0])
    connection.execute(text(f"INSERT INTO impression ({names}) VALUES ({marks})"), rows)
    key = {"tenant": tenant, "key": "once", "impression_id": "i1"}
    connection.execute(text("INSERT INTO idempotency VALUES (:tenant, :key, :impression_id)"), [key])


def everything(connection: Connection, table: str) -> list[tuple[object, ...]]:
    found = connection.execute(text(f"SELECT * FROM {table} ORDER BY tenant, impression_id"))
    columns = sorted(found.keys())
    return [tuple(row[name] for name in columns) for row in found.mappings()]


def narrowed_and_back(engine: Engine, database: Database, moment: object) -> int:
    """Asserts what holds on the way there, back and there again; returns how many impressions are left in the end."""
    with engine.begin() as connection:
        move(connection, command.upgrade, "0001")
        for tenant in ("acme", "globex"):
            fill_as_it_was(connection, tenant, moment)
        before = everything(connection, "impression")
    database.migrate()
    with database.write() as connection:
        kept = list(load_impressions(connection, "acme"))
        assert kept[0] == an_impression("i1")
        assert [i.impression_id for i in kept] == ["i1", "i2", "i3"]
        assert (kept[1].features, kept[2].goal_text) == (b"", "analyste de données")
        assert by_idempotency_key(connection, "globex", "once") == an_impression("i1")
        save_impression(connection, "acme", an_impression("i4", history=("c9",), state={"limit": 5}))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM impression WHERE impression_id = 'i4'"))
        connection.execute(text("DELETE FROM considered WHERE impression_id = 'i4'"))
        move(connection, command.downgrade, "0001")
        assert everything(connection, "impression") == before
    database.migrate()
    with database.write() as connection:
        assert forget_learner(connection, "acme", "ada")["impressions"] == 2
        left = everything(connection, "considered")
        assert [row[1] for row in left] == ["i3", "i1", "i2", "i3"], "what was considered went with the impression"
        assert len(everything(connection, "idempotency")) == 1
        return len(left)


def test_impressions_of_the_first_version_are_carried_over_and_back_on_sqlite(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/first.db")
    from pysqlite3 import dbapi2

    engine = create_engine(database.url, module=dbapi2)
    assert narrowed_and_back(engine, database, NOW.strftime("%Y-%m-%d %H:%M:%S.%f")) == 4
    engine.dispose()
    database.dispose()


def test_impressions_of_the_first_version_are_carried_over_and_back_on_postgresql(
    fresh_postgres: Callable[[str], str],
) -> None:
    url = fresh_postgres("narrowing")
    database, engine = Database(url), create_engine(database_url(url))
    assert narrowed_and_back(engine, database, NOW) == 4
    engine.dispose()
    database.dispose()


def test_the_migrations_make_exactly_the_tables_that_the_code_reads(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_on_sqlite_even_the_storage_of_every_table_is_the_same(sqlite_database: Database, tmp_path: Path) -> None:
    created = Database(f"sqlite:///{tmp_path}/created.db")
    with created.write() as connection:
        METADATA.create_all(connection)
    layout = text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'")
    with created.read() as one, sqlite_database.read() as other:
        expected = {name: " ".join(sql.split()) for name, sql in one.execute(layout)}
        assert {name: " ".join(sql.split()) for name, sql in other.execute(layout)} == expected
    created.dispose()


def test_every_table_leads_with_its_tenant() -> None:
    assert {next(iter(t.primary_key.columns)).name for t in METADATA.tables.values()} == {"tenant", "owner"}
    indexed = {next(iter(i.columns)).name for t in METADATA.tables.values() for i in t.indexes}
    assert indexed == {"tenant", "key_id"}, "key_id alone tells the tenant of a key"


def test_the_revision_that_the_program_expects_is_the_last_one() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [migrations.HEAD]


def test_a_downgrade_and_an_upgrade_come_back_to_the_same_tables(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        going_down = config()
        going_down.attributes["connection"] = connection
        command.downgrade(going_down, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    sqlite_database.migrate()
    with sqlite_database.read() as connection:
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    assert database.check()
