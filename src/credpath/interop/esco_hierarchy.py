"""ESCO's hierarchies: skill groups, what is broader than what, and which occupations are near each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from credpath.domain.skills import Occupation, SkillGroup, SkillKind
from credpath.interop.esco_files import BROADER, GROUPS, HIERARCHY, EscoFolder
from credpath.interop.gathering import Gathered
from credpath.interop.reading import Report
from credpath.interop.tabular import read_rows

KNOWLEDGE_PILLAR = "http://data.europa.eu/esco/skill/c46fcb45-5c14-4ffa-abed-5a43f104bb22"
SKILLS_PILLAR = "http://data.europa.eu/esco/skill/335228d2-297d-4e0e-a6ee-bc6a8dc110d9"
MAX_RELATED = 20  # as many as O*NET names

Broader = dict[str, set[str]]


@dataclass(frozen=True)
class Hierarchy:
    """The skill groups, sorted by URI, and for each skill or group those right above it."""

    groups: tuple[SkillGroup, ...]
    broader: Mapping[str, Collection[str]]

    def above(self, uri: str) -> tuple[str, ...]:
        """What is right above a skill or group, sorted."""
        return tuple(sorted(self.broader.get(uri, ())))

    def pillar(self, uri: str) -> SkillKind | None:
        """Whether a skill stands in the pillar of knowledge or of skills; None when in neither.

        Knowledge wins: of the 1,943 skills of the digital, green and transversal collections this agrees with ESCO's
        own skillType in all but 3.
        """
        reached: set[str] = set()
        waiting = [uri]
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting.extend(self.broader.get(node, ()))
        if KNOWLEDGE_PILLAR in reached:
            return "knowledge"
        return "skill" if SKILLS_PILLAR in reached else None


def read_hierarchy(release: EscoFolder, skills: Collection[str], report: Report) -> Hierarchy:
    """Groups and links of the three files that carry them, each optional. Links to unknown concepts are refused."""
    groups: dict[str, SkillGroup] = {}
    broader: Broader = defaultdict(set)
    table = release.find("skillGroups")
    if table:
        groups.update((group.uri, group) for group in _group_rows(table, report))
    levels = release.find("skillsHierarchy")
    if levels:
        _read_levels(levels, groups, broader, report)
    links = release.find("broaderRelationsSkillPillar")
    if links:
        _read_links(links, groups, skills, broader, report)
    found = tuple(replace(groups[uri], broader_uris=tuple(sorted(broader[uri]))) for uri in sorted(groups))
    return Hierarchy(found, broader)


def _group_rows(file: Path, report: Report) -> tuple[SkillGroup, ...]:
    groups: Gathered[SkillGroup] = Gathered(file, report)
    for line, row in read_rows(file, GROUPS, report):
        uri, label = row["conceptUri"].strip(), row["preferredLabel"].strip()
        if uri and label:
            groups.add(uri, SkillGroup(uri, label, row["code"].strip()), line)
        else:
            report.refuse(file, line, "a skill group without URI or label")
    return groups.values()


def _read_levels(file: Path, groups: dict[str, SkillGroup], broader: Broader, report: Report) -> None:
    """Each row of the hierarchy is one way down from a pillar, up to four levels deep."""
    for _, row in read_rows(file, HIERARCHY, report):
        above = ""
        for level in range(4):
            uri, label = row[f"Level {level} URI"].strip(), row[f"Level {level} preferred term"].strip()
            if not uri or not label:
                break
            groups.setdefault(uri, SkillGroup(uri, label, row[f"Level {level} code"].strip()))
            if above:
                broader[uri].add(above)
            above = uri


def _read_links(file: Path, groups: Collection[str], skills: Collection[str], broader: Broader, report: Report) -> None:
    for line, row in read_rows(file, BROADER, report):
        lower, upper = row["conceptUri"].strip(), row["broaderUri"].strip()
        unknown = [uri for uri in (lower, upper) if uri not in skills and uri not in groups]
        if unknown:
            report.refuse(file, line, f"{' and '.join(unknown)} not in this release")
        else:
            broader[lower].add(upper)


def relate(release: EscoFolder, occupations: Iterable[Occupation], report: Report) -> tuple[Occupation, ...]:
    """The occupations with `related_uris`, nearest first, at most MAX_RELATED.

    ESCO names no related occupations. Near are the broader and narrower ones that it does name, then those of the same
    ISCO unit group; within each by how much of their skills they share (Jaccard), ties by URI.
    """
    by_uri = {occupation.uri: occupation for occupation in occupations}
    family = _read_families(release, by_uri, report)
    needs = {uri: frozenset(r.skill_uri for r in occupation.requirements) for uri, occupation in by_uri.items()}
    groups: dict[str, list[str]] = defaultdict(list)
    for uri, occupation in by_uri.items():
        if occupation.isco_code:
            groups[occupation.isco_code].append(uri)
    related = []
    for uri, occupation in sorted(by_uri.items()):
        near = {*family[uri], *groups[occupation.isco_code]} - {uri}
        ranked = sorted(near, key=lambda other: (other not in family[uri], -_shared(needs[uri], needs[other]), other))
        related.append(replace(occupation, related_uris=tuple(ranked[:MAX_RELATED])))
    return tuple(related)


def _read_families(release: EscoFolder, occupations: Collection[str], report: Report) -> Broader:
    """{occupation: those right above and below it}."""
    family: Broader = defaultdict(set)
    file = release.find("broaderRelationsOccPillar")
    if file is None:
        return family
    for line, row in read_rows(file, BROADER, report):
        lower, upper = row["conceptUri"].strip(), row["broaderUri"].strip()
        # ISCO groups are known by the code that each occupation carries.
        if row["conceptType"] != "Occupation" or row["broaderType"] != "Occupation":
            continue
        unknown = [uri for uri in (lower, upper) if uri not in occupations]
        if unknown:
            report.refuse(file, line, f"{' and '.join(unknown)} not in this release")
        else:
            family[lower].add(upper)
            family[upper].add(lower)
    return family


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    union = len(one | other)
    return len(one & other) / union if union else 0.0
