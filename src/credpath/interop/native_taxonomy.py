"""Reads a taxonomy of our own format: a folder of CSV files with a taxonomy.json beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, cast, get_args

from credpath.domain.rules import MAX_LABEL, check_id, check_text
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

ABOUT_KEYS = ("scheme", "release", "attribution", "languages")
SKILLS = Columns(("skill_uri", "label"), ("alt_labels", "description", "kind", "reuse", "broader_uris", "collections"))
OCCUPATIONS = Columns(
    ("occupation_uri", "label"),
    ("alt_labels", "description", "isco_code", "soc_code", "job_zone", "related_uris", "tasks"),
)
OCCUPATION_SKILLS = Columns(("occupation_uri", "skill_uri", "relation"), ("importance", "level", "hot", "in_demand"))
GROUPS = Columns(("group_uri", "label"), ("code", "broader_uris"))
RELATIONS = Columns(("from_uri", "to_uri", "relation"))

_FIX = "a taxonomy folder holds taxonomy.json, skills.csv, occupations.csv and occupation_skills.csv"
_RELATIONS = {"essential": True, "optional": False}


def read_native_taxonomy(folder: Path, progress: Progress = no_progress) -> Read[Taxonomy]:
    """One Taxonomy, everything sorted by URI, and a refusal for each row or link that could not be used.

    `related_uris` and `tasks` keep their order. Raises InvalidInput when taxonomy.json, skills.csv, occupations.csv or
    occupation_skills.csv is missing, or when taxonomy.json does not say what it must.
    """
    report = Report(progress)
    about = _read_about(folder / "taxonomy.json")
    groups = _read_groups(folder / "skill_groups.csv", report)
    skills = _read_skills(folder / "skills.csv", report)
    occupations = _read_occupations(folder / "occupations.csv", report)
    requirements = _read_requirements(folder / "occupation_skills.csv", occupations, skills, report)
    above = {*skills, *groups}
    taxonomy = Taxonomy(
        about.scheme,
        about.release,
        about.attribution,
        tuple(_below(skills, skill, above) for skill in skills.values()),
        tuple(_related(occupations, each, requirements) for each in occupations.values()),
        tuple(_below(groups, group, groups) for group in groups.values()),
        _read_relations(folder / "skill_relations.csv", skills, report),
        about.languages,
    )
    return report.read([taxonomy])


Placed = TypeVar("Placed", Skill, SkillGroup)


def _below(gathered: Gathered[Placed], item: Placed, above: Collection[str]) -> Placed:
    return replace(item, broader_uris=tuple(sorted(gathered.only_known(item.uri, item.broader_uris, above))))


def _related(occupations: Gathered[Occupation], occupation: Occupation, requirements: Requirements) -> Occupation:
    related = occupations.only_known(occupation.uri, occupation.related_uris, occupations)
    return replace(occupation, related_uris=related, requirements=requirements.of(occupation.uri))


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


def _read_groups(file: Path, report: Report) -> Gathered[SkillGroup]:
    found: Gathered[SkillGroup] = Gathered(file, report)
    if not file.exists():
        return found
    for line, row in read_rows(file, GROUPS, report):
        uri, label = row["group_uri"].strip(), row["label"].strip()
        try:
            check_id(uri, "group_uri")
            check_text(label, "label", limit=MAX_LABEL, empty=False)
        except InvalidInput as error:
            report.refuse(file, line, error)
        else:
            found.add(uri, SkillGroup(uri, label, row["code"].strip(), parse_list(row["broader_uris"])), line)
    return found


def _read_skills(file: Path, report: Report) -> Gathered[Skill]:
    found: Gathered[Skill] = Gathered(file, report)
    for line, row in read_rows(file, SKILLS, report, fix=_FIX):
        try:
            skill = _skill(row)
        except InvalidInput as error:
            report.refuse(file, line, error)
        else:
            found.add(skill.uri, skill, line)
    return found


def _skill(row: Mapping[str, str]) -> Skill:
    label = row["label"].strip()
    return Skill(
        row["skill_uri"].strip(),
        label,
        distinct_labels(parse_list(row["alt_labels"]), label),
        row["description"].strip(),
        cast(SkillKind, _one_of(row["kind"] or "skill", "kind", get_args(SkillKind))),
        cast(Reuse, _one_of(row["reuse"], "reuse", get_args(Reuse))),
        parse_list(row["broader_uris"]),
        tuple(sorted(parse_list(row["collections"]))),
    )


def _one_of(text: str, field: str, allowed: Collection[str]) -> str:
    word = text.strip().lower()
    if word not in allowed:
        choices = ", ".join(filter(None, allowed))
        raise InvalidInput(f"unknown {field} {text.strip()[:40]!r}", where=field, fix=f"one of {choices}")
    return word


def _read_occupations(file: Path, report: Report) -> Gathered[Occupation]:
    found: Gathered[Occupation] = Gathered(file, report)
    for line, row in read_rows(file, OCCUPATIONS, report, fix=_FIX):
        try:
            occupation = _occupation(row)
        except InvalidInput as error:
            report.refuse(file, line, error)
        else:
            found.add(occupation.uri, occupation, line)
    return found


def _occupation(row: Mapping[str, str]) -> Occupation:
    label = row["label"].strip()
    zone = parse_number(row["job_zone"], "job_zone")
    if zone not in (None, 1, 2, 3, 4, 5):
        raise InvalidInput(f"job_zone is {row['job_zone'][:20]!r}", where="job_zone", fix="1 to 5, or empty")
    return Occupation(
        row["occupation_uri"].strip(),
        label,
        distinct_labels(parse_list(row["alt_labels"]), label),
        row["description"].strip(),
        row["isco_code"].strip(),
        row["soc_code"].strip(),
        None if zone is None else int(zone),
        related_uris=parse_list(row["related_uris"]),
        tasks=parse_list(row["tasks"]),
    )


def _read_requirements(
    file: Path, occupations: Collection[str], skills: Collection[str], report: Report
) -> Requirements:
    found = Requirements(occupations, skills, report)
    for line, row in read_rows(file, OCCUPATION_SKILLS, report, fix=_FIX):
        try:
            found.add(file, line, row["occupation_uri"].strip(), _requirement(row))
        except InvalidInput as error:
            report.refuse(file, line, error)
    return found


def _requirement(row: Mapping[str, str]) -> Requirement:
    return Requirement(
        row["skill_uri"].strip(),
        _RELATIONS[_one_of(row["relation"], "relation", _RELATIONS)],
        parse_number(row["importance"], "importance"),
        parse_number(row["level"], "level"),
        parse_flag(row["hot"], "hot"),
        parse_flag(row["in_demand"], "in_demand"),
    )


def _read_relations(file: Path, skills: Collection[str], report: Report) -> tuple[SkillRelation, ...]:
    found: dict[tuple[str, str], bool] = {}
    if not file.exists():
        return ()
    for line, row in read_rows(file, RELATIONS, report):
        pair = row["from_uri"].strip(), row["to_uri"].strip()
        unknown = [uri for uri in pair if uri not in skills]
        try:
            essential = _RELATIONS[_one_of(row["relation"], "relation", _RELATIONS)]
        except InvalidInput as error:
            report.refuse(file, line, error)
            continue
        if unknown or pair[0] == pair[1]:
            reason = f"{' and '.join(unknown)} not in this taxonomy" if unknown else f"{pair[0]} names itself"
            report.refuse(file, line, reason)
        else:
            found[pair] = found.get(pair, False) or essential
    return tuple(SkillRelation(*pair, essential) for pair, essential in sorted(found.items()))
