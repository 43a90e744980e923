"""The sample taxonomy and the shipped weights with the real encoder: what a first visitor asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from credpath.interop.native_taxonomy import read_native_taxonomy
from credpath.recommender.encoding import OnnxEncoder
from credpath.recommender.goal_index import GoalIndex

SAMPLE = Path(__file__).parents[2] / "data" / "taxonomy"


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(encoder_folder)


@pytest.fixture(scope="module")
def index(encoder: OnnxEncoder) -> GoalIndex:
    return GoalIndex.build(read_native_taxonomy(SAMPLE).items[0], encoder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data analyst", "data analyst"),
        ("I want to move from marketing into data", "data"),
        ("nurse to health informatics", "health informatics"),
        ("become a cloud engineer without a degree", "cloud"),
        ("something with solar panels", "solar"),
        ("analista de datos", "data analyst"),
        ("dta anlyst", "data analyst"),
        ("quiero ser enfermera", "nurse"),
        ("Datenanalyst", "data analyst"),
        ("sofware enginer", "software"),
    ],
)
def test_the_first_answer_names_what_was_asked_for(
    index: GoalIndex, encoder: OnnxEncoder, text: str, expected: str
) -> None:
    answer = index.match(text, encoder, 3)
    first = answer.matches[0]
    assert expected in " ".join(index.occupation(first.occupation_uri)).lower()
    assert answer.close_enough


def test_marketing_is_not_among_the_first_answers_for_a_move_into_data(index: GoalIndex, encoder: OnnxEncoder) -> None:
    answer = index.match("I want to move from marketing into data", encoder, 3)
    assert not [match for match in answer.matches if "marketing" in match.label]


def test_every_occupation_has_skills_and_its_own_label_finds_it(index: GoalIndex, encoder: OnnxEncoder) -> None:
    for uri in index.uris:
        goal = index.career_goal(uri)
        assert sum(skill.weight for skill in goal.skills) == pytest.approx(1.0)
        assert index.match(goal.label, encoder, 1).matches[0].occupation_uri == uri
