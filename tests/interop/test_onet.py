"""The O*NET reader, on small releases in both layouts and on the real one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from credpath.domain.skills import Occupation, Requirement, Skill, SkillGroup, Taxonomy
from credpath.errors import InvalidInput
from credpath.interop.onet import MAX_TASKS, read_onet
from credpath.interop.onet_files import technology_uri
from credpath.interop.reading import Read
from tests.interop.taxonomy_folders import onet_tables, write_folder

Tables = dict[str, list[dict[str, str]]]
READING, COMPUTERS = (f"https://www.onetonline.org/find/descriptor/result/{e}" for e in ("2.A.1.a", "2.C.3.a"))
C_PLUS, C_SHARP = technology_uri("C++"), technology_uri("C#")


@pytest.fixture
def tables() -> Tables:
    return onet_tables()


def write(folder: Path, tables: Tables) -> Path:
    return write_folder(folder, tables, "\t")


def only(read: Read[Taxonomy]) -> Taxonomy:
    (taxonomy,) = read.items
    return taxonomy


def occupation(taxonomy: Taxonomy, code: str) -> Occupation:
    return next(o for o in taxonomy.occupations if o.soc_code == code)


def refused(read: Read[Taxonomy]) -> list[tuple[str, int, str]]:
    return [(refusal.file, refusal.line, refusal.reason) for refusal in read.refusals]


def test_a_release_is_read_whole(tmp_path: Path, tables: Tables) -> None:
    read = read_onet(write(tmp_path / "onet_29_2", tables))
    taxonomy = only(read)
    assert (taxonomy.scheme, taxonomy.release, read.refusals) == ("onet", "29.2", ())
    assert read.rows == sum(len(rows) for rows in tables.values())
    assert [o.label for o in taxonomy.occupations] == ["Software Developers", "Data Scientists", "Air Crew Officers"]
    assert taxonomy.skills == (
        Skill(READING, "Reading Comprehension"),
        Skill(COMPUTERS, "Computers and Electronics", kind="knowledge"),
        Skill(C_SHARP, "C#", kind="technology", broader_uris=("urn:unspsc:43232405",)),
        Skill(C_PLUS, "C++", kind="technology", broader_uris=("urn:unspsc:43232405",)),
    )
    assert taxonomy.groups == (SkillGroup("urn:unspsc:43232405", "Development software", "43232405"),)


def test_the_attribution_names_the_release(tmp_path: Path, tables: Tables) -> None:
    assert only(read_onet(write(tmp_path / "onet_29_2", tables))).attribution == (
        "This product uses information from the O*NET 29.2 Database by the U.S. Department of Labor, Employment and "
        "Training Administration (USDOL/ETA), used under the CC BY 4.0 license."
    )


def test_the_read_me_knows_the_release_better_than_the_folder(tmp_path: Path, tables: Tables) -> None:
    folder = write(tmp_path / "db_29_2_text", tables)
    (folder / "Read Me.txt").write_text("O*NET 30.3 Database\nMay 2026 Release\n")
    assert only(read_onet(folder)).release == "30.3"
    assert only(read_onet(write(tmp_path / "release", tables))).release == ""


def test_importance_and_level_are_scaled_and_three_is_essential(tmp_path: Path, tables: Tables) -> None:
    taxonomy = only(read_onet(write(tmp_path / "onet", tables)))
    assert Requirement(READING, True, 0.75, 0.5) in occupation(taxonomy, "15-1252.00").requirements
    assert Requirement(READING, False, 0.25, 1.0) in occupation(taxonomy, "15-2051.00").requirements


def test_what_the_source_calls_unreliable_or_irrelevant_is_left_out(tmp_path: Path, tables: Tables) -> None:
    taxonomy = only(read_onet(write(tmp_path / "onet", tables)))
    assert Requirement(COMPUTERS, True, 1.0, None) in occupation(taxonomy, "15-1252.00").requirements
    assert COMPUTERS not in {r.skill_uri for r in occupation(taxonomy, "15-2051.00").requirements}


def test_a_technology_is_essential_where_it_is_in_demand(tmp_path: Path, tables: Tables) -> None:
    taxonomy = only(read_onet(write(tmp_path / "onet", tables)))
    developer = occupation(taxonomy, "15-1252.00").requirements
    assert Requirement(C_PLUS, True, hot=True, in_demand=True) in developer
    assert Requirement(C_SHARP, False, hot=True) in developer


def test_technologies_that_differ_in_a_sign_stay_apart_and_long_ones_fit() -> None:
    uris = [technology_uri(name) for name in ("C", "C#", "C++", "ü" * 200, "ü" * 201)]
    assert len(set(uris)) == 5
    assert max(map(len, uris)) <= 200


def test_titles_zones_tasks_and_related_ones_are_attached_in_their_order(tmp_path: Path, tables: Tables) -> None:
    taxonomy = only(read_onet(write(tmp_path / "onet", tables)))
    developer, analyst = occupation(taxonomy, "15-1252.00"), occupation(taxonomy, "15-2051.00")
    assert developer.alt_labels == ("App Developer", "Web Programmer")
    assert analyst.alt_labels == ("BI Developer", "Business Intelligence Developer")
    assert (developer.job_zone, analyst.job_zone) == (4, 5)
    assert developer.tasks == ("Write code.", "Modify programs.", "Supervise.")
    assert [uri[-10:] for uri in developer.related_uris] == ["15-2051.00", "55-1011.00"]
    assert analyst.description == 'Find "signal" in data.'


def test_tasks_are_at_most_so_many(tmp_path: Path, tables: Tables) -> None:
    task = tables["Task Statements.txt"][0]
    tables["Task Statements.txt"] += [{**task, "Task ID": str(100 + n), "Task": f"Do {n}."} for n in range(30)]
    taxonomy = only(read_onet(write(tmp_path / "onet", tables)))
    assert len(occupation(taxonomy, "15-1252.00").tasks) == MAX_TASKS


def test_occupations_without_ratings_are_kept(tmp_path: Path, tables: Tables) -> None:
    officers = occupation(only(read_onet(write(tmp_path / "onet", tables))), "55-1011.00")
    assert (officers.requirements, officers.job_zone, officers.alt_labels) == ((), None, ())


def as_release_30(tables: Tables) -> Tables:
    """The same facts under the file and column names of release 30.3."""
    software = [
        {
            "O*NET-SOC Code": row["O*NET-SOC Code"], "Element ID": "5.B.1.a", "Element Name": row["Commodity Title"],
            "Workplace Example": row["Example"], "Hot Technology": row["Hot Technology"], "In Demand": row["In Demand"],
        }
        for row in tables["Technology Skills.txt"]
    ]  # fmt: skip
    titles = [
        {
            "O*NET-SOC Code": row["O*NET-SOC Code"],
            "Job Title": row["Alternate Title"],
            "Short Title": row["Short Title"],
        }
        for row in tables["Alternate Titles.txt"]
    ]
    kept = {
        name: rows for name, rows in tables.items() if name not in ("Technology Skills.txt", "Alternate Titles.txt")
    }
    kept["essential_skills.TXT"] = kept.pop("Skills.txt")
    kept["Transferable Skills.txt"] = [
        {**row, "Element ID": "2.B.3.e", "Element Name": "Programming"} for row in kept["essential_skills.TXT"]
    ]
    return {**kept, "Software_Skills.txt": software, "JOB TITLES.txt": titles}


def test_release_30_is_read_under_its_new_names(tmp_path: Path, tables: Tables) -> None:
    read = read_onet(write(tmp_path / "db_30_3_text", as_release_30(tables)))
    taxonomy = only(read)
    assert (taxonomy.release, read.refusals) == ("30.3", ())
    assert [s.label for s in taxonomy.skills] == [
        "Reading Comprehension", "Programming", "Computers and Electronics", "C#", "C++",
    ]  # fmt: skip
    assert taxonomy.groups[0].uri == "https://www.onetonline.org/find/descriptor/result/5.B.1.a"
    developer = occupation(taxonomy, "15-1252.00")
    assert developer.alt_labels == ("App Developer", "Web Programmer")
    assert Requirement(C_PLUS, True, hot=True, in_demand=True) in developer.requirements


def test_the_csv_release_is_read_too(tmp_path: Path, tables: Tables) -> None:
    renamed = {name.replace(".txt", ".csv"): rows for name, rows in tables.items()}
    text = only(read_onet(write(tmp_path / "onet", tables)))
    assert only(read_onet(write_folder(tmp_path / "csv", renamed))) == text


def test_abilities_reported_titles_and_element_descriptions_are_read_where_present(
    tmp_path: Path, tables: Tables
) -> None:
    code = "O*NET-SOC Code"
    tables["Abilities.txt"] = [
        {**tables["Skills.txt"][0], "Element ID": "1.A.1.a.1", "Element Name": "Oral Comprehension"}
    ]
    tables["Sample of Reported Titles.txt"] = [{code: "55-1011.00", "Reported Job Title": "Pilot"}]
    tables["Content Model Reference.txt"] = [
        {"Element ID": "2.A.1.a", "Element Name": "Reading Comprehension", "Description": "Understanding documents."}
    ]
    taxonomy = only(read_onet(write(tmp_path / "onet", tables)))
    assert (taxonomy.skills[0].label, taxonomy.skills[0].kind) == ("Oral Comprehension", "ability")
    assert taxonomy.skills[1].description == "Understanding documents."
    assert occupation(taxonomy, "55-1011.00").alt_labels == ("Pilot",)


@pytest.mark.parametrize("missing", ["Occupation Data.txt", "Skills.txt"])
def test_a_missing_mandatory_file_is_named(tmp_path: Path, tables: Tables, missing: str) -> None:
    del tables[missing]
    with pytest.raises(InvalidInput, match=f"{missing} is missing"):
        read_onet(write(tmp_path / "onet", tables))


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nowhere is not a folder"):
        read_onet(tmp_path / "nowhere")


def test_each_bad_row_is_reported_where_it_stands_and_the_rest_is_read(tmp_path: Path, tables: Tables) -> None:
    rating, tool = tables["Skills.txt"][0], tables["Technology Skills.txt"][0]
    tables["Occupation Data.txt"].append({**tables["Occupation Data.txt"][0], "Title": "Programmers"})
    tables["Occupation Data.txt"].append({"O*NET-SOC Code": "15-0000.00", "Title": ""})
    tables["Skills.txt"] += [
        {**rating, "Data Value": "5.2"},
        {**rating, "Data Value": "high"},
        {**rating, "Scale ID": "PT"},
        {**rating, "O*NET-SOC Code": "99-9999.99"},
        {**rating, "Element ID": "2.A.9.z", "Element Name": " "},
        {**rating, "Data Value": ""},
    ]
    tables["Technology Skills.txt"] += [{**tool, "Example": ""}, {**tool, "Hot Technology": "maybe"}]
    tables["Alternate Titles.txt"].append({"O*NET-SOC Code": "99-9999.99", "Alternate Title": "Ghost"})
    tables["Job Zones.txt"].append({"O*NET-SOC Code": "55-1011.00", "Job Zone": "2.5"})
    tables["Related Occupations.txt"].append(
        {"O*NET-SOC Code": "55-1011.00", "Related O*NET-SOC Code": "99-9999.99", "Index": "1"}
    )
    read = read_onet(write(tmp_path / "onet", tables))
    developer = "https://www.onetonline.org/link/summary/15-1252.00"
    assert refused(read) == [
        ("Alternate Titles.txt", 5, "occupation '99-9999.99' is not in this release"),
        ("Job Zones.txt", 4, "Job Zone is '2.5'"),
        ("Occupation Data.txt", 5, f"{developer} was defined before, differently"),
        ("Occupation Data.txt", 6, "label is empty"),
        ("Related Occupations.txt", 4, "related occupation '99-9999.99' is not in this release"),
        ("Skills.txt", 6, "Data Value is 5.2, not within 1 to 5"),
        ("Skills.txt", 7, "Data Value is 'high', not a number"),
        ("Skills.txt", 8, "unknown Scale ID 'PT'"),
        ("Skills.txt", 9, "occupation https://www.onetonline.org/link/summary/99-9999.99 is not in this release"),
        ("Skills.txt", 10, "label is empty"),
        ("Skills.txt", 11, "Data Value is empty"),
        ("Technology Skills.txt", 5, "label is empty"),
        ("Technology Skills.txt", 6, "Hot Technology is 'maybe'"),
    ]
    assert len(only(read).occupations) == 3


def test_the_order_of_rows_changes_nothing(tmp_path: Path, tables: Tables) -> None:
    turned = {name: rows[::-1] for name, rows in tables.items()}
    assert only(read_onet(write(tmp_path / "onet", tables))) == only(read_onet(write(tmp_path / "turned", turned)))


@pytest.mark.slow
@pytest.mark.real_data
def test_the_real_release_is_read_whole_without_a_refusal(real_data: Path) -> None:
    read = read_onet(real_data / "onet_29_2")
    taxonomy = only(read)
    assert (len(taxonomy.occupations), taxonomy.release, read.refusals) == (1_016, "29.2", ())
    assert Counter(skill.kind for skill in taxonomy.skills) == {"technology": 8_768, "skill": 35, "knowledge": 33}
    kinds = {skill.uri: skill.kind for skill in taxonomy.skills}
    links = Counter(kinds[r.skill_uri] for o in taxonomy.occupations for r in o.requirements)
    assert links["technology"] == 32_627
    assert sum(r.in_demand for o in taxonomy.occupations for r in o.requirements) == 2_320
    # Alternate titles, and the short forms that some have.
    assert sum(len(o.alt_labels) for o in taxonomy.occupations) >= 42_549
    assert sum(o.job_zone is not None for o in taxonomy.occupations) == 923
    assert sum(len(o.related_uris) for o in taxonomy.occupations) == 18_460
    assert sum(not o.requirements for o in taxonomy.occupations) == 93
