"""The schema, step by step. Needs no alembic.ini: `upgrade` hands alembic its connection and its folder.

To change the schema: edit `tables.py`, write `versions/v000N_what.py` with the one before as `down_revision`, raise
`HEAD`. The tests say what the two still disagree on, for both engines.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from credpath.errors import NotReady

HEAD = "0005"
_ALEMBIC = threading.Lock()  # alembic.context is one for the whole process


def revision(connection: Connection) -> str:
    """The revision that the database is at, "" before the first: then the transaction is of no more use."""
    try:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    except DBAPIError as error:
        if "alembic_version" not in str(error.orig):
            raise
        return ""


def upgrade(connection: Connection, where: str = "") -> None:
    """Runs the missing steps in the caller's transaction. Raises NotReady when the database is ahead of us."""
    from alembic import command  # 0.2 s, and only migrating needs it
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        with _ALEMBIC:
            command.upgrade(config, "head")
    except CommandError as error:
        raise NotReady(
            f"the schema cannot be migrated: {error}", where=where, fix="install the newest credpath"
        ) from error
