"""A taxonomy as rows and back. Rows carry neither owner nor scheme; both are the same for all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlmodel import SQLModel

from credpath.domain.skills import Occupation, Requirement, Skill, SkillGroup, SkillRelation, Taxonomy
from credpath.errors import Conflict
from credpath.store.bulk import Values
from credpath.store.codec import dump, load_words
from credpath.store.tables import OccupationRow, OccupationSkillRow, SkillGroupRow, SkillRelationRow, SkillRow

Rows = dict[type[SQLModel], list[Values]]
# How many leading values of a row identify it.
KEY_WIDTHS: Mapping[type[SQLModel], int] = {
    SkillRow: 1, SkillGroupRow: 1, SkillRelationRow: 3, OccupationRow: 1, OccupationSkillRow: 3,
}  # fmt: skip


def rows_of(taxonomy: Taxonomy) -> Rows:
    """Sorted rows of each table, repeats dropped. Raises Conflict when one id comes with two contents."""
    rows: dict[type[SQLModel], Iterable[Values]] = {
        SkillRow: map(_skill_row, taxonomy.skills),
        SkillGroupRow: ((g.uri, g.label, g.code, dump(g.broader_uris)) for g in taxonomy.groups),
        SkillRelationRow: ((r.from_uri, r.to_uri, r.essential) for r in taxonomy.relations),
        OccupationRow: map(_occupation_row, taxonomy.occupations),
        OccupationSkillRow: (_requirement_row(o.uri, r) for o in taxonomy.occupations for r in o.requirements),
    }
    return {table: _once(found, KEY_WIDTHS[table]) for table, found in rows.items()}


def version_of(taxonomy: Taxonomy, rows: Rows) -> str:
    """A digest of everything that the taxonomy says; row order has no effect."""
    header = (taxonomy.scheme, taxonomy.release, taxonomy.attribution, taxonomy.languages)
    content = hashlib.sha256(orjson.dumps(header))
    for found in rows.values():
        content.update(orjson.dumps(found))
    return content.hexdigest()[:32]


def skill_of(row: Sequence[Any]) -> Skill:
    """A skill from the columns of its row, in their order."""
    uri, label, alt_labels, description, kind, reuse, broader, collections = row
    return Skill(
        uri, label, load_words(alt_labels), description, kind, reuse, load_words(broader), load_words(collections)
    )


def group_of(row: Sequence[Any]) -> SkillGroup:
    """A skill group from its row."""
    uri, label, code, broader = row
    return SkillGroup(uri, label, code, load_words(broader))


def relation_of(row: Sequence[Any]) -> SkillRelation:
    """A relation from its row."""
    return SkillRelation(*row)


def requirements_of(rows: Iterable[Sequence[Any]]) -> dict[str, list[Requirement]]:
    """Occupation URI -> its requirements, in the order of the rows."""
    found: dict[str, list[Requirement]] = {}
    for occupation_uri, *rest in rows:
        found.setdefault(occupation_uri, []).append(Requirement(*rest))
    return found


def occupation_of(row: Sequence[Any], requirements: Mapping[str, Sequence[Requirement]]) -> Occupation:
    """An occupation from its row and the requirements of all."""
    uri, label, alt_labels, description, isco_code, soc_code, job_zone, related, tasks = row
    return Occupation(
        uri, label, load_words(alt_labels), description, isco_code, soc_code, job_zone,
        tuple(requirements.get(uri, ())), load_words(related), load_words(tasks),
    )  # fmt: skip


def _skill_row(skill: Skill) -> Values:
    return (
        skill.uri, skill.label, dump(skill.alt_labels), skill.description, skill.kind, skill.reuse,
        dump(skill.broader_uris), dump(skill.collections),
    )  # fmt: skip


def _occupation_row(occupation: Occupation) -> Values:
    return (
        occupation.uri, occupation.label, dump(occupation.alt_labels), occupation.description, occupation.isco_code,
        occupation.soc_code, occupation.job_zone, dump(occupation.related_uris), dump(occupation.tasks),
    )  # fmt: skip


def _requirement_row(occupation_uri: str, requirement: Requirement) -> Values:
    return (
        occupation_uri, requirement.skill_uri, requirement.essential, _real(requirement.importance),
        _real(requirement.level), requirement.hot, requirement.in_demand,
    )  # fmt: skip


def _real(value: float | None) -> float | None:
    return None if value is None else float(value)


def _once(rows: Iterable[Values], width: int) -> list[Values]:
    known: dict[Values, Values] = {}
    for row in rows:
        if known.setdefault(row[:width], row) != row:
            name = " -> ".join(str(part) for part in row[: min(width, 2)])
            raise Conflict(f"{name!r} comes twice with different content", where="taxonomy", fix="keep one of the two")
    return [known[key] for key in sorted(known)]
