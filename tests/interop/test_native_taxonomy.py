"""The taxonomy format of our own."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credpath.domain.skills import Occupation, Requirement, Skill, SkillGroup, SkillRelation, Taxonomy
from credpath.errors import InvalidInput
from credpath.interop.native_taxonomy import read_native_taxonomy
from credpath.interop.reading import Read
from tests.interop.taxonomy_folders import ABOUT, native_tables, write_folder

Tables = dict[str, list[dict[str, str]]]


@pytest.fixture
def tables() -> Tables:
    return native_tables()


def write(folder: Path, tables: Tables, about: str = ABOUT) -> Path:
    write_folder(folder, tables)
    (folder / "taxonomy.json").write_text(about, encoding="utf-8")
    return folder


def only(read: Read[Taxonomy]) -> Taxonomy:
    (taxonomy,) = read.items
    return taxonomy


def refused(read: Read[Taxonomy]) -> list[tuple[str, int, str]]:
    return [(refusal.file, refusal.line, refusal.reason) for refusal in read.refusals]


def test_a_folder_is_read_whole(tmp_path: Path, tables: Tables) -> None:
    read = read_native_taxonomy(write(tmp_path / "t", tables))
    sql = Skill(
        "x:sql", "SQL", ("structured query language",), "Ask databases.", "knowledge", "cross-sector", ("x:group",),
        ("digital", "green"),
    )  # fmt: skip
    analyst = Occupation(
        "x:analyst", "data analyst", ("analyst",), "", "2511", "15-2051.00", 4,
        (Requirement("x:analyse", False), Requirement("x:sql", True, 0.9, 0.5, hot=True)), ("x:scientist",),
        ("Look.", "Tell."),
    )  # fmt: skip
    assert only(read) == Taxonomy(
        "sample", "1", "Ours.", (Skill("x:analyse", "analyse data"), sql),
        (analyst, Occupation("x:scientist", "data scientist")), (SkillGroup("x:group", "data", "D"),),
        (SkillRelation("x:analyse", "x:sql", essential=False),), ("en", "fr"),
    )  # fmt: skip
    assert (read.refusals, read.rows) == ((), 8)


def test_the_optional_files_may_be_absent(tmp_path: Path, tables: Tables) -> None:
    del tables["skill_groups.csv"], tables["skill_relations.csv"]
    tables["skills.csv"][0]["broader_uris"] = "x:analyse"
    read = read_native_taxonomy(write(tmp_path / "t", tables, '{"scheme": "sample"}'))
    assert (only(read).groups, only(read).relations, only(read).languages) == ((), (), ("en",))
    assert only(read).skills[1].broader_uris == ("x:analyse",)
    assert read.refusals == ()


@pytest.mark.parametrize("missing", ["skills.csv", "occupations.csv", "occupation_skills.csv"])
def test_a_missing_mandatory_file_is_named(tmp_path: Path, tables: Tables, missing: str) -> None:
    del tables[missing]
    with pytest.raises(InvalidInput, match=f"cannot read {missing}.*a taxonomy folder holds"):
        read_native_taxonomy(write(tmp_path / "t", tables))


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ("[]", "not a JSON object"),
        ("{", "not JSON"),
        ('{"release": "1"}', "scheme is missing or not a text"),
        ('{"scheme": "a", "release": 1}', "release is missing or not a text"),
        ('{"scheme": "a", "language": "en"}', "unknown key 'language'"),
        ('{"scheme": "a", "languages": "en"}', "languages is not a list of texts"),
    ],
)
def test_a_wrong_taxonomy_json_is_explained(tmp_path: Path, tables: Tables, about: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=rf"taxonomy\.json: {reason}"):
        read_native_taxonomy(write(tmp_path / "t", tables, about))


def test_a_folder_without_taxonomy_json_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"taxonomy\.json is missing"):
        read_native_taxonomy(tmp_path)


def test_own_columns_are_passed_over_and_unknown_ones_refused(tmp_path: Path, tables: Tables) -> None:
    tables["skills.csv"][0]["x_source"] = "survey"
    tables["skills.csv"][0]["alt_label"] = "?"
    read = read_native_taxonomy(write(tmp_path / "t", tables))
    assert refused(read) == [("skills.csv", 1, "unknown column 'alt_label'")]


def test_each_bad_row_is_reported_where_it_stands_and_the_rest_is_read(tmp_path: Path, tables: Tables) -> None:
    link = {"occupation_uri": "x:analyst", "skill_uri": "x:sql", "relation": "essential"}
    tables["skills.csv"] += [
        {"skill_uri": "x:nameless", "label": ""},
        {"skill_uri": "x:odd", "label": "odd", "kind": "attitude"},
        {"skill_uri": "x:analyse", "label": "analyze data"},
        {"skill_uri": "x:lost", "label": "lost", "broader_uris": "x:gone;x:lost;x:sql"},
        {"skill_uri": "x:reused", "label": "reused", "reuse": "often"},
    ]
    tables["occupations.csv"] += [
        {"occupation_uri": "x:zone", "label": "zone", "job_zone": "6"},
        {"occupation_uri": "x:far", "label": "far", "related_uris": "x:gone"},
    ]
    tables["occupation_skills.csv"] += [
        {**link, "relation": "nice"},
        {**link, "skill_uri": "x:gone"},
        {**link, "importance": "1.2"},
        {**link, "level": "high"},
        {**link, "hot": "maybe"},
    ]
    tables["skill_groups.csv"].append({"group_uri": "", "label": "no uri"})
    tables["skill_relations.csv"] += [
        {"from_uri": "x:sql", "to_uri": "x:gone", "relation": "optional"},
        {"from_uri": "x:sql", "to_uri": "x:sql", "relation": "optional"},
        {"from_uri": "x:sql", "to_uri": "x:analyse", "relation": ""},
    ]
    read = read_native_taxonomy(write(tmp_path / "t", tables))
    assert refused(read) == [
        ("occupation_skills.csv", 4, "unknown relation 'nice'"),
        ("occupation_skills.csv", 5, "skill x:gone is not in this release"),
        ("occupation_skills.csv", 6, "importance is 1.2, not within 0 to 1"),
        ("occupation_skills.csv", 7, "level is 'high', not a number"),
        ("occupation_skills.csv", 8, "hot is 'maybe'"),
        ("occupations.csv", 4, "job_zone is '6'"),
        ("occupations.csv", 5, "x:far names x:gone, which is not in this taxonomy"),
        ("skill_groups.csv", 3, "group_uri is empty"),
        ("skill_relations.csv", 3, "x:gone not in this taxonomy"),
        ("skill_relations.csv", 4, "x:sql names itself"),
        ("skill_relations.csv", 5, "unknown relation ''"),
        ("skills.csv", 4, "label is empty"),
        ("skills.csv", 5, "unknown kind 'attitude'"),
        ("skills.csv", 6, "x:analyse was defined before, differently"),
        ("skills.csv", 7, "x:lost names itself"),
        ("skills.csv", 7, "x:lost names x:gone, which is not in this taxonomy"),
        ("skills.csv", 8, "unknown reuse 'often'"),
    ]
    assert [s.uri for s in only(read).skills] == ["x:analyse", "x:lost", "x:sql"]
    assert only(read).skills[1].broader_uris == ("x:sql",)


@given(st.integers())
def test_the_order_of_rows_changes_nothing(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    tables = native_tables()
    tables["skills.csv"].append({"skill_uri": "x:sql", "label": "Structured Query Language"})
    tables["occupation_skills.csv"] += [
        {"occupation_uri": "x:analyst", "skill_uri": "x:analyse", "relation": "essential", "importance": "0.2"},
        {"occupation_uri": "x:analyst", "skill_uri": "x:analyse", "relation": "optional", "importance": "0.7"},
    ]
    expected = only(read_native_taxonomy(write(tmp_path_factory.mktemp("t"), tables)))
    for rows in tables.values():
        random.Random(seed).shuffle(rows)
    assert only(read_native_taxonomy(write(tmp_path_factory.mktemp("t"), tables))) == expected


def test_the_sample_that_we_ship_is_read_without_a_refusal() -> None:
    read = read_native_taxonomy(Path(__file__).parents[2] / "data" / "taxonomy")
    assert read.refusals == ()
    assert only(read).skills
    assert all(o.requirements for o in only(read).occupations)
