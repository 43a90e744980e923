"""Open everything that use cases need, from plain settings; the one place that picks the real clock and dice."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from pathlib import Path

from credpath.service.context import Context, Preferences
from credpath.service.serving import Serving
from credpath.store.session import Database
from credpath.store.writer import GroupCommitWriter


def prepare(database_url: str) -> None:
    """Migrates the schema, before several processes open it. Raises NotReady."""
    database = Database(database_url)
    try:
        database.migrate()
    finally:
        database.dispose()


def open_context(
    database_url: str, models: Path, preferences: Preferences | None = None, *, watch: bool = False
) -> Context:
    """Migrates the schema, opens the writer, loads the current bundle if there is one.

    `watch` follows CURRENT, for a server; a command reads it once. The caller closes the context.
    """
    database = Database(database_url)
    database.migrate()
    serving = Serving(models, database)
    serving.open(watch=watch)
    return Context(
        database=database,
        serving=serving,
        writer=GroupCommitWriter(database),
        clock=lambda: datetime.now(UTC),
        new_id=lambda: uuid.uuid4().hex,
        random_bytes=secrets.token_bytes,
        preferences=preferences or Preferences(),
    )
