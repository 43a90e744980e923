"""Taxonomies: reference data of an owner, replaced whole, one active at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import SQLModel

from credpath.domain.skills import Taxonomy
from credpath.store.bulk import Change, replace_rows, upsert, without_collection
from credpath.store.codec import dump, load_words
from credpath.store.tables import (
    OccupationRow,
    OccupationSkillRow,
    SkillGroupRow,
    SkillRelationRow,
    SkillRow,
    TaxonomyRow,
    columns_of,
    table_of,
)
from credpath.store.taxonomy_rows import (
    group_of,
    occupation_of,
    relation_of,
    requirements_of,
    rows_of,
    skill_of,
    version_of,
)
from credpath.store.tenants import lock_tenant

PUBLIC_OWNER = "public"
_TAXONOMY = table_of(TaxonomyRow)


@dataclass(frozen=True, slots=True)
class TaxonomySaved:
    """What `save_taxonomy` did. The counts are rows: skills, groups, relations, occupations and requirements.

    `unchanged`: the owner's active taxonomy was this very content before.
    """

    version: str
    inserted: int
    updated: int
    removed: int
    unchanged: bool


@dataclass(frozen=True, slots=True)
class TaxonomyHeader:
    """A taxonomy without its words. `version` is a digest of its content; `skills`, `occupations` are counts."""

    owner: str
    scheme: str
    release: str
    version: str
    attribution: str
    languages: tuple[str, ...]
    skills: int
    occupations: int
    imported_at: datetime


_HEADER = columns_of(TaxonomyRow, *(f.name for f in fields(TaxonomyHeader)))
_ACTIVE = select(*_HEADER).where(_TAXONOMY.c.owner == bindparam("owner"), _TAXONOMY.c.active)


def save_taxonomy(connection: Connection, owner: str, taxonomy: Taxonomy, now: datetime) -> TaxonomySaved:
    """Makes this the owner's active taxonomy, in place of the earlier release of the same scheme.

    Content that is stored already is not written again. Raises Conflict when an id comes with two contents.
    """
    lock_tenant(connection, owner)
    rows = rows_of(taxonomy)
    version = version_of(taxonomy, rows)
    active = active_taxonomy(connection, owner)
    if active is not None and (active.scheme, active.version) == (taxonomy.scheme, version):
        return TaxonomySaved(version, 0, 0, 0, unchanged=True)
    scope = {"owner": owner, "scheme": taxonomy.scheme}
    change = Change()
    if _version(connection, owner, taxonomy.scheme) != version:
        for row, values in rows.items():
            change += replace_rows(connection, table_of(row), scope, values)
    _activate(connection, owner, taxonomy, version, now)
    return TaxonomySaved(version, change.inserted, change.updated, change.removed, unchanged=False)


def load_taxonomy(connection: Connection, owner: str) -> Taxonomy | None:
    """The owner's active taxonomy; everything in it is sorted by URI."""
    header = active_taxonomy(connection, owner)
    if header is None:
        return None
    with without_collection():
        return _load(connection, owner, header)


def active_taxonomy(connection: Connection, owner: str) -> TaxonomyHeader | None:
    """The header of the owner's active taxonomy."""
    found = connection.execute(_ACTIVE, {"owner": owner}).one_or_none()
    return None if found is None else _header(found)


def list_taxonomies(connection: Connection, owner: str) -> tuple[TaxonomyHeader, ...]:
    """Every scheme that the owner has imported, the active one included, by scheme."""
    statement = select(*_HEADER).where(_TAXONOMY.c.owner == owner).order_by(_TAXONOMY.c.scheme)
    return tuple(_header(row) for row in connection.execute(statement))


def resolve_owner(connection: Connection, tenant: str) -> str:
    """Whose taxonomy the tenant uses: its own when it has one, else the public one."""
    return tenant if active_taxonomy(connection, tenant) else PUBLIC_OWNER


def count_required(connection: Connection, owner: str) -> dict[str, int]:
    """Skill -> how many requirements of the owner's active taxonomy name it."""
    header, table = active_taxonomy(connection, owner), table_of(OccupationSkillRow)
    if header is None:
        return {}
    statement = select(table.c.skill_uri, func.count()).where(table.c.owner == owner, table.c.scheme == header.scheme)
    rows = connection.execute(statement.group_by(table.c.skill_uri).order_by(table.c.skill_uri))
    return dict(map(tuple, rows))


def list_owners(connection: Connection) -> tuple[str, ...]:
    """Everybody who has a taxonomy, sorted."""
    statement = select(_TAXONOMY.c.owner).where(_TAXONOMY.c.active).order_by(_TAXONOMY.c.owner)
    return tuple(connection.execute(statement).scalars())


def _version(connection: Connection, owner: str, scheme: str) -> str:
    """Digest of the stored release of a scheme, active or not; "" when there is none."""
    statement = select(_TAXONOMY.c.version).where(_TAXONOMY.c.owner == owner, _TAXONOMY.c.scheme == scheme)
    return str(connection.execute(statement).scalar() or "")


def _activate(connection: Connection, owner: str, taxonomy: Taxonomy, version: str, now: datetime) -> None:
    connection.execute(update(_TAXONOMY).where(_TAXONOMY.c.owner == owner).values(active=False))
    row = {
        "owner": owner, "scheme": taxonomy.scheme, "release": taxonomy.release, "attribution": taxonomy.attribution,
        "languages": dump(taxonomy.languages), "version": version, "active": True, "imported_at": now,
        "skills": len({s.uri for s in taxonomy.skills}), "occupations": len({o.uri for o in taxonomy.occupations}),
    }  # fmt: skip
    upsert(connection, _TAXONOMY, [row])


def _load(connection: Connection, owner: str, header: TaxonomyHeader) -> Taxonomy:
    scheme = header.scheme
    requirements = requirements_of(_rows(connection, owner, scheme, OccupationSkillRow))
    return Taxonomy(
        scheme=scheme,
        release=header.release,
        attribution=header.attribution,
        skills=tuple(skill_of(row) for row in _rows(connection, owner, scheme, SkillRow)),
        occupations=tuple(occupation_of(row, requirements) for row in _rows(connection, owner, scheme, OccupationRow)),
        groups=tuple(group_of(row) for row in _rows(connection, owner, scheme, SkillGroupRow)),
        relations=tuple(relation_of(row) for row in _rows(connection, owner, scheme, SkillRelationRow)),
        languages=header.languages,
    )


def _rows(connection: Connection, owner: str, scheme: str, row: type[SQLModel]) -> Sequence[Any]:
    table = table_of(row)
    key = [c for c in table.primary_key.columns if c.name not in ("owner", "scheme")]
    columns = [c for c in table.columns if c.name not in ("owner", "scheme")]
    statement = select(*columns).where(table.c.owner == owner, table.c.scheme == scheme).order_by(*key)
    return connection.execute(statement).all()


def _header(row: Any) -> TaxonomyHeader:
    values = row._asdict()
    return TaxonomyHeader(**{**values, "languages": load_words(values["languages"])})
