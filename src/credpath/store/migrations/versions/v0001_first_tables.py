"""The first tables: everything that credpath 0.1 keeps."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# A migration is frozen, so it repeats what tables.py says today and imports nothing of it.
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Creates every table."""
    _skills()
    _occupations()
    _catalogue()
    _learners()
    _impressions()
    _operations()


def downgrade() -> None:
    """Drops every table, those that others refer to last."""
    for table in (
        "import_run", "api_key", "idempotency", "impression", "outcome", "evidence", "award", "learner",
        "credential", "tenant_state",
        "occupation_skill", "occupation", "skill_relation", "skill_group", "skill", "taxonomy",
    ):  # fmt: skip
        op.drop_table(table)


def key(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    """Text that compares by code point."""
    return [sa.Column(name, KEY, nullable=null) for name in names]


def words(*names: str) -> list[sa.Column[Any]]:
    """Text of any length."""
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def number(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    """Small whole numbers."""
    return [sa.Column(name, sa.Integer(), nullable=null) for name in names]


def amount(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    """A float64."""
    return [sa.Column(name, sa.Float(), nullable=null) for name in names]


def flag(*names: str) -> list[sa.Column[Any]]:
    """True or false."""
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def moment(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    """Points in time, UTC."""
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=null) for name in names]


def refers_to(source: str, target: str, column: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """A foreign key within the tenant."""
    columns, targets = ["tenant", column], [f"{target}.tenant", f"{target}.{column}"]
    return sa.ForeignKeyConstraint(columns, targets, name=f"fk_{source}_{target}", ondelete=ondelete)


def _skills() -> None:
    op.create_table(
        "taxonomy",
        *key("owner", "scheme"),
        *words("release", "attribution", "languages", "version"),
        *number("skills", "occupations"),
        *flag("active"),
        *moment("imported_at"),
        sa.PrimaryKeyConstraint("owner", "scheme", name="pk_taxonomy"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "skill",
        *key("owner", "scheme", "uri"),
        *words("label", "alt_labels", "description", "kind", "reuse", "broader_uris", "collections"),
        sa.PrimaryKeyConstraint("owner", "scheme", "uri", name="pk_skill"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "skill_group",
        *key("owner", "scheme", "uri"),
        *words("label", "code", "broader_uris"),
        sa.PrimaryKeyConstraint("owner", "scheme", "uri", name="pk_skill_group"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "skill_relation",
        *key("owner", "scheme", "from_uri", "to_uri"),
        *flag("essential"),
        sa.PrimaryKeyConstraint("owner", "scheme", "from_uri", "to_uri", "essential", name="pk_skill_relation"),
        sqlite_with_rowid=False,
    )


def _occupations() -> None:
    op.create_table(
        "occupation",
        *key("owner", "scheme", "uri"),
        *words("label", "alt_labels", "description", "isco_code", "soc_code"),
        *number("job_zone", null=True),
        *words("related_uris", "tasks"),
        sa.PrimaryKeyConstraint("owner", "scheme", "uri", name="pk_occupation"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "occupation_skill",
        *key("owner", "scheme", "occupation_uri", "skill_uri"),
        *flag("essential"),
        *amount("importance", "level", null=True),
        *flag("hot", "in_demand"),
        sa.PrimaryKeyConstraint(
            "owner", "scheme", "occupation_uri", "skill_uri", "essential", name="pk_occupation_skill"
        ),
        sqlite_with_rowid=False,
    )


def _catalogue() -> None:
    op.create_table(
        "tenant_state",
        *key("tenant"),
        *words("catalogue_version"),
        sa.PrimaryKeyConstraint("tenant", name="pk_tenant_state"),
    )
    op.create_table(
        "credential",
        *key("tenant", "credential_id"),
        *words("title"),
        *key("sort_title"),
        *words("awarding_body", "status", "search_text", "record", "digest"),
        *moment("updated_at"),
        sa.PrimaryKeyConstraint("tenant", "credential_id", name="pk_credential"),
    )
    op.create_index(
        "ix_credential_tenant_sort_title_credential_id", "credential", ["tenant", "sort_title", "credential_id"]
    )


def _learners() -> None:
    op.create_table(
        "learner",
        *key("tenant", "learner_id"),
        *words("profile"),
        *moment("updated_at"),
        sa.PrimaryKeyConstraint("tenant", "learner_id", name="pk_learner"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "award",
        *key("tenant", "learner_id", "credential_id", "award_id"),
        *moment("awarded_at"),
        *words("grade", "evidence_url"),
        sa.PrimaryKeyConstraint("tenant", "learner_id", "credential_id", "award_id", name="pk_award"),
        refers_to("award", "learner", "learner_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence",
        *key("tenant", "learner_id", "evidence_id", "skill_uri"),
        *words("kind"),
        *amount("score"),
        *moment("at"),
        *words("reference"),
        *amount("share"),
        sa.PrimaryKeyConstraint("tenant", "learner_id", "evidence_id", "skill_uri", name="pk_evidence"),
        refers_to("evidence", "learner", "learner_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outcome",
        *key("tenant", "outcome_id", "learner_id", "credential_id"),
        *words("kind"),
        *moment("occurred_at"),
        *amount("score", null=True),
        *key("impression_id"),
        *flag("ordinal"),
        sa.PrimaryKeyConstraint("tenant", "outcome_id", name="pk_outcome"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outcome_tenant_learner_id", "outcome", ["tenant", "learner_id"])


def _impressions() -> None:
    op.create_table(
        "impression",
        *key("tenant", "impression_id"),
        *moment("shown_at"),
        *key("learner_id", null=True),
        *words("goal_text", "occupation_uri", "candidates", "scores", "feature_names"),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        *words("slate", "policy"),
        *amount("propensity"),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        *words("bundle_version", "catalogue_version"),
        *flag("degraded"),
        *words("filters", "answer"),
        sa.PrimaryKeyConstraint("tenant", "impression_id", name="pk_impression"),
        refers_to("impression", "learner", "learner_id"),
    )
    op.create_index("ix_impression_tenant_learner_id", "impression", ["tenant", "learner_id"])
    op.create_index("ix_impression_tenant_shown_at", "impression", ["tenant", "shown_at"])
    op.create_table(
        "idempotency",
        *key("tenant", "idempotency_key", "impression_id"),
        sa.PrimaryKeyConstraint("tenant", "idempotency_key", name="pk_idempotency"),
        refers_to("idempotency", "impression", "impression_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_idempotency_tenant_impression_id", "idempotency", ["tenant", "impression_id"])


def _operations() -> None:
    op.create_table(
        "api_key",
        *key("tenant", "key_id"),
        *words("name", "sha256", "scopes"),
        *moment("created_at"),
        *moment("revoked_at", null=True),
        sa.PrimaryKeyConstraint("tenant", "key_id", name="pk_api_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_api_key_key_id", "api_key", ["key_id"], unique=True)
    op.create_table(
        "import_run",
        *key("tenant"),
        *number("number"),
        *words("kind"),
        *moment("at"),
        *words("counts"),
        *number("refused"),
        *words("refusals"),
        sa.PrimaryKeyConstraint("tenant", "number", name="pk_import_run"),
        sqlite_with_rowid=False,
    )
