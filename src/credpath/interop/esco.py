"""Reads the ESCO classification from the folder of its official CSV release.

Layout: https://esco.ec.europa.eu/en/use-esco/download (classification, CSV). Bad rows are skipped and reported; only a
missing mandatory file stops the import.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast, get_args

from credpath.domain.skills import Occupation, Requirement, Reuse, Skill, SkillKind, SkillRelation, Taxonomy
from credpath.errors import InvalidInput
from credpath.interop import esco_files as files
from credpath.interop.esco_files import EscoFolder
from credpath.interop.esco_hierarchy import Hierarchy, read_hierarchy, relate
from credpath.interop.esco_labels import DescriptionStarts, LabelSplitter
from credpath.interop.gathering import Gathered, Requirements, distinct_labels
from credpath.interop.reading import Progress, Read, Report, no_progress
from credpath.interop.tabular import read_rows

_KINDS: dict[str, SkillKind] = {"knowledge": "knowledge", "skill/competence": "skill", "": "skill"}
_RELATIONS = {"essential": True, "optional": False}
_REUSES = frozenset(get_args(Reuse))


def read_esco(folder: Path, progress: Progress = no_progress) -> Read[Taxonomy]:
    """One Taxonomy, everything sorted by URI, and a refusal for each row that could not be used.

    `folder` holds the official CSV files in one or more languages; English leads, the labels of the others become
    alternative labels. Raises InvalidInput when the folder or one of the mandatory files occupations,
    skills and occupationSkillRelations is missing.
    """
    report = Report(progress)
    release = files.open_folder(folder)
    translations = _read_translations(release, report)
    skills = _read_skills(release, translations, report)
    occupations = _read_occupations(release, translations, report)
    requirements = _read_requirements(release, occupations, skills, report)
    needing = [replace(o, requirements=requirements.of(o.uri)) for o in occupations.values()]
    hierarchy = read_hierarchy(release, skills, report)
    taxonomy = Taxonomy(
        scheme="esco",
        release=release.release,
        attribution=files.ATTRIBUTION,
        skills=_finish(skills, hierarchy, report),
        occupations=relate(release, needing, report),
        groups=hierarchy.groups,
        relations=_read_relations(release, skills, report),
        languages=release.languages,
    )
    return report.read([taxonomy])


def _labels(*cells: str) -> list[str]:
    """ESCO separates labels by line in its tables and by " | " in its collections."""
    return [label for cell in cells for label in re.split(r"\n| \| ", cell)]


Translations = Mapping[str, list[str]]


def _read_translations(release: EscoFolder, report: Report) -> Translations:
    """{skill or occupation: its labels in the other languages}."""
    found: dict[str, list[str]] = defaultdict(list)
    for language in release.languages[1:]:
        for table in ("occupations", "skills"):
            file = release.find(table, language)
            if file:
                for _, row in read_rows(file, files.TRANSLATIONS, report):
                    found[row["conceptUri"]] += _labels(row["preferredLabel"], row["altLabels"], row["hiddenLabels"])
    return found


def _is_withdrawn(file: Path, line: int, row: Mapping[str, str], report: Report) -> bool:
    status = row["status"].strip()
    if status in ("", "released"):
        return False
    report.refuse(file, line, f"{row['conceptUri']} has the status {status[:40]!r}, not released")
    return True


def _read_occupations(release: EscoFolder, translations: Translations, report: Report) -> Gathered[Occupation]:
    file = release.mandatory("occupations")
    found: Gathered[Occupation] = Gathered(file, report)
    for line, row in read_rows(file, files.OCCUPATIONS, report):
        if _is_withdrawn(file, line, row, report):
            continue
        uri, label = row["conceptUri"].strip(), row["preferredLabel"].strip()
        labels = _labels(row["altLabels"], row["hiddenLabels"]) + translations.get(uri, [])
        try:
            found.add(uri, Occupation(
                uri, label, distinct_labels(labels, label), row["description"].strip(),
                isco_code=row["iscoGroup"].strip().removeprefix("C"),
            ), line)  # fmt: skip
        except InvalidInput as error:
            report.refuse(file, line, error)
    return found


@dataclass
class _InCollections:
    """What the collections say of a skill. Their labels and descriptions are intact where skills' may not be."""

    names: set[str] = field(default_factory=set)
    labels: str = ""
    description: str = ""
    reuse: str = ""


def _read_collections(release: EscoFolder, report: Report) -> dict[str, tuple[_InCollections, Path, int]]:
    """{skill: what the collections say, and the last row that said so}."""
    found: dict[str, tuple[_InCollections, Path, int]] = {}
    for name, file in release.collections():
        for line, row in read_rows(file, files.COLLECTION, report):
            uri = row["conceptUri"].strip()
            told = found[uri][0] if uri in found else _InCollections()
            told.names.add(name)
            told.labels = told.labels or row["altLabels"]
            told.description = told.description or row["description"].strip()
            told.reuse = told.reuse or row["reuseLevel"].strip()
            found[uri] = (told, file, line)
    return found


