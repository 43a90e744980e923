"""Tasks say how far they are; what was shown and what happened can be counted by day from an index alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# A migration is frozen, so it repeats what the code says today and imports nothing of it.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SHOWN, SHOWN_BEFORE = "ix_impression_tenant_shown_at_degraded_policy", "ix_impression_tenant_shown_at"
HAPPENED = "ix_outcome_tenant_occurred_at_kind_impression_id"


def upgrade() -> None:
    """Makes the table and the indexes."""
    op.create_table(
        "task",
        sa.Column("tenant", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "title", "state", "stage")),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant", "task_id", name="pk_task"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_tenant_started_at", "task", ["tenant", "started_at"])
    op.drop_index(SHOWN_BEFORE, "impression")
    op.create_index(SHOWN, "impression", ["tenant", "shown_at", "degraded", "policy"])
    op.create_index(HAPPENED, "outcome", ["tenant", "occurred_at", "kind", "impression_id"])


def downgrade() -> None:
    """Drops them."""
    op.drop_index(HAPPENED, "outcome")
    op.drop_index(SHOWN, "impression")
    op.create_index(SHOWN_BEFORE, "impression", ["tenant", "shown_at"])
    op.drop_table("task")
