"""What every table shares: one metadata, keys that compare by code point, the tenant in front."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, Text
from sqlmodel import Field, SQLModel

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)
# Ids compare by code point on both engines, as Python sorts them; a database's own locale would reorder pages.
KEY = cast(Any, Text().with_variant(Text(collation="C"), "postgresql"))
# A composite text key would otherwise be stored twice, in the table and in its index.
CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}


class Row(SQLModel):
    """Base of all tables: one metadata, so that migrations see exactly these."""

    metadata: ClassVar[MetaData] = METADATA


def refers_to(table: str, key: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key within the tenant."""
    return ForeignKeyConstraint(["tenant", key], [f"{table}.tenant", f"{table}.{key}"], ondelete=ondelete)


def table_of(row: type[SQLModel]) -> Table:
    """The SQLAlchemy table behind a row class."""
    return cast(Table, cast(Any, row).__table__)


def columns_of(row: type[SQLModel], *names: str) -> tuple[Column[Any], ...]:
    """Columns by name, in the order given."""
    return tuple(table_of(row).c[name] for name in names)


class OfTenant(Row):
    """The leading part of every key but the taxonomies'."""

    tenant: str = Field(sa_type=KEY, primary_key=True)


class OfTaxonomy(Row):
    """The leading part of a taxonomy's keys."""

    __table_args__: ClassVar[Any] = (CLUSTERED,)
    owner: str = Field(sa_type=KEY, primary_key=True)
    scheme: str = Field(sa_type=KEY, primary_key=True)