def _read_skills(release: EscoFolder, translations: Translations, report: Report) -> Gathered[Skill]:
    file = release.mandatory("skills")
    found: Gathered[Skill] = Gathered(file, report)
    collections = _read_collections(release, report)
    for line, row in read_rows(file, files.SKILLS, report):
        if _is_withdrawn(file, line, row, report):
            continue
        told = collections.get(row["conceptUri"].strip(), (_InCollections(),))[0]
        try:
            skill = _skill(row, told, translations)
        except InvalidInput as error:
            report.refuse(file, line, error)
        else:
            found.add(skill.uri, skill, line)
    for uri in sorted(set(collections) - set(found)):
        _, source, line = collections[uri]
        report.refuse(source, line, f"skill {uri} is not in this release")
    return found


def _skill(row: Mapping[str, str], told: _InCollections, translations: Translations) -> Skill:
    """Raises InvalidInput for a type or reuse level that ESCO does not have, or a missing label."""
    uri, label = row["conceptUri"].strip(), row["preferredLabel"].strip()
    kind, reuse = row["skillType"].strip(), row["reuseLevel"].strip() or told.reuse
    if kind not in _KINDS:
        raise InvalidInput(f"unknown skillType {kind[:40]!r}", where="skillType", fix="knowledge or skill/competence")
    if reuse not in _REUSES:
        raise InvalidInput(f"unknown reuseLevel {reuse[:40]!r}", where="reuseLevel")
    own = _labels(row["altLabels"].strip() or told.labels, row["hiddenLabels"])
    intact = bool(row["altLabels"].strip()) or not told.description
    return Skill(
        uri, label, distinct_labels(own + translations.get(uri, []), label),
        row["description"].strip() if intact else told.description,
        _KINDS[kind], cast(Reuse, reuse), collections=tuple(sorted(told.names)),
    )  # fmt: skip


def _finish(skills: Gathered[Skill], hierarchy: Hierarchy, report: Report) -> tuple[Skill, ...]:
    """The skills with what is broader; in a rebuilt release (see esco_labels) also repaired."""
    placed = [replace(skill, broader_uris=hierarchy.above(skill.uri)) for skill in skills.values()]
    # The official release gives every skill a reuse level and nearly every one alternative labels.
    broken = [skill for skill in placed if not skill.alt_labels and not skill.reuse]
    if len(broken) * 2 <= len(placed):
        return tuple(placed)
    starts = DescriptionStarts(text for skill in placed for text in (skill.label, skill.description))
    splitter = LabelSplitter(label for skill in placed for label in (skill.label, *skill.alt_labels))
    taken = {skill.label.casefold() for skill in placed}
    repaired = {}
    for count, skill in enumerate(broken, 1):
        repaired[skill.uri] = _repair(skill, starts, splitter, taken, hierarchy)
        if count % 500 == 0:
            report.progress("alternative labels", count)
    return tuple(repaired.get(skill.uri, skill) for skill in placed)


def _repair(
    skill: Skill, starts: DescriptionStarts, splitter: LabelSplitter, taken: Collection[str], hierarchy: Hierarchy
) -> Skill:
    """Takes labels and description apart, and takes the kind from the pillar: skillType was lost on the way too."""
    kind = hierarchy.pillar(skill.uri) or skill.kind
    words = skill.description.split()
    start = starts.find(words)
    if not start:
        return replace(skill, kind=kind)
    labels = splitter.split(words[:start], skill.label)
    # A label that is another skill's preferred one would lead to the wrong skill.
    own = [label for label in labels if label.casefold() not in taken]
    return replace(skill, kind=kind, alt_labels=distinct_labels(own, skill.label), description=" ".join(words[start:]))


def _read_requirements(
    release: EscoFolder, occupations: Collection[str], skills: Collection[str], report: Report
) -> Requirements:
    file = release.mandatory("occupationSkillRelations")
    found = Requirements(occupations, skills, report)
    for line, row in read_rows(file, files.OCCUPATION_SKILLS, report):
        essential = _RELATIONS.get(row["relationType"].strip().lower())
        if essential is None:
            report.refuse(file, line, _unknown_relation(row), "essential or optional")
            continue
        try:
            found.add(file, line, row["occupationUri"].strip(), Requirement(row["skillUri"].strip(), essential))
        except InvalidInput as error:
            report.refuse(file, line, error)
    return found


def _unknown_relation(row: Mapping[str, str]) -> str:
    return f"unknown relationType {row['relationType'][:40]!r}"


def _read_relations(release: EscoFolder, skills: Collection[str], report: Report) -> tuple[SkillRelation, ...]:
    file = release.find("skillSkillRelations")
    found: dict[tuple[str, str], bool] = {}
    if file is None:
        return ()
    for line, row in read_rows(file, files.SKILL_RELATIONS, report):
        pair = row["originalSkillUri"].strip(), row["relatedSkillUri"].strip()
        essential = _RELATIONS.get(row["relationType"].strip().lower())
        unknown = [uri for uri in pair if uri not in skills]
        if essential is None:
            report.refuse(file, line, _unknown_relation(row), "essential or optional")
        elif unknown:
            report.refuse(file, line, f"{' and '.join(unknown)} not in this release")
        else:
            found[pair] = found.get(pair, False) or essential
    return tuple(SkillRelation(*pair, essential) for pair, essential in sorted(found.items()))
