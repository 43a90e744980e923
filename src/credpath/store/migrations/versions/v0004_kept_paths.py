"""The path that a learner was given is kept, so that the next answer can stay with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# A migration is frozen, so it repeats what the code says today and imports nothing of it.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table; nobody has a path yet."""
    op.create_table(
        "kept_path",
        *(sa.Column(name, KEY, nullable=False) for name in ("tenant", "learner_id", "goal_key")),
        sa.Column("credential_ids", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "learner_id", "goal_key", name="pk_kept_path"),
        sa.ForeignKeyConstraint(
            ["tenant", "learner_id"], ["learner.tenant", "learner.learner_id"], name="fk_kept_path_learner"
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drops it; the next path is planned afresh."""
    op.drop_table("kept_path")
