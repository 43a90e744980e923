"""The skills of O*NET and which occupation needs which: rated elements of the content model, and technologies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credpath.domain.rules import check_number, check_text
from credpath.domain.skills import Requirement, Skill, SkillGroup, SkillKind
from credpath.errors import InvalidInput
from credpath.interop import onet_files as files
from credpath.interop.onet_files import OnetFolder, rows_of
from credpath.interop.reading import Report, parse_flag, parse_number

# The importance scale reads 1 not, 2 somewhat, 3 important, 4 very, 5 extremely important: 3 is the first answer that
# calls a skill important at all. In 29.2 that makes 14 of 35 skills and 8 of 33 fields of knowledge essential.
ESSENTIAL_IMPORTANCE = 3.0

_SCALES = {"IM": (1.0, 5.0), "LV": (0.0, 7.0)}

Link = tuple[Path, int, str, Requirement]


@dataclass(frozen=True)
class OnetSkills:
    """The skills of some tables, and which occupation needs which, with the row that says so."""

    skills: tuple[Skill, ...]
    links: tuple[Link, ...]
    groups: tuple[SkillGroup, ...] = ()


@dataclass
class _Rating:
    """Both scales of one occupation and element. `line` is that of the importance."""

    file: Path
    line: int = 0
    importance: float | None = None
    level: float | None = None
    not_relevant: bool = False


def read_elements(release: OnetFolder, report: Report) -> OnetSkills:
    """Skills, knowledge and abilities with their ratings; what O*NET marks not relevant or unreliable is left out."""
    descriptions = {
        row["Element ID"].strip(): row["Description"].strip()
        for _, _, row in rows_of(release, "Content Model Reference", files.ELEMENTS, report)
    }
    skills: dict[str, Skill] = {}
    ratings: dict[tuple[str, str], _Rating] = {}
    for table, kind in files.RATINGS:
        for file, line, row in rows_of(release, table, files.RATING, report):
            uri = files.element_uri(row["Element ID"].strip())
            try:
                if uri not in skills:
                    skills[uri] = _element(row, kind, descriptions)
                _rate(ratings, uri, file, line, row)
            except InvalidInput as error:
                report.refuse(file, line, error)
    links = [
        (rating.file, rating.line, occupation, _requirement(skill, rating))
        for (occupation, skill), rating in ratings.items()
        # A level without an importance says nothing about need.
        if rating.importance is not None and not rating.not_relevant
    ]
    return OnetSkills(tuple(skills.values()), tuple(links))


def _element(row: Mapping[str, str], kind: SkillKind, descriptions: Mapping[str, str]) -> Skill:
    element = row["Element ID"].strip()
    check_text(element, "Element ID", empty=False)
    label = row["Element Name"].strip()
    return Skill(files.element_uri(element), label, description=descriptions.get(element, ""), kind=kind)


def _rate(
    ratings: dict[tuple[str, str], _Rating], skill_uri: str, file: Path, line: int, row: Mapping[str, str]
) -> None:
    """Notes one row's value. Raises InvalidInput for a scale or a number that O*NET does not have."""
    scale = row["Scale ID"].strip().upper()
    if scale not in _SCALES:
        raise InvalidInput(f"unknown Scale ID {scale[:20]!r}", where="Scale ID", fix="IM or LV")
    rating = ratings.setdefault((files.occupation_uri(row["O*NET-SOC Code"].strip()), skill_uri), _Rating(file))
    if parse_flag(row["Not Relevant"], "Not Relevant"):
        rating.not_relevant = True
    if parse_flag(row["Recommend Suppress"], "Recommend Suppress"):
        return
    low, high = _SCALES[scale]
    value = parse_number(row["Data Value"], "Data Value")
    if value is None:
        raise InvalidInput("Data Value is empty", where="Data Value")
    share = (check_number(value, "Data Value", low=low, high=high) - low) / (high - low)
    if scale == "IM":
        rating.line = line
        rating.importance = max(share, rating.importance or 0.0)
    else:
        rating.level = max(share, rating.level or 0.0)


def _requirement(skill_uri: str, rating: _Rating) -> Requirement:
    low, high = _SCALES["IM"]
    importance = rating.importance or 0.0
    essential = importance >= (ESSENTIAL_IMPORTANCE - low) / (high - low)
    return Requirement(skill_uri, essential, importance, rating.level)


def read_technologies(release: OnetFolder, report: Report) -> OnetSkills:
    """A technology is essential where it is in demand: that flag is set for each occupation by its own job postings.

    Hot says that a technology is frequent in the postings of all occupations together, so it is kept as a flag only.
    """
    groups: dict[str, SkillGroup] = {}
    above: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, str] = {}
    links: list[Link] = []
    for table in files.TECHNOLOGIES:
        for file, line, row in rows_of(release, table, files.TECHNOLOGY, report):
            example = " ".join(row["Example"].split())
            uri = files.technology_uri(example)
            try:
                Skill(uri, example, kind="technology")
                hot, in_demand = (parse_flag(row[flag], flag) for flag in ("Hot Technology", "In Demand"))
            except InvalidInput as error:
                report.refuse(file, line, error)
                continue
            labels.setdefault(uri, example)
            code, title = row["Commodity Code"].strip(), row["Commodity Title"].strip()
            if code and title:
                group = files.commodity_uri(code)
                groups.setdefault(group, SkillGroup(group, title, code))
                above[uri].add(group)
            requirement = Requirement(uri, in_demand, hot=hot, in_demand=in_demand)
            links.append((file, line, files.occupation_uri(row["O*NET-SOC Code"].strip()), requirement))
    skills = tuple(
        Skill(uri, label, kind="technology", broader_uris=tuple(sorted(above[uri])))
        for uri, label in sorted(labels.items())
    )
    return OnetSkills(skills, tuple(links), tuple(groups[uri] for uri in sorted(groups)))
