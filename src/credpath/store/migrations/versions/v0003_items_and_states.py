"""Evidence gains the item that was answered and how hard it is; what the evidence comes to is kept beside it.

Evidence of before is of no item. A state is made by the model that serves, so everybody with evidence gets an empty one
of no version, which the next reading or writing replaces.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# A migration is frozen, so it repeats what the code says today and imports nothing of it.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
EARLIER = "evidence_before"
KEPT = "tenant, learner_id, evidence_id, skill_uri, kind, score, at, reference, share"


def upgrade() -> None:
    """Carries the evidence over and marks whose state is to be made."""
    _set_aside()
    _create_evidence(sa.Column("item_id", sa.String(), nullable=False), sa.Column("difficulty", sa.Float()))
    op.execute(f"INSERT INTO evidence ({KEPT}, item_id) SELECT {KEPT}, '' FROM {EARLIER}")
    op.drop_table(EARLIER)
    op.create_table(
        "mastery_state",
        *_keys("tenant", "learner_id"),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "learner_id", name="pk_mastery_state"),
        _of_learner("mastery_state"),
    )
    states = sa.table("mastery_state", *(sa.column(name) for name in ("tenant", "learner_id", "version", "pieces")),
                      sa.column("packed", sa.LargeBinary()))  # fmt: skip
    evidence = sa.table("evidence", sa.column("tenant"), sa.column("learner_id"))
    whose = sa.select(
        evidence.c.tenant, evidence.c.learner_id, sa.literal(""), sa.func.count(), sa.literal(b"", sa.LargeBinary())
    ).group_by(evidence.c.tenant, evidence.c.learner_id)
    op.execute(sa.insert(states).from_select([column.name for column in states.c], whose))


def downgrade() -> None:
    """Drops the states; evidence loses its items."""
    op.drop_table("mastery_state")
    _set_aside()
    _create_evidence()
    op.execute(f"INSERT INTO evidence ({KEPT}) SELECT {KEPT} FROM {EARLIER}")
    op.drop_table(EARLIER)


def _set_aside() -> None:
    """The table under another name; a new one takes its place. Nothing refers to it."""
    op.execute(f"CREATE TABLE {EARLIER} AS SELECT * FROM evidence")
    op.drop_table("evidence")


def _create_evidence(*further: sa.Column[Any]) -> None:
    op.create_table(
        "evidence",
        *_keys("tenant", "learner_id", "evidence_id", "skill_uri"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        *further,
        sa.PrimaryKeyConstraint("tenant", "learner_id", "evidence_id", "skill_uri", name="pk_evidence"),
        _of_learner("evidence"),
        sqlite_with_rowid=False,
    )


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, KEY, nullable=False) for name in names]


def _of_learner(table: str) -> sa.ForeignKeyConstraint:
    columns, targets = ["tenant", "learner_id"], ["learner.tenant", "learner.learner_id"]
    return sa.ForeignKeyConstraint(columns, targets, name=f"fk_{table}_learner")
