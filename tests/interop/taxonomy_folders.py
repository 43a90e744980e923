"""Small hand-written releases on disk, in the layout of the real ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

ESCO = "http://data.europa.eu/esco"
KNOWLEDGE_PILLAR = f"{ESCO}/skill/c46fcb45-5c14-4ffa-abed-5a43f104bb22"
SKILLS_PILLAR = f"{ESCO}/skill/335228d2-297d-4e0e-a6ee-bc6a8dc110d9"


def occupation(name: str) -> str:
    return f"{ESCO}/occupation/{name}"


def skill(name: str) -> str:
    return f"{ESCO}/skill/{name}"


def write_table(file: Path, rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> Path:
    """A table with the columns of all its rows."""
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    if delimiter == "\t":
        text.writelines("\t".join(line) + "\n" for line in cells)
    else:
        csv.writer(text, delimiter=delimiter).writerows(cells)
    file.write_text(text.getvalue(), encoding="utf-8", newline="")
    return file


def esco_tables() -> dict[str, list[dict[str, str]]]:
    """An ESCO release of two occupations and four skills, by file name."""
    return {
        "occupations_en.csv": [
            {
                "conceptType": "Occupation", "conceptUri": occupation("data-analyst"), "iscoGroup": "2511",
                "preferredLabel": "data analyst", "altLabels": "data analysts\nanalyst of data",
                "hiddenLabels": "dataanalyst", "status": "released", "description": "Data analysts analyse data.",
            },
            {
                "conceptType": "Occupation", "conceptUri": occupation("data-scientist"), "iscoGroup": "2511",
                "preferredLabel": "data scientist", "status": "released", "description": "They find\nmeaning in data.",
            },
        ],
        "skills_en.csv": [
            _esco_skill("sql", "SQL", "knowledge", "sector-specific", "structured query language", "Query."),
            _esco_skill("analyse", "analyse data", "skill/competence", "cross-sector", "data analysis", "Look."),
            _esco_skill("report", "report results", "skill/competence", "transversal", "present results", "Tell."),
            _esco_skill("python", "Python", "knowledge", "sector-specific", "", ""),
        ],
        "occupationSkillRelations_en.csv": [
            _link("data-analyst", "essential", "sql"),
            _link("data-analyst", "essential", "analyse"),
            _link("data-analyst", "optional", "python"),
            _link("data-scientist", "essential", "python"),
            _link("data-scientist", "essential", "analyse"),
        ],
        "skillGroups_en.csv": [
            {"conceptUri": KNOWLEDGE_PILLAR, "preferredLabel": "knowledge", "code": "K"},
            {"conceptUri": SKILLS_PILLAR, "preferredLabel": "skills", "code": "S"},
            {"conceptUri": f"{ESCO}/isced-f/06", "preferredLabel": "ICT", "code": "06"},
        ],
        "broaderRelationsSkillPillar_en.csv": [
            {"conceptUri": f"{ESCO}/isced-f/06", "broaderUri": KNOWLEDGE_PILLAR},
            {"conceptUri": skill("sql"), "broaderUri": f"{ESCO}/isced-f/06"},
            {"conceptUri": skill("python"), "broaderUri": f"{ESCO}/isced-f/06"},
            {"conceptUri": skill("analyse"), "broaderUri": SKILLS_PILLAR},
            {"conceptUri": skill("report"), "broaderUri": skill("analyse")},
        ],
        "broaderRelationsOccPillar_en.csv": [
            {
                "conceptType": "Occupation", "conceptUri": occupation("data-analyst"),
                "broaderType": "ISCOGroup", "broaderUri": f"{ESCO}/isco/C2511",
            },
        ],
        "skillSkillRelations_en.csv": [
            {
                "originalSkillUri": skill("sql"), "originalSkillType": "knowledge", "relationType": "optional",
                "relatedSkillType": "knowledge", "relatedSkillUri": skill("python"),
            },
        ],
        "digitalSkillsCollection_en.csv": [
            {
                "conceptUri": skill("python"), "preferredLabel": "Python", "reuseLevel": "sector-specific",
                "altLabels": "Python 3 | CPython", "description": "A programming language.",
            },
        ],
    }  # fmt: skip


def _esco_skill(name: str, label: str, kind: str, reuse: str, alt_labels: str, description: str) -> dict[str, str]:
    return {
        "conceptType": "KnowledgeSkillCompetence", "conceptUri": skill(name), "skillType": kind, "reuseLevel": reuse,
        "preferredLabel": label, "altLabels": alt_labels, "hiddenLabels": "", "status": "released",
        "description": description,
    }  # fmt: skip


def _link(occupation_name: str, relation: str, skill_name: str) -> dict[str, str]:
    return {
        "occupationUri": occupation(occupation_name), "relationType": relation, "skillType": "",
        "skillUri": skill(skill_name),
    }  # fmt: skip


def onet_tables() -> dict[str, list[dict[str, str]]]:
    """An O*NET release in the 29.x layout of three occupations, by file name."""
    code, title = "O*NET-SOC Code", "Title"
    developer, analyst = (
        {code: "15-1252.00", title: "Software Developers"},
        {code: "15-2051.00", title: "Data Scientists"},
    )
    return {
        "Occupation Data.txt": [
            {**developer, "Description": "Develop software."},
            {**analyst, "Description": 'Find "signal" in data.'},
            {code: "55-1011.00", title: "Air Crew Officers", "Description": ""},
        ],
        "Skills.txt": [
            _rating(developer, "2.A.1.a", "Reading Comprehension", "IM", "4.0"),
            _rating(developer, "2.A.1.a", "Reading Comprehension", "LV", "3.5"),
            _rating(analyst, "2.A.1.a", "Reading Comprehension", "IM", "2.0"),
            _rating(analyst, "2.A.1.a", "Reading Comprehension", "LV", "7"),
        ],
        "Knowledge.txt": [
            _rating(developer, "2.C.3.a", "Computers and Electronics", "IM", "5.00"),
            _rating(developer, "2.C.3.a", "Computers and Electronics", "LV", "6", suppress="Y"),
            _rating(analyst, "2.C.3.a", "Computers and Electronics", "IM", "1.5"),
            _rating(analyst, "2.C.3.a", "Computers and Electronics", "LV", "0", not_relevant="Y"),
        ],
        "Technology Skills.txt": [
            _technology(developer, "C++", "43232405", "Development software", "Y", "Y"),
            _technology(developer, "C#", "43232405", "Development software", "Y", "N"),
            _technology(analyst, "C++", "43232405", "Development software", "Y", "N"),
        ],
        "Alternate Titles.txt": [
            {**developer, "Alternate Title": "Web Programmer", "Short Title": "", "Source(s)": "08"},
            {**developer, "Alternate Title": "App Developer", "Short Title": "n/a", "Source(s)": "08"},
            {**analyst, "Alternate Title": "Business Intelligence Developer", "Short Title": "BI Developer"},
        ],
        "Job Zones.txt": [{**developer, "Job Zone": "4"}, {**analyst, "Job Zone": "5"}],
        "Task Statements.txt": [
            {**developer, "Task ID": "30", "Task": "Modify programs.", "Task Type": "Core"},
            {**developer, "Task ID": "9", "Task": "Supervise.", "Task Type": "Supplemental"},
            {**developer, "Task ID": "4", "Task": "Write code.", "Task Type": "Core"},
        ],
        "Related Occupations.txt": [
            {**developer, "Related O*NET-SOC Code": "55-1011.00", "Relatedness Tier": "Primary-Long", "Index": "10"},
            {**developer, "Related O*NET-SOC Code": "15-2051.00", "Relatedness Tier": "Primary-Short", "Index": "2"},
        ],
    }


def _rating(
    of: Mapping[str, str], element: str, name: str, scale: str, value: str, suppress: str = "N", not_relevant: str = ""
) -> dict[str, str]:
    return {
        **of, "Element ID": element, "Element Name": name, "Scale ID": scale, "Data Value": value,
        "Recommend Suppress": suppress, "Not Relevant": not_relevant,
    }  # fmt: skip


def _technology(of: Mapping[str, str], example: str, code: str, title: str, hot: str, in_demand: str) -> dict[str, str]:
    return {
        **of, "Example": example, "Commodity Code": code, "Commodity Title": title, "Hot Technology": hot,
        "In Demand": in_demand,
    }  # fmt: skip


def native_tables() -> dict[str, list[dict[str, str]]]:
    """A taxonomy of our own format, by file name, without taxonomy.json."""
    return {
        "skills.csv": [
            {
                "skill_uri": "x:sql", "label": "SQL", "alt_labels": "structured query language; SQL ;sql",
                "description": "Ask databases.", "kind": "knowledge", "reuse": "cross-sector",
                "broader_uris": "x:group", "collections": "green;digital",
            },
            {"skill_uri": "x:analyse", "label": "analyse data"},
        ],
        "occupations.csv": [
            {
                "occupation_uri": "x:analyst", "label": "data analyst", "alt_labels": "analyst", "isco_code": "2511",
                "soc_code": "15-2051.00", "job_zone": "4", "related_uris": "x:scientist", "tasks": "Look.;Tell.",
            },
            {"occupation_uri": "x:scientist", "label": "data scientist"},
        ],
        "occupation_skills.csv": [
            {
                "occupation_uri": "x:analyst", "skill_uri": "x:sql", "relation": "essential", "importance": "0.9",
                "level": "0.5", "hot": "true", "in_demand": "no",
            },
            {"occupation_uri": "x:analyst", "skill_uri": "x:analyse", "relation": "optional"},
        ],
        "skill_groups.csv": [{"group_uri": "x:group", "label": "data", "code": "D", "broader_uris": ""}],
        "skill_relations.csv": [{"from_uri": "x:analyse", "to_uri": "x:sql", "relation": "optional"}],
    }  # fmt: skip


ABOUT = '{"scheme": "sample", "release": "1", "attribution": "Ours.", "languages": ["en", "fr"]}'


def write_folder(folder: Path, tables: Mapping[str, Sequence[Mapping[str, str]]], delimiter: str = ",") -> Path:
    """Every table as a file of `folder`."""
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        write_table(folder / name, rows, delimiter)
    return folder
