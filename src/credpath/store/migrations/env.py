"""What alembic runs to migrate: over the connection that `upgrade` was given, in its transaction."""

from __future__ import annotations

from alembic import context

from credpath.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
