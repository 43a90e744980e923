"""A label links to the skill that it names in any usual spelling, and to nothing where it names none."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.skills import Skill, Taxonomy
from credpath.recommender.encoding import HashEncoder, OnnxEncoder
from credpath.recommender.skill_index import SkillIndex
from credpath.recommender.skill_neighbours import MOST, SAME_CONCEPT
from credpath.recommender.skill_words import is_acronym, spellings, stem, words
from tests.recommender.skill_taxonomy import LABELS, taxonomy, uri

ENCODER = HashEncoder()
GOLDEN = Path(__file__).parent.parent / "golden" / "esco_links.json"


@pytest.fixture(scope="module")
def index() -> SkillIndex:
    return SkillIndex.build(taxonomy(), ENCODER)


def linked(index: SkillIndex, text: str) -> str | None:
    match = index.resolve(text, ENCODER)
    return match.label if match else None


@pytest.mark.parametrize("label", sorted(LABELS.keys() - {"SPARK"}))  # catalogues mean another Spark
def test_every_label_resolves_to_its_own_skill_with_certainty(index: SkillIndex, label: str) -> None:
    match = index.resolve(label, ENCODER)
    assert match is not None
    assert (match.skill_uri, match.confidence, match.method) == (uri(label), 1.0, "label")


def test_a_uri_resolves_to_itself(index: SkillIndex) -> None:
    match = index.resolve(uri("SQL"), None)
    assert match is not None
    assert (match.label, match.confidence, match.method) == ("SQL", 1.0, "uri")


@pytest.mark.parametrize(
    ("text", "label", "least"),
    [
        ("  MACHINE   Learning ", "machine learning", 1.0),
        ("Python (Programming Language)", "Python (computer programming)", 0.9),
        ("Python Programming", "Python (computer programming)", 0.85),
        ("python", "Python (computer programming)", 0.9),
        ("R Programming", "R", 0.85),
        ("R (Programming Language)", "R", 0.9),
        ("SQL (Programming Language)", "SQL", 0.9),
        ("JavaScript (Programming Language)", "JavaScript", 0.9),
        ("Cascading Style Sheets (CSS)", "CSS", 0.9),
        ("Object-Oriented Programming (OOP)", "use object-oriented programming", 0.85),
        ("Artificial Intelligence (AI)", "principles of artificial intelligence", 0.8),
        ("AI", "principles of artificial intelligence", 0.75),
        ("Data Analysis", "perform data analysis", 0.9),
        ("Analyzing Data", "perform data analysis", 0.85),
        ("Project Management", "perform project management", 0.9),
        ("Leadership", "leadership principles", 0.8),
        ("Marketing", "marketing principles", 0.8),
        ("Critical Thinking", "think critically", 0.9),
        ("Decision-Making", "make decisions", 0.9),
        ("Problem Solving", "solve problems", 0.9),
        ("Financial Statement", "financial statements", 0.9),
        ("Innovation", "innovation processes", 0.8),
        ("English Language", "English", 0.9),
        ("Introduction to Economics", "economics", 0.8),
        ("Advanced Machine Learning", "machine learning", 0.8),
        ("Underwater Welding", "underwater welding techniques", 0.8),
        ("Microsoft Excel", "use spreadsheets software", 0.75),
        ("Java", "Java (computer programming)", 0.9),
        ("c++", "C++", 1.0),
        ("Planning", "plan", 0.9),
    ],
)
def test_usual_spellings_meet_their_skill(index: SkillIndex, text: str, label: str, least: float) -> None:
    match = index.resolve(text, ENCODER)
    assert match is not None
    assert match.label == label
    assert least <= match.confidence <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "Management", "Teaching English", "Security", "C (Programming Language)", "Julia", "Go", "Data", "Software",
        "Spark", "Apache Spark", "Source", "Singing Bowls of Tibet", "Language", "project", "", "  ", "()", "((x", "!?",
        "underwater", "Marketing manager", "Patient", "x" * 10_000, "nothing of the kind here", "\ud800", "\x00",
    ],
)  # fmt: skip
def test_what_names_no_skill_is_not_linked(index: SkillIndex, text: str) -> None:
    assert linked(index, text) is None


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Communication", "teach communication methods"), ("Leadership", "teach leadership"), ("Java", "JavaScript"),
        ("Project Management", "project management software"), ("Marketing", "marketing manager duties"),
        ("Marketing", "supervise marketing"), ("Data Visualization", "data visualisation software"), ("C", "C++"),
        ("Data Analysis", "statistics"), ("Knowledge", "knowledge management"), ("JS Framework", "JavaScript"),
    ],
)  # fmt: skip
def test_near_labels_are_not_taken_for_each_other(index: SkillIndex, text: str, never: str) -> None:
    assert linked(index, text) != never
    bare = index.resolve(text, None)
    assert bare is None or bare.label != never


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(sorted(LABELS)), max_size=3).map(" ".join)))
def test_any_text_is_answered_with_a_skill_of_the_taxonomy_or_none(index: SkillIndex, text: str) -> None:
    for encoder in (ENCODER, None):
        match = index.resolve(text, encoder)
        assert match is None or (match.skill_uri in index.position and 0.0 < match.confidence <= 1.0)


def test_without_an_encoder_words_alone_decide(index: SkillIndex) -> None:
    found = [index.resolve(text, None) for text in ("Communication Skills", "Data Analysis", "nothing of the kind")]
    assert [m.label if m else None for m in found] == ["communication principles", "perform data analysis", None]


def test_resolving_together_and_one_by_one_gives_the_same(index: SkillIndex) -> None:
    texts = ["SQL", "Problem Solving", "nothing of the kind", uri("plan"), "AI", "Behavioural economics"]
    assert index.resolve_all(texts, ENCODER) == tuple(index.resolve(text, ENCODER) for text in texts)


@pytest.mark.parametrize(
    ("text", "label"),
    [(" Pyton", "Python (computer programming)"), ("machin lerning", "machine learning"), ("qwrtz", "")],
)
def test_a_misspelling_is_told_the_label_that_it_is_like(index: SkillIndex, text: str, label: str) -> None:
    assert index.spelt_like(text) == label


def test_a_search_is_ordered_bounded_and_begins_with_what_is_meant(index: SkillIndex) -> None:
    found = index.search("data analysis", ENCODER, 5)
    assert found[0].label == "perform data analysis"
    assert len(found) == 5
    assert list(found) == sorted(found, key=lambda m: (-m.confidence, m.skill_uri))
    assert [m.label for m in index.search("sql", None, 5)] == ["SQL"]
    assert len(index.search("data", ENCODER, 10_000)) == len(LABELS)


def test_the_row_order_of_the_taxonomy_has_no_effect(index: SkillIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "one")
    SkillIndex.build(taxonomy(backwards=True), ENCODER).save(tmp_path / "other")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_a_loaded_index_answers_as_the_saved_one(index: SkillIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    loaded = SkillIndex.load(tmp_path)
    assert (loaded.uris, loaded.labels, loaded.reuse) == (index.uris, index.labels, index.reuse)
    assert loaded.vectors.dtype == np.float32
    np.testing.assert_allclose(loaded.vectors, index.vectors, atol=1e-3)
    for field in dataclasses.fields(index.neighbours):
        np.testing.assert_array_equal(getattr(loaded.neighbours, field.name), getattr(index.neighbours, field.name))
    texts = ["Data Analysis", "Python Programming", "nothing", uri("SQL")]
    assert [loaded.resolve(t, ENCODER) for t in texts] == [index.resolve(t, ENCODER) for t in texts]


def test_a_taxonomy_without_skills_answers_none(tmp_path: Path) -> None:
    SkillIndex.build(Taxonomy("empty", "1", "", (), ()), ENCODER).save(tmp_path)
    empty = SkillIndex.load(tmp_path)
    assert empty.resolve("SQL", ENCODER) is None
    assert empty.search("SQL", ENCODER, 3) == ()


def neighbours(index: SkillIndex, label: str) -> dict[str, float]:
    return {index.labels[row]: weight for row, weight in index.neighbours.of(index.position[uri(label)])}


def test_neighbours_are_bounded_ascending_and_never_the_skill_itself(index: SkillIndex) -> None:
    table = index.neighbours
    assert len(table.indptr) == len(index.uris) + 1
    assert (np.diff(table.indptr) <= MOST).all()
    assert ((table.weights > 0) & (table.weights <= 1)).all()
    for row in range(len(index.uris)):
        near = [other for other, _ in table.of(row)]
        assert near == sorted(set(near) - {row})


def test_neighbours_are_mutual(index: SkillIndex) -> None:
    edges = {(row, other): w for row in range(len(index.uris)) for other, w in index.neighbours.of(row)}
    assert all(edges.get((other, row), w) == pytest.approx(w) for (row, other), w in edges.items())


def test_one_concept_under_two_labels_is_nearly_the_same_skill(index: SkillIndex) -> None:
    assert neighbours(index, "machine learning")["utilise machine learning"] == pytest.approx(SAME_CONCEPT)
    assert neighbours(index, "project management principles")["perform project management"] == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("English", "Spanish"), ("write English", "write Spanish"), ("leadership principles", "marketing principles"),
        ("Python (computer programming)", "Java (computer programming)"), ("SQL", "underwater welding techniques"),
        ("Java (computer programming)", "JavaScript"), ("C++", "C#"),
    ],
)  # fmt: skip
def test_skills_that_only_look_alike_are_no_neighbours(index: SkillIndex, one: str, other: str) -> None:
    assert other not in neighbours(index, one)


def test_teaching_a_thing_lies_farther_off_than_doing_it() -> None:
    labels = ("surgical nursing care", "teach surgical nursing care", "plan surgical nursing care")
    skills = tuple(Skill(f"urn:{n}", label) for n, label in enumerate(labels))
    near = SkillIndex.build(Taxonomy("made-up", "1", "", skills, ()), ENCODER).neighbours.of(0)
    weights = {labels[row]: weight for row, weight in near}
    assert weights["teach surgical nursing care"] < weights["plan surgical nursing care"] < SAME_CONCEPT


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("analyse", "analysis", True), ("optimisation", "optimize", True), ("communicate", "communications", True),
        ("statistics", "statistical", True), ("policies", "policy", True), ("programming", "programs", True),
        ("modelling", "models", True), ("decision", "decide", True), ("marketing", "market", False),
        ("manager", "management", False), ("learning", "learn", False), ("instrument", "instruct", False),
        ("accounting", "account", False), ("news", "new", False), ("economics", "economy", False),
    ],
)  # fmt: skip
def test_stems_join_forms_of_a_word_and_keep_other_words_apart(one: str, other: str, same: bool) -> None:
    assert (stem(one) == stem(other)) is same


def test_symbols_that_make_a_name_stay_in_it() -> None:
    assert words("C++, C#/.NET & Node.js (2nd ed.)") == ("c++", "c#", ".net", "node.js", "2nd", "ed")


def test_parentheses_hold_an_acronym_or_only_a_context() -> None:
    assert "CSS" in spellings("Cascading Style Sheets (CSS)")
    assert "User Experience" not in spellings("Persona (User Experience)")
    assert is_acronym("IoT", "Internet of Things")
    assert not is_acronym("UX", "Persona")


@pytest.mark.slow
@pytest.mark.real_data
def test_common_course_labels_link_to_the_esco_skills_that_were_judged_right(
    real_data: Path, encoder_folder: Path
) -> None:
    from credpath.interop.esco import read_esco

    encoder = OnnxEncoder(encoder_folder, threads=2)
    index = SkillIndex.build(read_esco(real_data / "esco_1_2_0").items[0], encoder)
    expected = json.loads(GOLDEN.read_text())
    found = dict(zip(expected, index.resolve_all(list(expected), encoder), strict=True))
    assert {text: match.label if match else None for text, match in found.items()} == expected
