from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from credpath.recommender.skill_space import SkillSpace
from tests.recommender.worlds import SKILLS, FewSkills, knows

NEAR = FewSkills(SKILLS, {("sql", "excel"): 0.5, ("python", "sql"): 0.4, ("excel", "writing"): 0.3})


def test_the_space_holds_what_is_touched_and_what_has_it_for_a_neighbour() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel", "urn:unheard-of"])
    assert space.uris == ("urn:excel", "urn:sql")
    assert space.labels == ("excel", "sql")


def test_neighbours_keep_their_weights_in_both_directions() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel", "urn:sql"])
    assert space.uris == ("urn:excel", "urn:python", "urn:sql")
    assert (space.starts.tolist(), space.near.tolist()) == ([0, 0, 1, 2], [2, 0])
    assert space.weights.tolist() == pytest.approx([0.4, 0.5])
    starts, needed_by, weights = space.reversed()
    assert (starts.tolist(), needed_by.tolist()) == ([0, 1, 1, 2], [2, 1])
    assert weights.tolist() == pytest.approx([0.5, 0.4])


def test_mastery_supports_the_skills_of_which_the_mastered_one_is_a_neighbour_and_never_lowers_it() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel", "urn:sql"])
    mastery = space.mastery(knows(excel=0.8, python=0.5, tableau=0.9))
    assert mastery.tolist() == pytest.approx([0.8, 0.5, 0.0])
    assert space.support(mastery).tolist() == pytest.approx([0.8, 0.5, 0.5 * 0.8])
    assert space.support(space.mastery(knows(sql=0.8))).tolist() == pytest.approx([0.0, 0.4 * 0.8, 0.8])
    assert not space.support(space.mastery(knows(excel=0.2))).tolist()[2], "too little to speak of"


def test_what_was_only_failed_counts_as_what_nothing_is_known_of() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel", "urn:sql"])
    failed = replace(knows(sql=0.05)["urn:sql"], backed=False)
    for known, new in zip(space.beliefs({"urn:sql": failed}), space.beliefs({}), strict=True):
        assert known.tolist() == new.tolist()


def test_nobody_who_shows_nothing_is_supported() -> None:
    space = SkillSpace.of_catalogue(NEAR, ["urn:excel"])
    assert not space.support(np.zeros(2)).any()
