from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from credpath.store import migrations
from credpath.store.session import Database
from credpath.store.tables import METADATA


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return found


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
