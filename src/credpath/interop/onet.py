"""Reads the O*NET database from the folder of its official text release, 29.x or 30.x.

Layout: https://www.onetcenter.org/dictionary/ (text). Skills, knowledge, abilities and technologies become skills. Bad
rows are skipped and reported; rows that O*NET itself marks as not relevant or unreliable are left out without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from credpath.domain.rules import check_text
from credpath.domain.skills import Occupation, Taxonomy
from credpath.errors import InvalidInput
from credpath.interop import onet_files as files
from credpath.interop.gathering import Gathered, Requirements, distinct_labels
from credpath.interop.onet_files import OnetFolder, rows_of
from credpath.interop.onet_skills import read_elements, read_technologies
from credpath.interop.reading import Progress, Read, Report, no_progress, parse_number
from credpath.interop.tabular import Columns

MAX_TASKS = 15

_TASK_ORDER = {"core": 0, "supplemental": 1}


def read_onet(folder: Path, progress: Progress = no_progress) -> Read[Taxonomy]:
    """One Taxonomy, everything sorted by URI, and a refusal for each row that could not be used.

    Importance and level are scaled to 0..1; occupations without ratings (military, "All Other") are kept. Raises
    InvalidInput when the folder, Occupation Data or the skills are missing.
    """
    report = Report(progress)
    release = files.open_folder(folder)
    occupations = _read_occupations(release, report)
    elements = read_elements(release, report)
    technologies = read_technologies(release, report)
    skills = {skill.uri: skill for skill in (*elements.skills, *technologies.skills)}
    requirements = Requirements(occupations, skills, report)
    for file, line, occupation, requirement in (*elements.links, *technologies.links):
        requirements.add(file, line, occupation, requirement)
    taxonomy = Taxonomy(
        scheme="onet",
        release=release.release,
        attribution=files.attribution(release.release),
        skills=tuple(skills[uri] for uri in sorted(skills)),
        occupations=_describe(release, occupations, requirements, report),
        groups=technologies.groups,
    )
    return report.read([taxonomy])


def _read_occupations(release: OnetFolder, report: Report) -> Gathered[Occupation]:
    found: Gathered[Occupation] = Gathered(release.mandatory("Occupation Data"), report)
    for file, line, row in rows_of(release, "Occupation Data", files.OCCUPATION, report):
        code, title = row["O*NET-SOC Code"].strip(), row["Title"].strip()
        try:
            check_text(code, "O*NET-SOC Code", empty=False)
            occupation = Occupation(
                files.occupation_uri(code), title, description=row["Description"].strip(), soc_code=code
            )
        except InvalidInput as error:
            report.refuse(file, line, error)
        else:
            found.add(occupation.uri, occupation, line)
    return found


def _describe(
    release: OnetFolder, occupations: Gathered[Occupation], requirements: Requirements, report: Report
) -> tuple[Occupation, ...]:
    """The occupations with their titles, zones, tasks, related ones and requirements."""
    titles = _read_titles(release, occupations, report)
    zones = _read_zones(release, occupations, report)
    tasks = _read_tasks(release, occupations, report)
    related = _read_related(release, occupations, report)
    return tuple(
        replace(
            occupation,
            alt_labels=distinct_labels(sorted(titles[occupation.uri]), occupation.label),
            job_zone=zones.get(occupation.uri),
            tasks=tuple(dict.fromkeys(task for _, _, task in sorted(tasks[occupation.uri])))[:MAX_TASKS],
            related_uris=tuple(dict.fromkeys(uri for _, uri in sorted(related[occupation.uri]))),
            requirements=requirements.of(occupation.uri),
        )
        for occupation in occupations.values()
    )


Add = Callable[[str, Mapping[str, str]], None]


def _each(
    release: OnetFolder, table: str, columns: Columns, occupations: Gathered[Occupation], report: Report, add: Add
) -> None:
    """Calls `add(occupation_uri, row)` for each row of a known occupation; refuses the others and what `add` raises."""
    for file, line, row in rows_of(release, table, columns, report):
        uri = files.occupation_uri(row["O*NET-SOC Code"].strip())
        if uri not in occupations:
            report.refuse(file, line, f"occupation {row['O*NET-SOC Code'][:40]!r} is not in this release")
            continue
        try:
            add(uri, row)
        except InvalidInput as error:
            report.refuse(file, line, error)


def _read_titles(release: OnetFolder, occupations: Gathered[Occupation], report: Report) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)

    def add(uri: str, row: Mapping[str, str]) -> None:
        check_text(row["Alternate Title"], "Alternate Title", empty=False)
        found[uri].update(t for t in (row["Alternate Title"], row["Short Title"]) if t.strip().lower() != "n/a")

    for table in files.TITLES:
        _each(release, table, files.TITLE, occupations, report, add)
    return found


def _read_zones(release: OnetFolder, occupations: Gathered[Occupation], report: Report) -> dict[str, int]:
    found: dict[str, int] = {}

    def add(uri: str, row: Mapping[str, str]) -> None:
        zone = parse_number(row["Job Zone"], "Job Zone")
        if zone not in (None, 1, 2, 3, 4, 5):
            raise InvalidInput(f"Job Zone is {row['Job Zone'][:20]!r}", where="Job Zone", fix="1 to 5")
        if zone is not None:
            found[uri] = max(found.get(uri, 1), int(zone))

    _each(release, "Job Zones", files.ZONE, occupations, report, add)
    return found


def _read_tasks(
    release: OnetFolder, occupations: Gathered[Occupation], report: Report
) -> dict[str, set[tuple[int, float, str]]]:
    """{occupation: (core before supplemental before unrated, task id, task)}."""
    found: dict[str, set[tuple[int, float, str]]] = defaultdict(set)

    def add(uri: str, row: Mapping[str, str]) -> None:
        order = _TASK_ORDER.get(row["Task Type"].strip().lower(), 2)
        task = check_text(row["Task"].strip(), "Task", empty=False)
        found[uri].add((order, parse_number(row["Task ID"], "Task ID") or 0.0, task))

    _each(release, "Task Statements", files.TASK, occupations, report, add)
    return found


def _read_related(
    release: OnetFolder, occupations: Gathered[Occupation], report: Report
) -> dict[str, set[tuple[float, str]]]:
    """{occupation: (rank, related occupation)}, nearest first."""
    found: dict[str, set[tuple[float, str]]] = defaultdict(set)

    def add(uri: str, row: Mapping[str, str]) -> None:
        other = files.occupation_uri(row["Related O*NET-SOC Code"].strip())
        if other not in occupations:
            code = row["Related O*NET-SOC Code"][:40]
            raise InvalidInput(f"related occupation {code!r} is not in this release", where="Related O*NET-SOC Code")
        found[uri].add((parse_number(row["Index"], "Index") or 0.0, other))

    _each(release, "Related Occupations", files.RELATED, occupations, report, add)
    return found
