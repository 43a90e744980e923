"""Reads a taxonomy of our own format: a folder of CSV files with a taxonomy.json beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, cast, get_args

from credpath.domain.skills import Occupation, Requirement, Reuse, Skill, SkillGroup, SkillKind, SkillRelation, Taxonomy
from credpath.errors import InvalidInput
from credpath.interop.gathering import Gathered, Requirements, distinct_labels
from credpath.interop.reading import (
    Progress,
    Read,
    Report,
    no_progress,
    parse_flag,
    parse_list,
    parse_number,
    read_json,
)
from credpath.interop.tabular import Columns, read_rows

T = TypeVar("T")

ABOUT_KEYS = ("scheme", "release", "attribution", "languages")
SKILLS = Columns(
    ("skill_uri", "label"), ("alt_labels", "description", "kind", "reuse", "broader_uris", "collections")
)
OCCUPATIONS = Columns(
    ("occupation_uri", "label"),
    ("alt_labels", "description", "isco_code", "soc_code", "job_zone", "related_uris", "tasks"),
)
OCCUPATION_SKILLS = Columns(
    ("occupation_uri", "skill_uri", "relation"), ("importance", "level", "hot", "in_demand")
)
GROUPS = Columns(("group_uri", "label"), ("code", "broader_uris"))
RELATIONS = Columns(("from_uri", "to_uri", "relation"))

_FIX = "a taxonomy folder holds taxonomy.json, skills.csv, occupations.csv and occupation_skills.csv"
_RELATIONS = {"essential": True, "optional": False}


def read_native_taxonomy(folder: Path, progress: Progress = no_progress) -> Read[Taxonomy]:
    """One Taxonomy, everything sorted by URI, and a refusal for each row or link that could not be used.

    Raises InvalidInput when taxonomy.json, skills.csv, occupations.csv or occupation_skills.csv is missing, or when
    taxonomy.json does not say what it must.
    """
    report = Report(progress)
    about = _read_about(folder / "taxonomy.json")
    groups = _read_groups(folder / "skill_groups.csv", report)
    skills = _read_skills(folder / "skills.csv", report)
    occupations = _read_occupations(folder / "occupations.csv", report)
    requirements = _read_requirements(folder / "occupation_skills.csv", occupations.items, skills.items, report)
    broader = {*skills.items, *groups.items}
    taxonomy = Taxonomy(
        about.scheme,
        about.release,
        about.attribution,
        tuple(replace(s, broader_uris=skills.known(s.broader_uris, s.uri, broader)) for s in skills.items.values()),
        tuple(
            replace(
                o,
                requirements=requirements.of(o.uri),
                related_uris=occupations.known(o.related_uris, o.uri, occupations.items),
            )
            for o in occupations.items.values()
        ),
        tuple(replace(g, broader_uris=groups.known(g.broader_uris, g.uri, groups.items)) for g in groups.items.values()),
        _read_relations(folder / "skill_relations.csv", skills.items, report),
        about.languages,
    )
    return report.read([taxonomy])


@dataclass(frozen=True)
class _About:
    scheme: str
    release: str
    attribution: str
    languages: tuple[str, ...]


def _read_about(file: Path) -> _About:
    if not file.is_file():
        raise InvalidInput(f"{file.name} is missing", where=str(file.parent), fix=_FIX)
    found = read_json(file)
    if not isinstance(found, dict):
        raise InvalidInput("not a JSON object", where=file.name, fix=f"an object with {', '.join(ABOUT_KEYS)}")
    unknown = sorted(key for key in found if key not in ABOUT_KEYS and not key.startswith("x_"))
    if unknown:
        raise InvalidInput(f"unknown key {unknown[0][:80]!r}", where=file.name, fix="prefix it with x_ to keep it")
    languages = found.get("languages", ["en"])
    if not isinstance(languages, list) or not all(isinstance(each, str) for each in languages):
        raise InvalidInput("languages is not a list of texts", where=file.name, fix='such as ["en"]')
    texts = {key: found.get(key, "") for key in ABOUT_KEYS[:3]}
    for key, value in texts.items():
        if not isinstance(value, str) or (key == "scheme" and not value.strip()):
            raise InvalidInput(f"{key} is missing or not a text", where=file.name, fix=f"give {key}")
    return _About(**cast(dict[str, str], texts), languages=tuple(languages))


@dataclass(frozen=True)
class _Table:
    """The items of one file, with what is needed to refuse a link of one of them later."""

    file: Path
    report: Report


class _Linked(_Table):
    """Placeholder."""
