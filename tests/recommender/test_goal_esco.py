"""ESCO whole, with the shipped weights: other languages, misspellings, speed, and how fast an index loads."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from credpath.interop.esco import read_esco
from credpath.recommender.encoding import OnnxEncoder
from credpath.recommender.goal_index import GoalIndex

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
TEXTS = json.loads(Path(__file__).with_name("goal_texts.json").read_text(encoding="utf-8"))
LEAST = {"es": 0.85, "fr": 0.85, "de": 0.85, "pt": 0.8, "it": 0.8, "misspelt": 0.9, "en": 0.9}


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(encoder_folder)


@pytest.fixture(scope="module")
def saved(real_data: Path, encoder: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("esco") / "goals"
    GoalIndex.build(read_esco(real_data / "esco_1_2_0").items[0], encoder).save(folder)
    return folder


@pytest.fixture(scope="module")
def index(saved: Path) -> GoalIndex:
    return GoalIndex.load(saved)


def test_goals_in_six_languages_and_misspelt_land_among_the_first_five(index: GoalIndex, encoder: OnnxEncoder) -> None:
    hits: dict[str, list[bool]] = defaultdict(list)
    for goal in TEXTS:
        found = {match.label for match in index.match(goal["text"], encoder, 5).matches}
        hits[goal["language"]].append(bool(found & set(goal["expect"])))
    assert {language: np.mean(one) for language, one in hits.items() if np.mean(one) < LEAST[language]} == {}


def test_every_expected_occupation_exists(index: GoalIndex) -> None:
    labels = {index.occupation(uri)[0] for uri in index.uris}
    assert {label for goal in TEXTS for label in goal["expect"]} - labels == set()


def test_a_data_scientist_and_a_bus_driver_need_different_skills(index: GoalIndex) -> None:
    by_label = {index.occupation(uri)[0]: uri for uri in index.uris}
    one, other = (
        {skill.skill_uri: skill.weight for skill in index.career_goal(by_label[label]).skills}
        for label in ("data scientist", "bus driver")
    )
    assert sum(min(weight, other.get(uri, 0.0)) for uri, weight in one.items()) < 0.1
