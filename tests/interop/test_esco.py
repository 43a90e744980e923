"""The ESCO reader, on a small release and on the real one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from credpath.domain.skills import Requirement, SkillGroup, SkillRelation, Taxonomy
from credpath.errors import InvalidInput
from credpath.interop.esco import read_esco
from credpath.interop.reading import Read
from tests.interop.taxonomy_folders import ESCO, KNOWLEDGE_PILLAR, SKILLS_PILLAR, esco_tables, occupation, skill
from tests.interop.taxonomy_folders import write_folder as write

Tables = dict[str, list[dict[str, str]]]


@pytest.fixture
def tables() -> Tables:
    return esco_tables()


def only(read: Read[Taxonomy]) -> Taxonomy:
    (taxonomy,) = read.items
    return taxonomy


def refused(read: Read[Taxonomy]) -> list[tuple[str, int, str]]:
    return [(refusal.file, refusal.line, refusal.reason) for refusal in read.refusals]


def test_a_release_is_read_whole(tmp_path: Path, tables: Tables) -> None:
    read = read_esco(write(tmp_path / "esco_1_2_0", tables))
    taxonomy = only(read)
    assert (taxonomy.scheme, taxonomy.release, taxonomy.languages) == ("esco", "1.2.0", ("en",))
    assert taxonomy.attribution == "This service uses the ESCO classification of the European Commission."
    assert [s.label for s in taxonomy.skills] == ["analyse data", "Python", "report results", "SQL"]
    assert taxonomy.relations == (SkillRelation(skill("sql"), skill("python"), essential=False),)
    assert read.refusals == ()
    assert read.rows == sum(len(rows) for rows in tables.values())


def test_an_occupation_has_its_labels_group_and_skills(tmp_path: Path, tables: Tables) -> None:
    analyst, scientist = only(read_esco(write(tmp_path / "esco", tables))).occupations
    assert analyst.alt_labels == ("data analysts", "analyst of data", "dataanalyst")
    assert (analyst.isco_code, analyst.description) == ("2511", "Data analysts analyse data.")
    assert analyst.requirements == (
        Requirement(skill("analyse"), essential=True),
        Requirement(skill("python"), essential=False),
        Requirement(skill("sql"), essential=True),
    )
    assert scientist.description == "They find\nmeaning in data."


def test_occupations_of_one_unit_group_are_related(tmp_path: Path, tables: Tables) -> None:
    analyst, scientist = only(read_esco(write(tmp_path / "esco", tables))).occupations
    assert analyst.related_uris == (scientist.uri,)
    assert scientist.related_uris == (analyst.uri,)


def test_broader_occupations_come_before_those_of_the_group(tmp_path: Path, tables: Tables) -> None:
    tables["occupations_en.csv"].append(
        {"conceptUri": occupation("chief"), "iscoGroup": "1330", "preferredLabel": "chief of data"}
    )
    tables["broaderRelationsOccPillar_en.csv"].append(
        {"conceptType": "Occupation", "conceptUri": occupation("data-analyst"),
         "broaderType": "Occupation", "broaderUri": occupation("chief")}
    )  # fmt: skip
    chief, analyst, scientist = only(read_esco(write(tmp_path / "esco", tables))).occupations
    assert analyst.related_uris == (chief.uri, scientist.uri)
    assert chief.related_uris == (analyst.uri,)


def test_skills_know_what_is_broader_and_groups_too(tmp_path: Path, tables: Tables) -> None:
    taxonomy = only(read_esco(write(tmp_path / "esco", tables)))
    by_uri = {s.uri: s for s in taxonomy.skills}
    assert by_uri[skill("report")].broader_uris == (skill("analyse"),)
    assert by_uri[skill("sql")].broader_uris == (f"{ESCO}/isced-f/06",)
    assert taxonomy.groups == (
        SkillGroup(f"{ESCO}/isced-f/06", "ICT", "06", (KNOWLEDGE_PILLAR,)),
        SkillGroup(SKILLS_PILLAR, "skills", "S"),
        SkillGroup(KNOWLEDGE_PILLAR, "knowledge", "K"),
    )


def test_the_hierarchy_alone_gives_groups_even_with_short_rows(tmp_path: Path, tables: Tables) -> None:
    del tables["skillGroups_en.csv"]
    folder = write(tmp_path / "esco", tables)
    columns = ["URI", "preferred term"]
    header = ",".join(f"Level {level} {part}" for level in range(4) for part in columns) + ",Level 0 code,Level 1 code"
    (folder / "skillsHierarchy_en.csv").write_text(
        f"{header}\n{KNOWLEDGE_PILLAR},knowledge\n"
        f"{KNOWLEDGE_PILLAR},knowledge,{ESCO}/isced-f/06,ICT,,,,,K,06\n{SKILLS_PILLAR},skills,,,,,,,S,\n"
    )
    read = read_esco(folder)
    assert [(g.code, g.label) for g in only(read).groups] == [("06", "ICT"), ("S", "skills"), ("", "knowledge")]
    assert read.refusals == ()


def test_collections_mark_skills_and_mend_what_is_empty(tmp_path: Path, tables: Tables) -> None:
    tables["languageSkillsCollection_en.csv"] = [{"conceptUri": skill("python")}, {"conceptUri": skill("gone")}]
    read = read_esco(write(tmp_path / "esco", tables))
    python = only(read).skills[1]
    assert python.collections == ("digital", "language")
    assert python.alt_labels == ("Python 3", "CPython")
    assert python.description == "A programming language."
    assert refused(read) == [("languageSkillsCollection_en.csv", 3, f"skill {skill('gone')} is not in this release")]


def test_run_together_labels_are_taken_apart_in_a_rebuilt_release(tmp_path: Path, tables: Tables) -> None:
    verbs = ("manage", "direct", "oversee", "supervise", "clean", "repair")
    things = ("musical staff", "music staff", "drilling machines", "solar panels")
    tables["skills_en.csv"] += [
        {"conceptUri": skill(f"{verb}-{thing}"), "skillType": "knowledge", "preferredLabel": f"{verb} {thing}",
         "description": f"Thing to {verb} if they {verb}; we {verb} too."}
        for verb in verbs for thing in things
    ]  # fmt: skip
    broken = next(row for row in tables["skills_en.csv"] if row["preferredLabel"] == "manage musical staff")
    broken["description"] = "oversee some musical staff direct music staff supervise own staff Manage the staff."
    tables["broaderRelationsSkillPillar_en.csv"].append(
        {"conceptUri": broken["conceptUri"], "broaderUri": SKILLS_PILLAR}
    )
    skills = {s.label: s for s in only(read_esco(write(tmp_path / "esco", tables))).skills}
    mended = skills["manage musical staff"]
    assert mended.description == "Manage the staff."
    # "direct music staff" is another skill's own label.
    assert "oversee some musical staff" in mended.alt_labels
    assert "direct music staff" not in mended.alt_labels
    assert mended.kind == "skill"
    assert skills["SQL"].description == "Query."


def test_labels_of_other_languages_are_added(tmp_path: Path, tables: Tables) -> None:
    tables["occupations_fr.csv"] = [
        {"conceptUri": occupation("data-analyst"), "preferredLabel": "analyste de données", "altLabels": "statisticien"}
    ]
    tables["skills_de.csv"] = [{"conceptUri": skill("analyse"), "preferredLabel": "Daten auswerten", "altLabels": ""}]
    taxonomy = only(read_esco(write(tmp_path / "esco", tables)))
    assert taxonomy.languages == ("en", "de", "fr")
    assert taxonomy.occupations[0].alt_labels[-2:] == ("analyste de données", "statisticien")
    assert taxonomy.skills[0].alt_labels == ("data analysis", "Daten auswerten")


def test_a_release_in_one_other_language_is_read_in_it(tmp_path: Path, tables: Tables) -> None:
    french = {name.replace("_en", "_fr"): rows for name, rows in tables.items()}
    assert only(read_esco(write(tmp_path / "esco", french))).languages == ("fr",)


@pytest.mark.parametrize("missing", ["occupations_en.csv", "skills_en.csv", "occupationSkillRelations_en.csv"])
def test_a_missing_mandatory_file_is_named(tmp_path: Path, tables: Tables, missing: str) -> None:
    del tables[missing]
    with pytest.raises(InvalidInput, match=f"{missing} is missing"):
        read_esco(write(tmp_path / "esco", tables))


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nowhere is not a folder"):
        read_esco(tmp_path / "nowhere")


def test_the_mandatory_files_alone_are_enough(tmp_path: Path, tables: Tables) -> None:
    few = {name: tables[name] for name in ("occupations_en.csv", "skills_en.csv", "occupationSkillRelations_en.csv")}
    read = read_esco(write(tmp_path / "esco", few))
    assert (len(only(read).skills), only(read).groups, only(read).relations, read.refusals) == (4, (), (), ())


def test_each_bad_row_is_reported_where_it_stands_and_the_rest_is_read(tmp_path: Path, tables: Tables) -> None:
    sql, python = tables["skills_en.csv"][0], tables["skills_en.csv"][3]
    tables["skills_en.csv"] += [
        {**sql, "preferredLabel": "S.Q.L."},
        python,
        {**sql, "conceptUri": skill("nameless"), "preferredLabel": " "},
        {**sql, "conceptUri": skill("odd"), "skillType": "attitude"},
        {**sql, "conceptUri": skill("old"), "status": "obsolete"},
    ]
    links = tables["occupationSkillRelations_en.csv"]
    links += [
        {**links[0], "skillUri": skill("gone")},
        {**links[0], "occupationUri": occupation("gone")},
        {**links[0], "relationType": "nice to have"},
        {**links[0], "relationType": "optional"},
        links[1],
    ]
    tables["skillSkillRelations_en.csv"].append(
        {"originalSkillUri": skill("gone"), "relationType": "optional", "relatedSkillUri": skill("sql")}
    )
    tables["broaderRelationsSkillPillar_en.csv"].append({"conceptUri": skill("sql"), "broaderUri": "group:gone"})
    read = read_esco(write(tmp_path / "esco", tables))
    assert refused(read) == [
        ("broaderRelationsSkillPillar_en.csv", 7, "group:gone not in this release"),
        ("occupationSkillRelations_en.csv", 7, f"skill {skill('gone')} is not in this release"),
        ("occupationSkillRelations_en.csv", 8, f"occupation {occupation('gone')} is not in this release"),
        ("occupationSkillRelations_en.csv", 9, "unknown relationType 'nice to have'"),
        ("occupationSkillRelations_en.csv", 10, f"{occupation('data-analyst')} and {skill('sql')} were linked before, "
         "once essential and once optional; kept as essential"),
        ("skillSkillRelations_en.csv", 3, f"{skill('gone')} not in this release"),
        ("skills_en.csv", 6, f"{skill('sql')} was defined before, differently"),
        ("skills_en.csv", 8, "label is empty"),
        ("skills_en.csv", 9, "unknown skillType 'attitude'"),
        ("skills_en.csv", 10, f"{skill('old')} has the status 'obsolete', not released"),
    ]  # fmt: skip
    assert len(only(read).skills) == 4
    assert only(read).occupations[0].requirements[2] == Requirement(skill("sql"), essential=True)


def test_the_order_of_rows_changes_nothing(tmp_path: Path, tables: Tables) -> None:
    tables["occupationSkillRelations_en.csv"].append(
        {**tables["occupationSkillRelations_en.csv"][2], "relationType": "essential"}
    )
    turned = {name: rows[::-1] for name, rows in tables.items()}
    assert only(read_esco(write(tmp_path / "esco", tables))) == only(read_esco(write(tmp_path / "turned", turned)))


def test_progress_names_each_file(tmp_path: Path, tables: Tables) -> None:
    stages: list[str] = []
    read_esco(write(tmp_path / "esco", tables), lambda stage, rows: stages.append(stage))
    assert set(stages) == set(tables)


@pytest.mark.slow
@pytest.mark.real_data
def test_the_real_release_is_read_whole(real_data: Path) -> None:
    read = read_esco(real_data / "esco_1_2_0")
    taxonomy = only(read)
    assert (len(taxonomy.occupations), len(taxonomy.skills), taxonomy.release) == (3_039, 13_784, "1.2.0")
    kinds = Counter((r.file.split("_")[0], "linked before" in r.reason) for r in read.refusals)
    # 16 pairs are listed twice, once essential and once optional; the skills and groups that the other rows name are
    # not in the release.
    assert kinds == {
        ("occupationSkillRelations", True): 16,
        ("skillSkillRelations", False): 328,
        ("broaderRelationsSkillPillar", False): 542,
    }
    links = sum(len(o.requirements) for o in taxonomy.occupations)
    assert links + 16 == 123_403
    assert all(o.requirements for o in taxonomy.occupations)
    assert Counter(c for s in taxonomy.skills for c in s.collections) == {
        "digital": 1_284,
        "green": 591,
        "transversal": 95,
    }
    assert [s.uri for s in taxonomy.skills] == sorted(s.uri for s in taxonomy.skills)
    music = next(s for s in taxonomy.skills if s.label == "manage musical staff")
    assert music.description.startswith("Assign and manage staff tasks in areas such as scoring")
    assert set(music.alt_labels) <= {
        "manage staff of music", "coordinate duties of musical staff", "manage music staff", "direct musical staff",
    }  # fmt: skip
    assert (music.kind, len(music.alt_labels) >= 2) == ("skill", True)
